// flags: --allocator malloc
// What an allocator can't do throws, with a code that says so.

for (const name of ['coalesce', 'trim', 'map', 'verify']) {
  let error;
  try { heap[name](); } catch (e) { error = e; }
  if (!(error instanceof TypeError) || error.code !== 'ERR_NOT_SUPPORTED' ||
      !error.message.includes(`heap.${name}`) || !error.message.includes("'malloc'")) {
    throw new Error(`heap.${name}: got ${error} (${error?.code})`);
  }
}

// Records need nothing of it.
const Item = heap.struct('Item', { a: 'f64' });
const items = Array.from({ length: 10_000 }, (_, a) => new Item({ a }));
if (!items.every((item, i) => item.a === i)) throw new Error('not each is itself');
