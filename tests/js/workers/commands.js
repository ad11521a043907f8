// Does what messages say.
const commands = {
  describe: () => postMessage({ name, workerData, scriptArgs, self: self === globalThis }),
  echo: (value) => postMessage(value),
  close: () => { close(); postMessage('closing'); setTimeout(() => postMessage('too late')); },
  quit: (code) => quit(code),
  throw: (text) => { throw new TypeError(text); },
  throwValue: (value) => { throw value; },
  throwFunction: () => { throw () => {}; },
  reject: (text) => { Promise.reject(new RangeError(text)); },
  twoRejections: () => { Promise.reject(1); Promise.reject(2); },
  loop: () => { postMessage('here'); for (;;); },
  microtasks: () => { postMessage('here'); (function again() { Promise.resolve().then(again); })(); },
  wait: () => { postMessage('here'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); },
  finally: () => { postMessage('here'); for (;;) { try { for (;;); } finally { continue; } } },
  getters: () => {
    const error = new Error('never seen');
    for (const key of ['message', 'stack', 'cause', 'code', 'errors', 'name']) {
      Object.defineProperty(error, key, { get() { for (;;); } });
    }
    postMessage('here');
    throw error;
  },
  sleep: () => { postMessage('here'); setTimeout(() => {}, 1e8); },
  regexp: () => { postMessage('here'); /(x+x+)+y/.test('x'.repeat(100)); },
  fillHeap: () => { const all = []; for (;;) all.push(new Array(1000).fill(1.5)); },
  fillBuffers: () => { const all = []; for (;;) all.push(new Uint8Array(1e6)); },
  fillArena: () => { const arena = new Arena(); for (;;) arena.alloc(10_000); },
  abort: () => { throw new DOMException('gone', 'AbortError'); },
  oneHugeArray: () => { new Array(2 ** 27 - 10).fill(0); },
  recurse: () => { (function down() { down(); })(); },
  large: (bytes) => postMessage(new Uint8Array(bytes)),
  stop: () => { onmessage = null; },
};
onmessage = ({ data: [command, ...args] }) => commands[command](...args);
