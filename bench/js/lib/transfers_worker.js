onmessage = ({ data }) => {
  const words = new Uint32Array(data);
  words[1] = words[0] + 1;
  postMessage(data, [data]);
};
