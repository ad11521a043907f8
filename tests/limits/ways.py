"""Ways to run out of memory: name, limits, program, how it must end.

`peak` says what holds the peak of resident memory: 'bounded' is the limit, a
tenth and 16 MiB above an empty shell; 'malloc' is that most of it is memory of
V8's that no limit holds (docs/limits.md).
"""

import collections

Way = collections.namedtuple('Way', 'name limits code outcome peak',
                             defaults=('bounded',))

HEAP = {'jsHeap': '64MiB'}
BUFFERS = {'buffers': '64MiB'}
TOTAL = {'total': '128MiB'}

# The longest string, less a little.
LONG = '(2 ** 29 - 100)'

WAYS = [
    # V8's heap, little by little.
    Way('objects', HEAP, 'const a = []; for (;;) a.push({ i: a.length })',
        'js-heap-limit'),
    Way('closures', HEAP, 'const a = []; for (let i = 0;; i++) a.push(() => i)',
        'js-heap-limit'),
    Way('promises that nobody settles', HEAP,
        'const a = []; for (;;) a.push(new Promise(() => {}))',
        'js-heap-limit'),
    Way('generators', HEAP,
        'function* g(x) { yield x } const a = []; '
        'for (;;) { const i = g(a.length); i.next(); a.push(i) }',
        'js-heap-limit'),
    Way('a WeakMap with live keys', HEAP,
        'const w = new WeakMap, a = []; '
        'for (;;) { const k = {}; a.push(k); w.set(k, [a.length]) }',
        'js-heap-limit'),
    Way('functions made by eval', HEAP,
        'const a = []; for (let i = 0;; i++) '
        'a.push(eval(`(function f${i}(x) { return x + ${i} })`))',
        'js-heap-limit'),
    Way('the symbol registry', HEAP,
        'for (let i = 0;; i++) Symbol.for(`a symbol of that name ${i}`)',
        'js-heap-limit'),
    Way('strings, flattened', HEAP,
        'const a = []; for (let i = 0;; i++) '
        '{ let s = ""; for (let j = 0; j < 100; j++) s += `${i},${j}`; '
        'a.push(s); s.charCodeAt(7) }', 'js-heap-limit'),

    # V8's heap, in what built-ins do at one go.
    Way('new Array(2 ** 27).fill(0)', HEAP, 'new Array(2 ** 27).fill(0)',
        'js-heap-limit'),
    Way('Array(1e9), filled', HEAP,
        'const a = Array(1e9); for (let i = 0; i < 1e9; i++) a[i] = i',
        'js-heap-limit'),
    Way('a string of 512 MiB', HEAP,
        f's = "x".repeat({LONG}); s.charCodeAt({LONG} - 1)', 'js-heap-limit'),
    Way('a Map that grows', HEAP,
        'const m = new Map; for (let i = 0;; i++) m.set(i, i)',
        'js-heap-limit'),
    Way('a Set of strings', HEAP,
        'const s = new Set; for (let i = 0;; i++) s.add(`entry ${i}`)',
        'js-heap-limit'),
    Way('an endless iterator, spread', HEAP,
        'Math.max(...(function* () { for (;;) yield 1 })())', 'js-heap-limit'),
    Way('JSON.parse of long text', HEAP,
        'JSON.parse("[" + \'{"a":[1]},\'.repeat(3e6) + "1]")',
        'js-heap-limit', 'malloc'),
    Way('matches of a regular expression', HEAP,
        '[..."ab".repeat(1e7).matchAll(/(a)(b)/g)]', 'js-heap-limit'),
    Way('split', HEAP, '"x,".repeat(2e7).split(",")', 'js-heap-limit',
        'malloc'),
    Way('JSON.stringify beyond the longest string', HEAP,
        'const o = { s: "x".repeat(1e6) }; '
        'JSON.stringify(Array(1000).fill(o))', 'threw', 'malloc'),
    Way('a BigInt, squared again and again', HEAP,
        'let x = 3n; for (;;) x *= x', 'js-heap-limit', 'malloc'),
    Way('deep recursion', HEAP,
        '(function f(...a) { return f(...a, {}) + 1 })()', 'stack-limit'),

    # Buffers and native objects.
    Way('ArrayBuffers held', BUFFERS,
        'const a = []; for (;;) a.push(new Uint8Array(1 << 16).fill(1))',
        'buffer-limit'),
    Way('ArrayBuffers dropped', BUFFERS,
        'for (let i = 0; i < 5000; i++) new Uint8Array(1 << 16).fill(1)',
        'completed'),
    Way('one ArrayBuffer of 4 GiB', BUFFERS, 'new ArrayBuffer(2 ** 32)',
        'buffer-limit'),
    Way('a resizable ArrayBuffer', BUFFERS,
        'const b = new ArrayBuffer(1, { maxByteLength: 2 ** 30 }); '
        'for (let n = 1;; n += 1 << 16) '
        '{ b.resize(n); new Uint8Array(b).fill(1, n - 1) }', 'buffer-limit'),
    Way('memory.grow', BUFFERS,
        'const m = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); '
        'for (;;) { m.grow(16); new Uint8Array(m.buffer).fill(1, -1048576) }',
        'buffer-limit'),
    Way('NumberMaps and BitSets', TOTAL,
        'const a = []; for (;;) { const m = new NumberMap; '
        'for (let i = 0; i < 1000; i++) m.set(i, i); '
        'a.push(m, new BitSet(4096).set(63)) }', 'total-limit'),
    Way('an Arena', BUFFERS,
        'const arena = new Arena; for (;;) arena.alloc(4096).fill(1)',
        'buffer-limit'),
    Way('records', TOTAL,
        'const P = heap.struct("P", { x: "f64", y: ["u8", 100] }), a = []; '
        'for (;;) a.push(new P({ x: a.length }))', 'total-limit'),

    # Both.
    Way('small typed arrays and their buffers', TOTAL,
        'const a = []; for (;;) a.push(new Uint8Array(64).buffer)',
        'total-limit'),
    Way('objects and buffers', TOTAL,
        'const a = []; for (;;) a.push([{}, new Uint8Array(1000).fill(1)])',
        'total-limit'),
    Way('clones of a graph', TOTAL,
        'let o = {}; for (let i = 0; i < 1000; i++) '
        'o = { o, b: new Uint8Array(100) }; '
        'const a = []; for (;;) a.push(structuredClone(o))', 'total-limit'),
    Way('timers', TOTAL, 'for (;;) setTimeout(() => {}, 1e6)', 'total-limit'),
]
