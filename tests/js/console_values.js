// How values are shown: compared byte for byte with what Node 26 prints.
'use strict';

console.log('hello');
console.log();
console.log(1, -0, 2n, null, undefined, true, Symbol('x'), NaN, 1e21, 123456789.123);
console.log({ a: 1, b: 'x', c: [1, 2, 3], d: { e: { f: { g: 1 } } } });
console.log([undefined, null], [[[[[]]]]], { a: {} }, { a: [] }, [{}], [''], {}, []);

// Arrays: holes, long ones, extra keys.
console.log([1, , 3], [, , ], new Array(5), Object.assign([1, 2], { x: 1, '-1': 2 }));
console.log(Array.from({ length: 200 }, (_, i) => i));
console.log(Array.from({ length: 30 }, (_, i) => `item${i * i * i}`));
console.log([1.5, 2.25, 1000, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
const sparse = [];
sparse[4_000_000_000] = 1;
console.log(sparse);

// Strings: quotes, escapes, long ones.
console.log(["it's", '"q"', '`b` "q" \'s\'', 'a\nb', '\x1b[31m\ud800', '\u4f60\u597d']);
console.log({ long: 'x'.repeat(300), lines: 'one line of text\ntwo lines of text\n'.repeat(3) });
console.log(['x'.repeat(10_050)][0].length, [['y'.repeat(10_050)].map((s) => s.slice(-60))]);
console.log([['z'.repeat(20_000)]].toString().length, { cut: 'z'.repeat(10_001) }.cut.length);

// Keys.
console.log({ 'a b': 1, [Symbol('k')]: 2, 'quote\'s': 3, '\n': 4, ['__proto__']: 5 });
console.log({ get a() { return 1; }, set a(v) {}, get b() { throw new Error(); }, set c(v) {} });

// Collections and their iterators, which showing doesn't advance.
console.log(new Map([[1, { a: 2 }], ['x', [1]]]), new Set([1, 'a', {}]));
console.log(new WeakMap(), new WeakSet(), new Map(), new Set());
const iterator = new Map([[1, 2], [3, 4]]).entries();
console.log(iterator, new Set([5]).values(), [1].values());
console.log(iterator.next().value, iterator);
console.log({ a: new Set(Array.from({ length: 120 }, (_, i) => i)) });

// Promises, proxies, functions, classes, boxes, dates, regular expressions.
const rejected = Promise.reject(3);
rejected.catch(() => {});
console.log(Promise.resolve(4), rejected, new Promise(() => {}));
console.log(new Proxy({ a: 1 }, { get() { throw new Error('a trap ran'); } }));
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
console.log(revoked, [revoked]);
console.log(function foo() {}, class A {}, class B extends Array {}, async () => {},
            function* g() {}, async function* ag() {}, Object.assign(() => {}, { a: 1 }));
console.log(new Date(0), [new Date(NaN)], /x+/gi);
console.log(new Number(3), new String('abc'), Object(Symbol('q')), Object(1n), new Boolean(false));

// Buffers.
console.log(new Uint8Array(200), new Float64Array([1.5, -0]), new BigInt64Array(1));
console.log(new ArrayBuffer(10), new SharedArrayBuffer(4), new DataView(new ArrayBuffer(3)));
console.log(new Uint8Array(1_000_000), new ArrayBuffer(1_000_000));
const gone = new ArrayBuffer(8);
const goneView = new Uint8Array(gone);
gone.transfer();
console.log(gone, goneView);

// Prototypes and tags.
console.log(Object.create(null), Object.create({ a: 1 }), Object.create(class Q {}.prototype));
console.log(Object.setPrototypeOf([1, 2], null), Object.setPrototypeOf(new Map([[1, 2]]), null));
console.log(new (class Foo { x = 1; #hidden = 2; get [Symbol.toStringTag]() { return 'bar'; } })());
console.log(new (class M extends Map {})([[1, 2]]), new (class U extends Uint8Array {})(2));
console.log({ [Symbol.for('nodejs.util.inspect.custom')](depth) { return `custom ${depth}`; } });
console.log((function () { return arguments; })(1, 2));

// Circles and depth.
const circle = { name: 'c' };
circle.self = circle;
circle.list = [circle, { circle }];
console.log(circle);
const deep = {};
for (let i = 0, at = deep; i < 20_000; i++) at = at.x = {};
console.log(deep);
console.dir(deep, { depth: 5 });

// Errors.
class MyError extends Error {}
const error = new MyError('boom');
error.stack = 'MyError: boom\n    at foo (x.js:1:1)';
error.code = 'E1';
console.log(error, { error });
const outer = new Error('outer', { cause: error });
outer.stack = 'Error: outer\n    at y.js:2:2';
console.log(outer);
console.log([Object.assign(new Error('no stack'), { stack: undefined })]);

// Directives.
console.log('%s is %d years and %i, %f, %j %o %O %c%%', 'Bob', 42.5, 42.9, '1.5', { a: 1 }, [1],
            { b: { c: {} } }, 'css', 'extra', { z: 1 });
console.log('100%', 5);
console.log('a%', 'b', '%s');
console.log('%s %s %s', Symbol('s'), -0, { toString() { return 'own'; } }, [1]);
console.log('%d %d %i', '0x10', 5n, 'px');
console.log('%%%s%', 'a');
console.log('%s', circle);
console.log('%j', circle);
