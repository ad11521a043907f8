onmessage = ({ data, ports: [port] }) => {
  if (data === 'send') port.postMessage('hello');
  else port.onmessage = (event) => postMessage(event.data);
};
