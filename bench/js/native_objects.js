// NumberMap beside Map, and BitSet beside Set: nanoseconds an operation at
// random places, and a full collection with one of them alive; or memory.
//
//   jshost --expose-gc --js-heap-limit 6GiB native_objects.js
//          [--entries 1e6,1e7] [--rounds 5] [--operations 1e6] [--json]
//   jshost --expose-gc --js-heap-limit 6GiB native_objects.js
//          --memory NumberMap:double [--entries 1e7] [--json]
//
//   --entries     sizes to measure
//   --rounds      rounds; in each, both contenders take turns in random order
//   --operations  operations a measurement
//   --json        one JSON object per line instead of tables
//   --memory      fills one Map, NumberMap, Set or BitSet with int or double
//                 and prints bytes an entry: what the process holds more than
//                 before (resident, 3 s after a collection), the most it ever
//                 held, and what heap.stats() counts. A process for each: what
//                 an earlier one left would count too
//
// Medians over the rounds. Integers are spread over 32 bits; doubles are
// fractions, as keys and as values.
'use strict';

load('lib/median.js');

const now = () => performance.now();

function parseArguments(words) {
  const options = { entries: [1e6, 1e7], rounds: 5, operations: 1e6, json: false, memory: null };
  for (let i = 0; i < words.length; i++) {
    switch (words[i]) {
      case '--entries': options.entries = (words[++i] ?? '').split(',').map(Number); break;
      case '--rounds': options.rounds = Number(words[++i]); break;
      case '--operations': options.operations = Number(words[++i]); break;
      case '--json': options.json = true; break;
      case '--memory': options.memory = (words[++i] ?? '').split(':'); break;
      default:
        throw new Error(`unknown option '${words[i]}': --entries, --rounds, --operations, ` +
                        '--json, --memory');
    }
  }
  const numbers = [...options.entries, options.rounds, options.operations];
  if (!numbers.every((n) => Number.isInteger(n) && n > 0)) {
    throw new Error('--entries, --rounds and --operations take whole numbers above 0');
  }
  return options;
}

if (typeof gc !== 'function') throw new Error('run with --expose-gc: collections are measured');

let seed = 88172645;
function random() {  // xorshift32 (Marsaglia, 2003): never the same twice in 2^32 - 1
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return seed;
}

// Bytes of the process: VmRSS, resident now, or VmHWM, the most ever.
function processBytes(field) {
  return Number(new RegExp(`${field}:\\s*(\\d+)`).exec(read('/proc/self/status'))[1]) * 1024;
}

const kinds = {
  int: { keys: (n) => Int32Array.from({ length: n }, random), value: (i) => i | 0 },
  double: { keys: (n) => Float64Array.from({ length: n }, () => random() + 0.5),
            value: (i) => i + 0.25 },
};

// Each measurement gets a function of its own for each contender: none
// compiles with what it learned from another.
const source = {
  fill: '(c, keys, value) => { for (let i = 0; i < keys.length; i++) c.set(keys[i], value(i)); }',
  get: '(c, keys) => { let s = 0; for (let i = 0; i < keys.length; i++) s += c.get(keys[i]); return s; }',
  miss: '(c, keys) => { let s = 0; for (let i = 0; i < keys.length; i++) if (c.get(keys[i]) === undefined) s++; return s; }',
  set: '(c, keys, value) => { for (let i = 0; i < keys.length; i++) c.set(keys[i], value(i)); }',
  has: '(c, keys) => { let s = 0; for (let i = 0; i < keys.length; i++) if (c.has(keys[i])) s++; return s; }',
  iterate: '(c) => { let s = 0; for (const [key] of c) s += key; return s; }',
  delete: '(c, keys) => { let s = 0; for (let i = 0; i < keys.length; i++) if (c.delete(keys[i])) s++; return s; }',
};
const setSource = {
  fill: '(c, keys) => { for (let i = 0; i < keys.length; i++) c.add(keys[i]); }',
  has: source.has,
  set: '(c, keys) => { for (let i = 0; i < keys.length; i++) c.add(keys[i]); }',
  iterate: '(c) => { let s = 0; for (const key of c) s += key; return s; }',
  delete: source.delete,
};
const bitsSource = {
  fill: '(c, keys) => { for (let i = 0; i < keys.length; i++) c.set(keys[i]); }',
  has: '(c, keys) => { let s = 0; for (let i = 0; i < keys.length; i++) if (c.get(keys[i])) s++; return s; }',
  set: '(c, keys) => { for (let i = 0; i < keys.length; i++) c.set(keys[i]); }',
  iterate: setSource.iterate,
  delete: '(c, keys) => { let s = 0; for (let i = 0; i < keys.length; i++) { c.set(keys[i], false); s++; } return s; }',
};

const contender = (name, make, functions) => ({
  name, make,
  run: Object.fromEntries(Object.entries(functions).map(([key, text]) =>
    [key, (0, eval)(`(${text}) // ${name}`)])),
});

const nsEach = (body, count) => {
  const start = now();
  body();
  return (now() - start) * 1e6 / count;
};

