// The built-ins that our own JavaScript uses, captured before any script can
// patch them. Names follow Node's scheme, which third_party/node-inspect
// expects: `ArrayPrototypeJoin(array, ',')` is `array.join(',')`. Only what is
// needed is captured.
//
// What V8 adds to a context only after the startup snapshot (Float16Array,
// Error.isError and others of the newest features) is captured when the program
// starts. Until then reading it here throws, so a file that is in the snapshot
// takes it in natives.atStart().
(function (natives) {
  'use strict';

  const { apply, bind, call } = Function.prototype;
  const uncurryThis = bind.bind(call);
  const getDescriptor = Object.getOwnPropertyDescriptor;
  const TypedArray = Object.getPrototypeOf(Uint8Array);

  const primordials = {
    __proto__: null,
    uncurryThis,
    globalThis,
    ArrayPrototypePushApply: bind.bind(apply)(Array.prototype.push),
    ErrorCaptureStackTrace: Error.captureStackTrace,
    JSONStringify: JSON.stringify,
    ReflectApply: Reflect.apply,
    ReflectConstruct: Reflect.construct,
    ReflectOwnKeys: Reflect.ownKeys,
    IteratorPrototype: Iterator.prototype,
    FunctionPrototypeSymbolHasInstance: uncurryThis(Function.prototype[Symbol.hasInstance]),
    RegExpPrototypeSymbolReplace: uncurryThis(RegExp.prototype[Symbol.replace]),
    RegExpPrototypeSymbolSplit: uncurryThis(RegExp.prototype[Symbol.split]),
    SymbolDispose: natives.symbolDispose,
    SymbolFor: Symbol.for,
    SymbolIterator: Symbol.iterator,
    SymbolToPrimitive: Symbol.toPrimitive,
    SymbolToStringTag: Symbol.toStringTag,
    TypedArray,
    TypedArrayPrototype: TypedArray.prototype,
    TypedArrayPrototypeFill: uncurryThis(TypedArray.prototype.fill),
    TypedArrayPrototypeSet: uncurryThis(TypedArray.prototype.set),
  };

  const suffix = (name) => name[0].toUpperCase() + name.slice(1);

  // Whether primordials[name] has to wait for the start, when `capture` is
  // called.
  let isStarting = false;
  function waits(name, value, capture) {
    if (value !== undefined || isStarting) return false;
    const property = (what) => Object.defineProperty(primordials, name, {
      __proto__: null, configurable: true, enumerable: true, ...what,
    });
    property({
      get() {
        throw new Error(`primordials.${name} isn't there until the program starts: ` +
                        'take it in natives.atStart()');
      },
    });
    natives.atStart(() => {
      property({ value: undefined, writable: true });
      isStarting = true;
      capture();
      isStarting = false;
    });
    return true;
  }

  function statics(prefix, owner, names) {
    for (const name of names) {
      const key = prefix + suffix(name);
      if (waits(key, owner[name], () => statics(prefix, owner, [name]))) continue;
      primordials[key] = owner[name];
    }
  }

  // `methods` are uncurried: the receiver becomes the first parameter.
  function type(name, methods, own = []) {
    // A getter is the snapshot's maker's: it throws.
    const constructor = getDescriptor(globalThis, name)?.value;
    if (waits(name, constructor, () => type(name, methods, own))) return;
    if (constructor === undefined) return;  // V8 was told to do without.
    primordials[name] = constructor;
    primordials[name + 'Prototype'] = constructor.prototype;
    statics(name, constructor, own);
    for (const method of methods) {
      const key = name + 'Prototype' + suffix(method);
      if (waits(key, constructor.prototype[method], () => type(name, [method]))) continue;
      if (constructor.prototype[method] === undefined) continue;
      primordials[key] = uncurryThis(constructor.prototype[method]);
    }
  }

  function getter(prefix, prototype, key, name) {
    primordials[prefix + 'PrototypeGet' + name] = uncurryThis(getDescriptor(prototype, key).get);
  }

  for (const name of ['AggregateError', 'ArrayBuffer', 'DataView', 'Promise', 'RangeError',
                      'TypeError', 'WeakMap', 'WeakSet',
                      'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array',
                      'Int32Array', 'Uint32Array', 'Float16Array', 'Float32Array', 'Float64Array',
                      'BigInt64Array', 'BigUint64Array']) {
    type(name, []);
  }
  type('Array', ['filter', 'forEach', 'includes', 'indexOf', 'join', 'map', 'pop', 'push',
                 'slice', 'sort', 'splice', 'unshift'], ['isArray']);
  type('BigInt', ['valueOf'], ['asIntN', 'asUintN']);
  type('Boolean', ['valueOf']);
  type('Date', ['getTime', 'toISOString', 'toString']);
  type('Error', ['toString']);
  type('Function', ['bind', 'call', 'toString']);
  type('Map', ['entries', 'forEach']);
  type('Number', ['toFixed', 'toString', 'valueOf'],
       ['isFinite', 'isInteger', 'isNaN', 'isSafeInteger', 'parseFloat', 'parseInt']);
  type('Object', ['hasOwnProperty', 'propertyIsEnumerable', 'toString'],
       ['assign', 'defineProperty', 'freeze', 'getOwnPropertyDescriptor', 'getOwnPropertyNames',
        'getOwnPropertySymbols', 'getPrototypeOf', 'hasOwn', 'is', 'keys', 'seal', 'setPrototypeOf']);
  type('RegExp', ['exec', 'toString']);
  type('Set', ['forEach', 'values']);
  type('String', ['charCodeAt', 'codePointAt', 'endsWith', 'includes', 'indexOf', 'lastIndexOf',
                  'normalize', 'padEnd', 'padStart', 'repeat', 'replace', 'replaceAll', 'slice',
                  'split', 'startsWith', 'toLowerCase', 'valueOf']);
  type('Symbol', ['toString', 'valueOf']);
  type('WeakRef', ['deref']);
  statics('Math', Math, ['ceil', 'clz32', 'floor', 'imul', 'max', 'min', 'round', 'sqrt', 'trunc']);
  getter('DataView', DataView.prototype, 'byteLength', 'ByteLength');
  getter('Map', Map.prototype, 'size', 'Size');
  getter('Set', Set.prototype, 'size', 'Size');
  getter('TypedArray', TypedArray.prototype, 'buffer', 'Buffer');
  getter('TypedArray', TypedArray.prototype, 'byteOffset', 'ByteOffset');
  getter('TypedArray', TypedArray.prototype, 'length', 'Length');
  getter('TypedArray', TypedArray.prototype, Symbol.toStringTag, 'SymbolToStringTag');

  // Views of bytes, as Node names them.
  for (const name of ['copyWithin', 'fill', 'indexOf', 'set']) {
    primordials['TypedArrayPrototype' + suffix(name)] = uncurryThis(TypedArray.prototype[name]);
  }
  for (const kind of ['Int8', 'Uint8', 'Int16', 'Uint16', 'Int32', 'Uint32', 'BigInt64', 'BigUint64',
                      'Float32', 'Float64']) {
    for (const way of ['get', 'set']) {
      primordials['DataViewPrototype' + suffix(way + kind)] =
        uncurryThis(DataView.prototype[way + kind]);
    }
  }

  // WebAssembly: undefined in a V8 that can't compile, as with --jitless.
  natives.atStart(() => {
    if (typeof WebAssembly !== 'object') return;
    const { Instance, Memory, Module, Table } = WebAssembly;
    Object.assign(primordials, {
      WebAssemblyInstance: Instance,
      WebAssemblyMemory: Memory,
      WebAssemblyModule: Module,
      WebAssemblyTable: Table,
      WebAssemblyInstancePrototypeGetExports:
        uncurryThis(getDescriptor(Instance.prototype, 'exports').get),
      WebAssemblyMemoryPrototypeGetBuffer:
        uncurryThis(getDescriptor(Memory.prototype, 'buffer').get),
      WebAssemblyMemoryPrototypeGrow: uncurryThis(Memory.prototype.grow),
      WebAssemblyTablePrototypeGetLength:
        uncurryThis(getDescriptor(Table.prototype, 'length').get),
      WebAssemblyTablePrototypeGet: uncurryThis(Table.prototype.get),
      WebAssemblyTablePrototypeGrow: uncurryThis(Table.prototype.grow),
      WebAssemblyTablePrototypeSet: uncurryThis(Table.prototype.set),
    });
  });

  // Collections of our own, whose methods a script can't reach.
  function seal(constructor, base, keys) {
    for (const key of keys) {
      Object.defineProperty(constructor.prototype, key,
                            { __proto__: null, ...getDescriptor(base.prototype, key) });
    }
    Object.setPrototypeOf(constructor.prototype, null);
    Object.freeze(constructor.prototype);
    return constructor;
  }
  primordials.SafeMap = seal(class SafeMap extends Map {}, Map,
                             ['get', 'set', 'has', 'delete', 'size']);
  primordials.SafeSet = seal(class SafeSet extends Set {
    constructor(items = []) {
      super();
      for (let i = 0; i < items.length; i++) this.add(items[i]);
    }
  }, Set, ['add', 'has', 'delete', 'size']);

  const stringIterator = uncurryThis(String.prototype[Symbol.iterator]);
  const next = uncurryThis(Object.getPrototypeOf(''[Symbol.iterator]()).next);
  primordials.SafeStringIterator = class SafeStringIterator {
    #iterator;
    constructor(text) { this.#iterator = stringIterator(text); }
    next() { return next(this.#iterator); }
    [Symbol.iterator]() { return this; }
  };

  return primordials;
})
