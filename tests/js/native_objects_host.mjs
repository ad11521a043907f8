// flags: --expose-gc --v8-flags=--no-compilation-cache
// What the host holds for a program outside of V8's heap is counted by type, up
// and down.

const counted = (type) => heap.stats().nativeObjects.find((entry) => entry.type === type) ??
  { type, count: 0, bytes: 0 };
const gone = (a, b) => ({ count: a.count - b.count, bytes: a.bytes - b.bytes });
function same(what, got, expected) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: got ${a}, expected ${b}`);
}
function between(what, got, least, most) {
  if (!(got >= least && got <= most)) throw new Error(`${what}: got ${got}, expected ${least} to ${most}`);
}
const kNone = { count: 0, bytes: 0 };

// The sources of this file and of what it imports.
const own = read(import.meta.filename).length;
between('own source', counted('Source').bytes, own, own + 200_000);
{
  const before = { Source: counted('Source'), Module: counted('Module'), Import: counted('Import') };
  const file = `${import.meta.dirname}/modules/late.mjs`;
  const imported = import('./modules/late.mjs?once=more');
  same('an import under way', gone(counted('Import'), before.Import).count, 1);
  await imported;
  same('an import done', gone(counted('Import'), before.Import), kNone);
  const source = gone(counted('Source'), before.Source), module = gone(counted('Module'), before.Module);
  same('its source', source.count, 1);
  between('its bytes', source.bytes, read(file).length, read(file).length + 500);
  same('a module', module.count, 1);
  between('a module\'s bytes', module.bytes, 100, 2000);
}

// A source that nobody needs any more goes.
const settled = () => new Promise((done) => setTimeout(done, 1));
{
  const before = counted('Source');
  const path = `${import.meta.dirname}/lib/nothing.js`;
  load(path);
  same('a script', gone(counted('Source'), before).count, 1);
  for (let turns = 0; counted('Source').count !== before.count; turns++) {
    if (turns === 1000) throw new Error(JSON.stringify(counted('Source')));
    gc();
    await settled();
  }
  same('forgotten', gone(counted('Source'), before), kNone);
}

// Arenas: also those that are kept for the next ones.
{
  same('none yet', counted('Arena'), { type: 'Arena', ...kNone });
  const arenas = Array.from({ length: 1000 }, () => new Arena());
  for (const arena of arenas) arena.alloc(10);
  same('arenas', counted('Arena').count, 1000);
  between('bytes', counted('Arena').bytes, 1000 * 200, 1000 * 2000);
  for (const arena of arenas) arena.dispose();
  arenas.length = 0;
  for (let turns = 0; counted('Arena').count > 16; turns++) {
    if (turns === 1000) throw new Error(JSON.stringify(counted('Arena')));
    gc();
    await settled();
  }
  between('what is kept', counted('Arena').bytes, 0, 16 * 2000);
}

// Types of records, and what is noted about their slabs.
{
  same('none yet', counted('Struct'), { type: 'Struct', ...kNone });
  (() => {
    const types = Array.from({ length: 100 }, (_, i) => heap.struct(`T${i}`, { x: 'f64' }));
    same('types', counted('Struct').count, 100);
    const { bytes } = counted('Struct');
    const records = [];
    for (let i = 0; i < 20_000; i++) records.push(new types[0]());
    between('slabs are noted', counted('Struct').bytes - bytes, 8, 10_000);
  })();
  await settled();
  for (let turns = 0; counted('Struct').count > 1; turns++) {
    if (turns === 1000) throw new Error(JSON.stringify(counted('Struct')));
    gc();
    await settled();
  }
}
