// What records of heap.struct cost beside what a script would use otherwise:
// nanoseconds (milliseconds of collections for the array), and how many times
// the other's. All contenders of a row take turns; each figure is the median of
// the rounds.
//
//   jshost bench/js/struct.js [--rounds N] [--scale F] [--json]
//
//   element      one record's field read and written, beside a Float64Array's
//                element
//   iterate      three fields read and one written of each of 100,000 records,
//                beside objects of the same properties
//   iterate i64  the same with a 64-bit integer, which is a BigInt outside
//   array        the collector's pauses while a million records are made and
//                filled, beside literals
//   new          new S() beside the smallest literal, both kept in a variable
//   new {...}    new S({...}) beside the literal alone
//   dispose      new S() and its end, beside the smallest literal
'use strict';

load('lib/median.js');
load('lib/rounds_and_scale.js');

const options = parseRoundsAndScale(scriptArgs, 15);
const scaled = (count) => Math.max(8, Math.round(count * options.scale));

// A function of its own for each contender: V8 shares what it learns about a
// function's objects among all that have the same text.
let functions = 0;
const compile = (body) => new Function('it', 'count', `/* ${++functions} */ ${body}`);

globalThis.kept = null;  // A literal that doesn't escape is never made.
globalThis.sum = 0;      // A sum that nobody reads neither.

// Medians of `measure(contender)`, warmed up.
function takeTurns(contenders, measure) {
  const times = contenders.map(() => []);
  for (let round = -3; round < options.rounds; round++) {
    contenders.forEach((contender, i) => {
      const time = measure(contender);
      if (round >= 0) times[i].push(time);
    });
  }
  return times.map(medianOf);
}

const nanoseconds = ({ run, it, count, repeat = 1 }) => {
  const start = performance.now();
  for (let i = 0; i < repeat; i++) run(it, count);
  return (performance.now() - start) * 1e6 / (count * repeat);
};

function report(what, [mine, other], unit, most) {
  const times = mine / other;
  if (options.json) {
    print(JSON.stringify({ bench: 'struct', allocator: heap.allocator, what, unit, record: mine, other, times }));
  } else {
    const bound = most === undefined ? '' : `  (at most ${most})`;
    print(what.padEnd(12) + mine.toFixed(2).padStart(10) + other.toFixed(2).padStart(10) +
          ` ${unit}${times.toFixed(2).padStart(9)}${bound}`);
  }
}

// Objects below have the fields in another order. In this one V8 would take
// them for the same kind of object as the declaration, with fields that may hold
// text, and box every number.
const Particle = heap.struct('Particle', { x: 'f64', y: 'f64', z: 'f64', n: 'i32' });

function element() {
  const count = scaled(3e6);
  const record = { it: new Particle(), count, run: compile('for (let i = 0; i < count; i++) it.x = it.x + 1;') };
  const array = { it: new Float64Array(512), count, run: compile('for (let i = 0; i < count; i++) it[8] = it[8] + 1;') };
  report('element', takeTurns([record, array], nanoseconds), 'ns', 1.05);
}

const walk = (step) => compile(`
  let s = 0;
  for (let i = 0; i < count; i++) { const p = it[i]; ${step} }
  sum = s;`);

function iterate() {
  const count = scaled(1e5);
  const make = (one) => Array.from({ length: count }, (_, i) => one(i));
  const step = 's += p.x * p.y + p.n; p.z = s;';
  const records = { it: make((i) => new Particle({ n: i, x: i + 0.5, y: 0.5 })), count, repeat: 5, run: walk(step) };
  const objects = { it: make((i) => ({ n: i, x: i + 0.5, y: 0.5, z: 0.5 })), count, repeat: 5, run: walk(step) };
  report('iterate', takeTurns([records, objects], nanoseconds), 'ns', 2);

  const Entry = heap.struct('Entry', { x: 'f64', id: 'i64' });
  const big = 's += p.x; p.id = p.id + 1n;';
  const entries = { it: make((i) => new Entry({ id: BigInt(i), x: i + 0.5 })), count, run: walk(big) };
  const others = { it: make((i) => ({ id: BigInt(i), x: i + 0.5 })), count, run: walk(big) };
  report('iterate i64', takeTurns([entries, others], nanoseconds), 'ns');
}

// Pauses are counted from heap.measure, which collects before and after.
function array() {
  const count = scaled(1e6);
  const pauses = (fill) => heap.measure(() => { fill(count); }).gc.pauseMs;
  const records = (count) => {
    const array = kept = Particle.array(count);
    for (let i = 0; i < count; i++) {
      const p = array.at(i);
      p.x = i + 0.5;
      p.y = p.z = 0.5;
      p.n = i;
    }
  };
  const literals = (count) => {
    const array = kept = new Array(count);
    for (let i = 0; i < count; i++) array[i] = { n: i, x: i + 0.5, y: 0.5, z: 0.5 };
  };
  const rounds = options.rounds;
  options.rounds = Math.min(rounds, 5);
  report('array', takeTurns([records, literals], pauses), 'ms', 0.1);
  options.rounds = rounds;
  kept = null;
}

function making() {
  const count = scaled(5e5);
  const literal = 'for (let i = 0; i < count; i++) kept = { n: 0, x: 0, y: 0, z: 0 };';
  const filled = '{ n: i, x: i + 0.5, y: 0.5, z: 0.5 }';
  const one = (body) => ({ it: Particle, count, run: compile(body) });
  const compare = (what, mine, other, most) =>
    report(what, takeTurns([one(mine), one(other)], nanoseconds), 'ns', most);
  compare('new', 'for (let i = 0; i < count; i++) kept = new it();', literal, 3);
  compare('new {...}', `for (let i = 0; i < count; i++) kept = new it(${filled});`,
          `for (let i = 0; i < count; i++) kept = ${filled};`);
  compare('dispose', 'for (let i = 0; i < count; i++) { kept = new it(); kept[Symbol.dispose](); }', literal);
}

if (!options.json) print('                record     other        times the other');
element();
iterate();
array();
making();
