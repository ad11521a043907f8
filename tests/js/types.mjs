// types/jshost.d.ts says what the shell exposes: nothing less, nothing more.
// The declarations of a .d.ts that is written one member a line:
// { globals: Set, members: Map of a class's or object's name to a Set }.
function parse(text) {
  const globals = new Set();
  const members = new Map();
  let owner = null;  // of which members are being read
  let depth = 0;
  for (const line of text.replace(/\/\*[^]*?\*\//g, '').split('\n')) {
    const code = line.replace(/\/\/.*/, '');
    const declared = /^declare (?:class|const|function) (\w+)/.exec(code);
    if (declared !== null) {
      globals.add(declared[1]);
      if (code.trimEnd().endsWith('{')) members.set(owner = declared[1], new Set());
    } else if (owner !== null && depth === 1) {
      const member = /^ {2}(static )?(?:readonly )?(\[Symbol\.\w+\]|\w+)\??[<(:]/.exec(code);
      if (member !== null) members.get(owner).add((member[1] ?? '') + member[2]);
    }
    depth += code.split('{').length - code.split('}').length;
    if (depth === 0) owner = null;
  }
  return { globals, members };
}

const { globals, members } = parse(read(`${import.meta.dirname}/../../types/jshost.d.ts`));

const failures = [];
const expect = (condition, text) => { if (!condition) failures.push(text); };
const keyOf = (name) => name.startsWith('[Symbol.') ? Symbol[name.slice(8, -1)] : name;

expect(globals.size > 20, 'the declarations were not read');
for (const name of globals) expect(name in globalThis, `${name} is declared and doesn't exist`);

// What ECMAScript and WebAssembly define, and what engines have beyond that.
const standard = new Set(`Object Function Array Number parseFloat parseInt Infinity NaN undefined
  Boolean String Symbol Date Promise RegExp Error AggregateError EvalError RangeError ReferenceError
  SyntaxError TypeError URIError SuppressedError globalThis JSON Math Intl ArrayBuffer
  SharedArrayBuffer Atomics Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array
  BigUint64Array BigInt64Array Uint8ClampedArray Float16Array Float32Array Float64Array DataView Map
  BigInt Set Iterator AsyncIterator WeakMap WeakSet Proxy Reflect FinalizationRegistry WeakRef
  Temporal decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval isFinite
  isNaN DisposableStack AsyncDisposableStack WebAssembly arguments gc`.split(/\s+/));
for (const name of Object.getOwnPropertyNames(globalThis)) {
  expect(standard.has(name) || globals.has(name), `${name} exists and isn't declared`);
}

// Members of consoles that only inspectors use.
const undeclared = { console: ['profile', 'profileEnd', 'timeStamp'] };

for (const [owner, names] of members) {
  const value = globalThis[owner];
  if (value === undefined) continue;
  const isClass = typeof value === 'function';
  const exposed = (object, prefix, ignored) => Object.getOwnPropertyNames(object)
    .filter((name) => !ignored.includes(name)).map((name) => prefix + name);
  for (const name of names) {
    if (name === 'constructor') continue;
    const isStatic = name.startsWith('static ');
    const holder = isClass && !isStatic ? value.prototype : value;
    expect(keyOf(name.replace('static ', '')) in holder, `${owner}: ${name} is declared and doesn't exist`);
  }
  const found = isClass
    ? [...exposed(value.prototype, '', ['constructor']),
       ...exposed(value, 'static ', ['length', 'name', 'prototype'])]
    : exposed(value, '', undeclared[owner] ?? []);
  for (const name of found) {
    expect(names.has(name), `${owner}: ${name} exists and isn't declared`);
  }
}

if (failures.length !== 0) throw new Error(`types/jshost.d.ts:\n  ${failures.join('\n  ')}`);
