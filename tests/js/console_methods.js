// What each method prints, and where.
'use strict';

console.info('info', [1]);
console.debug('debug', {});
console.dirxml({ a: 1 }, [2]);
console.warn('warn', { to: 'stderr' });
console.error('%s to stderr', 'error');

console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
console.dir({ a: { b: { c: { d: 1 } } } }, { depth: null });
console.dir({ [Symbol.for('nodejs.util.inspect.custom')]: () => 'not asked' });

console.group('G%d', 1);
console.log('in\nside');
console.warn('inside, too');
console.group();
console.log({ a: 1, b: [1, 2], long: 'x'.repeat(80) });
console.groupEnd();
console.log('back');
console.groupEnd();
console.groupEnd();
console.groupCollapsed('collapsed');
console.log(1);
console.groupEnd();
console.log('out');

console.count();
console.count();
console.count('x');
console.countReset('x');
console.count('x');
console.count(null);
console.count(Symbol('s'));
console.countReset('never counted');

console.assert(true, 'silent');
console.assert(false);
console.assert(0, 'with %s', 'text');
console.assert('', { a: 1 }, 2);

console.timeEnd('never started');
console.timeLog('never started');
console.time('t');
console.time('t');

Error.prepareStackTrace = (error, frames) => 
  `${error.name}: ${error.message} from ${frames[0].getFunctionName()}`;
(function caller() { console.trace('%s here', 'trace'); })();
(function caller() { console.trace(); })();

console.table([{ a: 1, b: 'x' }, { a: 2, c: true }]);
console.table([[1, 2], [3, 4]]);
console.table([1, 'two', { three: 3 }]);
console.table({ r1: { c: 1 }, r2: { c: 2, d: {} } });
console.table(new Map([['k', { a: 1 }], ['l', 2]]));
console.table(new Set([1, { a: 1 }]));
console.table(new Map([[1, 2]]).entries());
console.table(new Map([[1, 2]]).keys());
console.table([{ a: 1, b: 2 }], ['b']);
console.table([1, 2], ['x']);
console.table([{ a: { b: { c: 1 } }, d: [1, 2, 3, 4, 5], e: '\u4f60\u597d', f: () => {} }]);
console.table([{ m: new Map([[1, 2]]), big: { a: 1, b: 2, c: 3 } }]);
console.table([null, undefined, [1]]);
console.table([]);
console.table('no table');
console.table(5);

console.clear();
const { log } = console;
log('without a receiver');

const property = Object.getOwnPropertyDescriptor(globalThis, 'console');
console.log(property.writable, property.enumerable, property.configurable);
console.log(Object.prototype.toString.call(console), Object.keys(console).includes('table'));
