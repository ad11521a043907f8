// flags: --expose-gc
// Buffers of every size are zero, whatever lay there before, and survive what
// the language does to them.

const check = (what, got, expected) => {
  if (got !== expected) throw new Error(`${what}: got ${got}, expected ${expected}`);
};
const isZero = (bytes) => {
  const words = new BigUint64Array(bytes.buffer, 0, bytes.length >> 3);
  for (let i = 0; i < words.length; i++) if (words[i] !== 0n) return false;
  for (let i = words.length * 8; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
};

const sizes = [0, 1, 7, 63, 64, 65, 100, 128, 1000, 1024, 4095, 4096, 4097, 10000, 65535, 65536,
               65537, 2e5, 1 << 20, (1 << 20) + 1, 5e6];
for (let round = 0; round < 4; round++) {
  for (const size of sizes) {
    for (let i = 0; i < (size > 1e5 ? 4 : 20); i++) {
      const bytes = new Uint8Array(size);
      if (!isZero(bytes)) throw new Error(`${size} bytes of round ${round} aren't zero`);
      bytes.fill(0xa5);
    }
  }
  gc();
}

const source = new Uint8Array(1000).map((_, i) => i);
const moved = source.buffer.transfer();
check('detached', [source.length, source.buffer.detached].join(), '0,true');
const grown = moved.transfer(5000);
check('copied', new Uint8Array(grown)[999], 999 & 255);
check('zero behind', new Uint8Array(grown).subarray(1000).every((x) => x === 0), true);
const shrunk = grown.transfer(10);
check('shrunk', new Uint8Array(shrunk).join(), '0,1,2,3,4,5,6,7,8,9');

const resizable = new ArrayBuffer(10, { maxByteLength: 1e6 });
const view = new Uint8Array(resizable);
view.fill(1);
resizable.resize(1e6);
check('tail', view.subarray(10).every((x) => x === 0), true);
resizable.resize(5);
resizable.resize(20);
check('zeroed again', view.join(), '1,1,1,1,1' + ',0'.repeat(15));

const shared = new SharedArrayBuffer(1 << 16);
check('shared', Atomics.add(new Int32Array(shared), 5, 3), 0);
const memory = new WebAssembly.Memory({ initial: 1, maximum: 10 });
new Uint8Array(memory.buffer).fill(9);
memory.grow(3);
check('wasm', new Uint8Array(memory.buffer)[65536], 0);
check('slice', new Uint8Array(new Uint8Array([1, 2, 3]).buffer.slice(1)).join(), '2,3');
