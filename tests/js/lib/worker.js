// next(worker): a promise for its next message, or for its next error.
const next = (worker) => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(event);
});
// ask(worker, message, transfer): posts, and waits for the answer.
const ask = (worker, message, transfer) => {
  const answer = next(worker);
  worker.postMessage(message, transfer);
  return answer;
};
// failure(promise): what it is rejected with.
const failure = (promise) => promise.then(
  (value) => { throw new Error(`fulfilled with ${JSON.stringify(value)}`); }, (error) => error);
// ended(worker): its exit code, once it has ended by itself. Then memory() is
// always the same.
const ended = async (worker) => {
  while (worker.memory() !== worker.memory()) await new Promise((resolve) => setTimeout(resolve, 1));
  return worker.terminate();
};
