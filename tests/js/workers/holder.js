// Holds what it gets, and says how many bytes of buffers it has.
const held = [];
onmessage = ({ data }) => {
  if (data === 'stats') postMessage(isolate.memory().arrayBuffers);
  else held.push(data);
};
