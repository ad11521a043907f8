// Waits for its turn, then adds, and lets the next one go on.
const shared = workerData;
postMessage('here');
const add = () => { for (let i = 0; i < 10_000; i++) Atomics.add(shared, 1, 1); };
let turn;
while ((turn = Atomics.load(shared, 0)) === 0 || Atomics.compareExchange(shared, 0, turn, 0) !== turn) {
  Atomics.wait(shared, 0, 0);
}
add();
Atomics.store(shared, 0, turn + 1);
Atomics.notify(shared, 0);
postMessage(turn);
