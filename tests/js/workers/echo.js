// Answers each message with itself; a buffer goes back as it came.
onmessage = ({ data }) => postMessage(data, data instanceof ArrayBuffer ? [data] : []);
