// Messages from scripts that mean no good: patched built-ins, getters and
// proxies, values too deep or too large.
'use strict';

load('lib/check.js', 'lib/throws.js');

const keep = {
  apply: Reflect.apply, ownKeys: Reflect.ownKeys, getDescriptor: Reflect.getOwnPropertyDescriptor,
  defineProperty: Object.defineProperty, stringify: JSON.stringify, Error, MessageChannel, DOMException,
  post: MessagePort.prototype.postMessage, close: MessagePort.prototype.close, start: MessagePort.prototype.start,
  data: Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data').get,
  ports: Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'ports').get,
};
const post = (port, ...args) => keep.apply(keep.post, port, args);

function values() {
  const { port1, port2 } = new MessageChannel();
  const refuses = (what, value, type = DOMException) => throws(what, () => port1.postMessage(value), type);
  let deep = [];
  for (let i = 0; i < 1e6; i++) deep = [deep];
  refuses('too deep', deep, RangeError);
  refuses('a proxy', new Proxy({}, {}));
  refuses('a revoked proxy', (() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return [proxy]; })());
  refuses('a proxy as prototype', { x: () => {}, __proto__: new Proxy({}, { get() { throw new Error('asked'); } }) });
  check('a proxy as prototype', structuredClone({ x: 1, __proto__: new Proxy({}, {}) }), { x: 1 });
  refuses('arguments with a function', (function () { return arguments; })(() => {}));
  refuses('a WeakMap', new WeakMap());
  refuses('a promise', Promise.resolve());
  refuses('a generator', (function* () {})());
  refuses('the global object', globalThis);
  refuses('an Arena\'s method', Arena.transient.alloc);
  const buffer = new ArrayBuffer(16);
  check('a getter that transfers', throws('a getter that transfers', () => port1.postMessage({
    get x() { port1.postMessage(0, [buffer]); return buffer; },
  }, [buffer]), DOMException).name, 'DataCloneError');
  const { port1: other } = new MessageChannel();
  throws('a getter that posts the port', () => port1.postMessage({
    get x() { port1.postMessage(0, [other]); return 1; },
  }, [other]), DOMException);
  const lying = new DOMException('m', 'n');
  Object.defineProperty(lying, 'stack', { get() { throw new RangeError('no stack'); } });
  refuses('a stack that throws', lying, RangeError);
  Object.defineProperty(lying, 'name', { value: 'other' });
  const odd = new DOMException('m', 'n');
  odd.stack = 5;
  check('a stack that is none', structuredClone(odd).stack, '');
  Object.setPrototypeOf(odd, null);
  check('without its prototype', structuredClone(odd) instanceof DOMException, true);
  const bare = new MessageChannel().port1;
  Object.setPrototypeOf(bare, Array.prototype);
  refuses('a port in disguise', bare);
  let depth = 0;
  const again = { get x() { if (++depth < 50) port1.postMessage(again); return depth; } };
  port1.postMessage(again);
  check('posting while posting', depth, 50);
  port2.close();
}
values();

// From here on nothing of the language can be trusted.
const { port1, port2 } = new MessageChannel();
const { port1: innerPort, port2: innerOther } = new MessageChannel();
const trap = () => { throw new keep.Error('a patched built-in was called'); };
for (const owner of [Array, Function, Map, Set, Object, String, Error, Symbol, EventTarget, Event, MessageEvent,
                     MessagePort, MessageChannel, DOMException, ArrayBuffer]) {
  for (const holder of [owner, owner.prototype]) {
    for (const key of keep.ownKeys(holder)) {
      const property = keep.getDescriptor(holder, key);
      if (!property.configurable || key === 'constructor' || key === 'onmessage') continue;
      if (holder === Array.prototype && (key === Symbol.iterator || key === 'values')) continue;  // The web iterates, too.
      if (typeof property.value === 'function') {
        keep.defineProperty(holder, key, { __proto__: null, value: trap, writable: true, configurable: true });
      } else if (property.get !== undefined) {
        keep.defineProperty(holder, key, { __proto__: null, get: trap, set: trap, configurable: true });
      }
    }
  }
}
for (const key of ['data', 'ports', 'transfer', 'type', 'next', 'value', '0', '1']) {
  for (const prototype of [Object.prototype, Array.prototype]) {
    keep.defineProperty(prototype, key, { __proto__: null, set: trap, configurable: true });
  }
}
for (const name of ['MessagePort', 'MessageChannel', 'MessageEvent', 'EventTarget', 'DOMException']) globalThis[name] = trap;

let count = 0;
port2.onmessage = (event) => {
  const data = keep.apply(keep.data, event, []);
  const ports = keep.apply(keep.ports, event, []);
  count++;
  if (count === 1 && data.text !== 'x') throw new keep.Error('text');
  if (count === 2) {
    if (data.list[0] !== ports[0] || !(data.error instanceof keep.DOMException)) throw new keep.Error('port');
    ports[0].onmessage = () => {
      keep.apply(keep.close, ports[0], []);
      keep.apply(keep.close, port2, []);
      print('all arrived');
    };
  }
};
post(port1, { text: 'x' });
let error;
try { post(port1, () => 1); } catch (caught) { error = caught; }
post(port1, { list: [innerPort], error }, [innerPort]);
post(innerOther, 'last');
