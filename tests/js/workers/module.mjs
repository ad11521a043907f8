import { double } from './double.mjs';
const url = import.meta.url.startsWith('file:///') && import.meta.url.endsWith('/workers/module.mjs');
await new Promise((resolve) => setTimeout(resolve, 5));
self.addEventListener('message', (event) => {
  self.postMessage({ doubled: double(event.data), url });
});
