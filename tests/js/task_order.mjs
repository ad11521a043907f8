// Microtasks run after each task; a module's code runs after what imports it
// dynamically.

const log = [];
const turn = () => new Promise((resolve) => setTimeout(resolve));

setTimeout(() => { log.push('t1'); queueMicrotask(() => log.push('t1 micro')); });
setTimeout(() => { log.push('t2'); Promise.resolve().then(() => log.push('t2 promise')); });
setImmediate(() => { log.push('i1'); queueMicrotask(() => log.push('i1 micro')); });
setImmediate(() => log.push('i2'));
queueMicrotask(() => { log.push('m1'); queueMicrotask(() => log.push('m2')); });
log.push('sync');
await turn();
await turn();

const position = (what) => log.indexOf(what);
const inOrder = (...names) => {
  for (let i = 1; i < names.length; i++) {
    if (position(names[i - 1]) < 0 || position(names[i - 1]) > position(names[i])) {
      throw new Error(`${names[i - 1]} before ${names[i]}: ${log}`);
    }
  }
};
inOrder('sync', 'm1', 'm2', 't1', 't1 micro', 't2', 't2 promise');
inOrder('m2', 'i1', 'i1 micro', 'i2');

globalThis.order = [];
const importing = import('./modules/side_effect.mjs');
order.push('importer');
await importing;
if (order.join() !== 'importer,module') throw new Error(order.join());
delete globalThis.order;