function measure(who, kind, keys, others, operations) {
  const results = {};
  const value = kinds[kind]?.value;
  const picked = keys.slice(0, operations);
  for (let i = 0; i < picked.length; i++) picked[i] = keys[(random() >>> 0) % keys.length];
  const c = who.make();
  results['set, new'] = nsEach(() => who.run.fill(c, keys, value), keys.length);
  const times = [0, 0, 0].map(() => nsEach(gc, 1) / 1e6).sort((a, b) => a - b);
  results['gc ms'] = times[1];
  if (who.run.get) {
    results['get'] = nsEach(() => who.run.get(c, picked), picked.length);
    results['get, absent'] = nsEach(() => who.run.miss(c, others), others.length);
  }
  results['has'] = nsEach(() => who.run.has(c, picked), picked.length);
  results['set'] = nsEach(() => who.run.set(c, picked, value), picked.length);
  results['iterate'] = nsEach(() => who.run.iterate(c), keys.length);
  const gone = keys.subarray(0, operations);
  results['delete'] = nsEach(() => who.run.delete(c, gone), gone.length);
  c[Symbol.dispose]?.();
  return results;
}

const digits = (x) => x >= 100 ? x.toFixed(0) : x.toFixed(1);

function compare(title, kind, contenders, keys, others, options) {
  const all = contenders.map(() => []);
  for (let round = 0; round < options.rounds; round++) {
    const order = contenders.map((_, i) => i).sort(() => random());
    for (const i of order) {
      all[i].push(measure(contenders[i], kind, keys, others, options.operations));
    }
  }
  const rows = Object.keys(all[0][0]);
  if (!options.json) print(`\n${title}`.padEnd(38) + contenders.map((c) => c.name.padStart(12)).join('') +
                           'ratio'.padStart(9));
  for (const row of rows) {
    const [base, ours] = all.map((rounds) => medianOf(rounds.map((round) => round[row])));
    if (options.json) {
      print(JSON.stringify({ bench: 'native_objects', kind, entries: keys.length, row,
                             base: contenders[0].name, ours: contenders[1].name,
                             baseMedian: base, oursMedian: ours, rounds: options.rounds }));
    } else {
      const unit = row === 'gc ms' ? 'full collection, ms' : `${row}, ns`;
      print(unit.padEnd(37) + digits(base).padStart(12) + digits(ours).padStart(12) +
            `${(base / ours).toFixed(2)}x`.padStart(9));
    }
  }
}

function measureMemory([name, kind], count, json) {
  if (!['Map', 'NumberMap', 'Set', 'BitSet'].includes(name) || !(kind in kinds)) {
    throw new Error(`--memory ${name}:${kind}: write e.g. NumberMap:int or Map:double`);
  }
  const keys = name === 'BitSet' ? Int32Array.from({ length: count }, (_, i) => i)
    : kinds[kind].keys(count);
  const { value } = kinds[kind];
  // Freed memory goes back to the system some time later.
  const settle = (then) => { gc(); gc(); setTimeout(then, 3000); };
  settle(() => {
    const c = new globalThis[name]();
    const before = processBytes('VmRSS');
    if (c instanceof Set) for (let i = 0; i < count; i++) c.add(keys[i]);
    else if (c instanceof BitSet) for (let i = 0; i < count; i++) c.set(keys[i]);
    else for (let i = 0; i < count; i++) c.set(keys[i], value(i));
    settle(() => {
      const counted = heap.stats().nativeObjects.find(({ type }) => type === name)?.bytes;
      const record = { bench: 'native_objects', row: 'memory', name, kind, entries: c.size,
                       resident: (processBytes('VmRSS') - before) / count,
                       most: (processBytes('VmHWM') - before) / count,
                       counted: counted === undefined ? null : counted / count };
      if (json) return print(JSON.stringify(record));
      print(`${name}:${kind}, ${count} entries: resident ${digits(record.resident)} bytes an ` +
            `entry, at most ${digits(record.most)}` +
            (counted === undefined ? '' : `, counted ${digits(record.counted)}`));
    });
  });
}

function run(options) {
  if (options.memory !== null) {
    measureMemory(options.memory, options.entries.at(-1), options.json);
    return;
  }
  for (const entries of options.entries) {
    for (const kind of ['int', 'double']) {
      const contenders = [contender('Map', () => new Map(), source),
                          contender('NumberMap', () => new NumberMap(), source)];
      const keys = kinds[kind].keys(entries);
      const others = kinds[kind].keys(Math.min(entries, options.operations)).map((x) => x + 0.125);
      compare(`${entries} entries, ${kind}`, kind, contenders, keys, others, options);
    }
    // Every second index of twice the range, in random order.
    const keys = Int32Array.from({ length: entries }, (_, i) => i * 2);
    for (let i = entries - 1; i > 0; i--) {
      const j = (random() >>> 0) % (i + 1);
      [keys[i], keys[j]] = [keys[j], keys[i]];
    }
    compare(`${entries} indices`, 'bits',
            [contender('Set', () => new Set(), setSource),
             contender('BitSet', () => new BitSet(), bitsSource)], keys, [], options);
  }
}

run(parseArguments(scriptArgs));
