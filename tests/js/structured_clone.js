// structuredClone: what V8 clones, transfer, and views of arenas.

load('lib/check.js');
const refuses = (what, fn, name = 'DataCloneError') => {
  let error;
  try { fn(); } catch (e) { error = e; }
  check(what, error?.name, name);
};

function common() {
  const source = { a: [1, 'x', null, undefined, 2n, NaN], d: new Date(5), m: new Map([[1, new Set([2])]]),
                   r: /x/g, e: new RangeError('bad') };
  source.self = source;
  const clone = structuredClone(source);
  check('a cycle', [clone.self === clone, clone !== source], [true, true]);
  check('values', [clone.a.length, clone.a[4] === 2n, clone.d.getTime(), clone.m.get(1).has(2), clone.r.source,
                   clone.e instanceof RangeError, clone.e.message], [6, true, 5, true, 'x', true, 'bad']);
  refuses('a function', () => structuredClone(() => 1));
  refuses('a symbol', () => structuredClone({ s: Symbol() }));

  const buffer = new Uint8Array([1, 2, 3, 4]).buffer;
  const both = structuredClone({ x: new Uint8Array(buffer, 1, 2), y: new DataView(buffer), buffer });
  check('one buffer', [both.x.buffer === both.buffer, both.y.buffer === both.buffer, both.x.join()],
        [true, true, '2,3']);
  for (const type of [Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Float16Array, Int32Array,
                      Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array]) {
    const array = structuredClone(new type(3));
    check(type.name, [array instanceof type, array.length], [true, 3]);
  }
  const shared = new Uint8Array(new SharedArrayBuffer(4));
  structuredClone(shared)[2] = 5;
  check('shared', shared[2], 5);

  const moved = structuredClone({ buffer, view: new Uint8Array(buffer, 2) }, { transfer: [buffer] });
  check('transfer', [buffer.detached, moved.buffer.byteLength, moved.view.join(),
                     moved.view.buffer === moved.buffer], [true, 4, '3,4', true]);
  check('any iterable', structuredClone(1, { transfer: new Set([moved.buffer]) }), 1);
  check('detached', moved.buffer.detached, true);
  refuses('again', () => structuredClone(1, { transfer: [moved.buffer] }));
  refuses('its view', () => structuredClone(moved.view));
  const twice = new ArrayBuffer(4);
  refuses('twice', () => structuredClone(1, { transfer: [twice, twice] }));
  refuses('not a buffer', () => structuredClone(1, { transfer: [twice, {}] }));
  refuses('shared can\'t be', () => structuredClone(1, { transfer: [shared.buffer] }));
  refuses('wasm', () => structuredClone(1, { transfer: [new WebAssembly.Memory({ initial: 1 }).buffer] }));
  refuses('no list', () => structuredClone(1, { transfer: 5 }), 'TypeError');
  refuses('no iterable', () => structuredClone(1, { transfer: {} }), 'TypeError');
  refuses('no options', () => structuredClone(1, 5), 'TypeError');
  refuses('detached by a getter', () => structuredClone({ get x() { twice.transfer(); } }, { transfer: [twice] }));
  const resizable = structuredClone(new ArrayBuffer(4, { maxByteLength: 8 }));
  check('resizable', [resizable.resizable, resizable.maxByteLength], [true, 8]);
}

common();
const arena = new Arena();  // From here on views are written by the host.
common();

const view = arena.copy(new Uint8Array([1, 2, 3]));
arena.alloc(1000).fill(9);
const clone = structuredClone({ view, again: view, words: arena.array(Float32Array, 2) });
check('own range only', [clone.view.join(), clone.view.buffer.byteLength, clone.again === clone.view],
      ['1,2,3', 3, true]);
check('words', [clone.words.constructor.name, clone.words.length, clone.words.buffer.byteLength],
      ['Float32Array', 2, 8]);
check('empty', structuredClone(arena.alloc(0)).length, 0);
refuses('a chunk', () => structuredClone(1, { transfer: [view.buffer] }));
check('unharmed', view.join(), '1,2,3');
const own = arena.buffer(10);
const taken = structuredClone(own, { transfer: [own] });
new Uint8Array(taken).fill(4);
check('a buffer of an arena can be', [own.detached, taken.byteLength], [true, 10]);
check('cloned into an arena', arena.run(() => structuredClone(new Uint8Array([5, 6]))).join(), '5,6');
arena.reset();
arena.buffer(10);
check('and outlives it', new Uint8Array(taken).every((x) => x === 4), true);
refuses('an ended view', () => structuredClone(view));

// A buffer that a getter resizes has not what a view of it was.
{
  const grown = new ArrayBuffer(8, { maxByteLength: 1 << 20 });
  refuses('beyond the clone', () => structuredClone({
    grown, get then() { grown.resize(1 << 20); }, get view() { return new Float64Array(grown, 500_000, 50); } }));
  for (const type of [Uint8Array, DataView]) {
    const shrunk = new ArrayBuffer(1 << 20, { maxByteLength: 1 << 20 });
    refuses('beyond what is moved', () => structuredClone(
      { view: new type(shrunk, 500_000, 50), get then() { shrunk.resize(4); } }, { transfer: [shrunk] }));
  }
}
// The web's own objects.
const exception = new DOMException('text', 'DataError');
const copy = structuredClone({ exception, list: [exception] });
check('a DOMException', [copy.exception instanceof DOMException, copy.exception.name, copy.exception.message,
                         copy.exception.stack === exception.stack, copy.list[0] === copy.exception],
      [true, 'DataError', 'text', true, true]);
refuses('an event', () => structuredClone(new Event('x')));
refuses('a port', () => structuredClone(new MessageChannel().port1));
const { port1, port2 } = new MessageChannel();
const moved = structuredClone({ port1 }, { transfer: [port1] });
check('a port moves', moved.port1 instanceof MessagePort && moved.port1 !== port1, true);
moved.port1.onmessage = ({ data, target }) => { check('it works', data, 'hello'); target.close(); };
port2.postMessage('hello');
check('an object of a class', structuredClone(new (class A { x = 1; })()), { x: 1 });

// WebAssembly.
const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
const twin = structuredClone(memory);
memory.grow(1);
new Uint8Array(twin.buffer)[5] = 3;
check('shared memory', [twin.buffer.byteLength, new Uint8Array(memory.buffer)[5]], [131072, 3]);
refuses('unshared memory', () => structuredClone(new WebAssembly.Memory({ initial: 1 })));
const module = structuredClone(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])));
check('a module', module instanceof WebAssembly.Module, true);
