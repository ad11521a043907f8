// console keeps working when a script has patched the built-ins it uses, also
// when the inspector is only loaded afterwards.
'use strict';

const methods = {
  Array: ['filter', 'forEach', 'indexOf', 'join', 'map', 'sort', 'splice', 'unshift', 'concat'],
  Function: ['bind', 'call', 'apply'],
  Map: ['get', 'set', 'has', 'delete', 'entries', 'forEach'],
  Number: ['toFixed', 'toString'],
  Object: ['hasOwnProperty', 'toString', 'propertyIsEnumerable'],
  Set: ['add', 'has', 'values', 'forEach'],
  String: ['charCodeAt', 'codePointAt', 'includes', 'indexOf', 'padEnd', 'padStart', 'repeat', 'replace',
           'replaceAll', 'slice', 'split', 'startsWith', 'toString'],
  Symbol: ['toString'],
};
const statics = {
  Array: ['isArray', 'from'],
  Object: ['keys', 'getOwnPropertyDescriptor', 'getOwnPropertyNames', 'getPrototypeOf', 'is',
           'assign', 'defineProperty'],
  Reflect: ['apply', 'ownKeys'],
  JSON: ['stringify'],
  Number: ['isNaN', 'isFinite'],
  Math: ['floor', 'max', 'min', 'round', 'sqrt'],
};
const values = [
  { a: 1, b: [1, 'two', { c: 3 }], d: new Map([[1, { x: 2 }]]), e: new Set([1]) },
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], new Uint8Array(3), /x/, new Date(0), Symbol('s'),
  Object.assign(new Error('e'), { stack: 'Error: e\n    at x.js:1:2', code: 1 }),
];
const { defineProperty } = Object;
const trap = () => { throw new Error('a patched built-in was called'); };
for (const name in methods) {
  for (let i = 0; i < methods[name].length; i++) {
    defineProperty(globalThis[name].prototype, methods[name][i], { value: trap, writable: true });
  }
}
for (const name in statics) {
  for (let i = 0; i < statics[name].length; i++) globalThis[name][statics[name][i]] = trap;
}

console.log('a string');
console.log('primitives', 1, -0, 2n, null, undefined, true, Symbol('x'));
for (let i = 0; i < values.length; i++) console.log(values[i]);
console.log('%s %d %o %j', 'text', 42, { a: 1 });
console.table([{ a: 1, b: 'x' }, { a: 2 }]);
console.group('group');
console.log('two\nlines');
console.groupEnd();
console.count();
console.dir({ a: { b: { c: {} } } }, { depth: 0 });
console.timeEnd('none');

// The inspector, being Node's, does use these as they are. Nothing throws.
const arrayMethods = ['push', 'pop', 'includes', 'slice'];
for (let i = 0; i < arrayMethods.length; i++) Array.prototype[arrayMethods[i]] = trap;
console.log('still', values[0], 1, new Map());
console.log('%s', 'a string', { a: 1 });
console.table([1]);
console.dir({});
console.group('group', {});
console.groupEnd();
console.log('done');
