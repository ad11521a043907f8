// Passes messages down to workerData levels of workers, and answers back up.
const inner = workerData > 0 ? new Worker('nesting.js', { workerData: workerData - 1 }) : null;
const answer = (list) => postMessage([...list, workerData]);
if (inner !== null) inner.onmessage = ({ data }) => answer(data);
onmessage = ({ data }) => inner === null ? answer([data]) : inner.postMessage(data);
