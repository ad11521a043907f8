// Ends as workerData says, while workers of its own run endlessly.
let ready = 0;
for (const command of ['loop', 'wait', 'sleep']) {
  const worker = new Worker('commands.js');
  worker.onmessage = () => { if (++ready === 3) eval(workerData); };
  worker.postMessage([command]);
}
