// Makes buffers of that many bytes, all 7.
onmessage = ({ data }) => {
  const { buffer } = new Uint8Array(data).fill(7);
  postMessage(buffer, [buffer]);
};
