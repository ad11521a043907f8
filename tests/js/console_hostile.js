// No value makes console throw.
'use strict';

const custom = Symbol.for('nodejs.util.inspect.custom');
const boom = () => { throw new TypeError('boom'); };
const allTraps = new Proxy({}, { get: () => boom });
const weirdError = new Error('weird');
for (const key of ['stack', 'message', 'name']) {
  Object.defineProperty(weirdError, key, { get: boom });
}
const values = {
  'throwing custom inspector': { a: 1, [custom]: boom },
  'custom inspector that throws a proxy': { [custom]: () => { throw new Proxy({}, allTraps); } },
  'custom inspector that throws itself': { [custom]() { throw this; } },
  'throwing href': { get href() { return boom(); } },
  'throwing tag': { get [Symbol.toStringTag]() { return boom(); } },
  'throwing constructor': { get constructor() { return boom(); } },
  'throwing toString': { toString: boom },
  'throwing toPrimitive': { [Symbol.toPrimitive]: boom },
  'throwing toJSON': { toJSON: boom },
  'proxy whose traps all throw': new Proxy({ a: 1 }, allTraps),
  'proxy of a proxy': new Proxy(new Proxy([1], allTraps), allTraps),
  'proxy as prototype': Object.create(new Proxy({}, allTraps)),
  'error with throwing parts': weirdError,
  'class with a throwing name': class { static get name() { return boom(); } },
  'array with a throwing length key': Object.defineProperty([1], 'x', { get: boom, enumerable: true }),
  'view with a lying length': Object.defineProperty(new Uint8Array(3), 'length', { value: 1e9 }),
  'map without its prototype': Object.setPrototypeOf(new Map([[1, 1]]), null),
  'object of a kind in name only': Object.create(Map.prototype),
  'date that lies': Object.create(Date.prototype),
};

for (const [name, value] of Object.entries(values)) {
  console.group(name);
  console.log(value, 'and more');
  console.log(name, value);
  for (const directive of ['%s', '%d', '%i', '%f', '%j', '%o']) console.log(directive, value);
  console.dir(value, { depth: 0 });
  console.table(value);
  console.table([1], value);
  console.count(value);
  console.groupEnd();
}

// What these print differs with the clock and the stack; that they return counts.
for (const value of Object.values(values)) {
  console.error(value);
  console.assert(false, value);
  console.trace(value);
  console.time(value);
  console.time(value);
  console.countReset(value);
  console.countReset(value);
  console.dir({}, value);
}
Error.prepareStackTrace = boom;
console.trace('no stack');
Error.prepareStackTrace = undefined;
console.log('done');
