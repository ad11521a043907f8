// How values are shown, loaded when the first object is. The formatting is
// Node's own (third_party/node-inspect, unmodified); this file gives it what
// Node's C++ and internal modules would.
(function (natives) {
  'use strict';

  const primordials = natives.requireInternal('primordials');
  const {
    ArrayIsArray, ArrayPrototypeForEach, Error, FunctionPrototypeSymbolHasInstance,
    NumberPrototypeToString, ObjectPrototypeToString, RegExpPrototypeSymbolReplace, SafeSet,
    StringPrototypePadStart, SymbolFor, TypeError, TypedArrayPrototypeGetSymbolToStringTag,
  } = primordials;
  const { classOf, getProxyDetails, previewEntries } = natives;

  const is = (name) => (value) => classOf(value) === name;
  const boxes = new SafeSet(['NumberObject', 'StringObject', 'BooleanObject', 'BigIntObject',
                             'SymbolObject']);

  const types = {
    __proto__: null,
    isAnyArrayBuffer: (value) => {
      const name = classOf(value);
      return name === 'ArrayBuffer' || name === 'SharedArrayBuffer';
    },
    isAsyncFunction: (value) => {
      const name = classOf(value);
      return name === 'AsyncFunction' || name === 'AsyncGeneratorFunction';
    },
    isGeneratorFunction: (value) => {
      const name = classOf(value);
      return name === 'GeneratorFunction' || name === 'AsyncGeneratorFunction';
    },
    isBoxedPrimitive: (value) => boxes.has(classOf(value)),
    isArgumentsObject: is('Arguments'),
    isModuleNamespaceObject: is('ModuleNamespace'),
    isTypedArray: (value) => TypedArrayPrototypeGetSymbolToStringTag(value) !== undefined,
  };
  ArrayPrototypeForEach([
    'ArrayBuffer', 'BigIntObject', 'BooleanObject', 'DataView', 'Date', 'External', 'Map',
    'MapIterator', 'NativeError', 'NumberObject', 'Promise', 'RegExp', 'Set', 'SetIterator',
    'StringObject', 'SymbolObject', 'WeakMap', 'WeakSet',
  ], (name) => { types['is' + name] = is(name); });

  // Node's bindings answer less unless asked for all.
  const util = {
    constants: { ALL_PROPERTIES: 0, ONLY_ENUMERABLE: 2, kPending: 0, kRejected: 2 },
    getOwnNonIndexProperties: (object, filter) =>
      natives.getOwnNonIndexProperties(object, filter !== 0),
    getPromiseDetails: natives.getPromiseDetails,
    getProxyDetails: (value, both = true) => {
      const details = getProxyDetails(value);
      return both || details === undefined ? details : details[0];
    },
    previewEntries: (value, both) => both ? previewEntries(value) : previewEntries(value)[0],
    getConstructorName: natives.getConstructorName,
    getExternalValue: () => 0n,
  };

  const isStackOverflow = (error) =>
    types.isNativeError(error) && error.name === 'RangeError' &&
    error.message === 'Maximum call stack size exceeded';

  function assert(condition) {
    if (!condition) throw new Error('inspect: an internal assumption does not hold');
  }

  // As much of a Buffer as the contents of an ArrayBuffer need.
  class Buffer {
    hexSlice(start, end) {
      let text = '';
      for (let i = start; i < end; i++) {
        text += StringPrototypePadStart(NumberPrototypeToString(this[i], 16), 2, '0');
      }
      return text;
    }
  }

  const kValidateObjectAllowArray = 1;
  const modules = {
    __proto__: null,
    'buffer': { Buffer },
    'internal/assert': assert,
    'internal/bootstrap/realm': { BuiltinModule: { exists: () => false } },
    'internal/errors': { isStackOverflowError: isStackOverflow },
    'internal/url': {
      URL: typeof natives.global.URL === 'function' ? natives.global.URL : class URL {},
      pathToFileURL: (path) => ({ href: 'file://' + path }),
    },
    'internal/util': {
      customInspectSymbol: SymbolFor('nodejs.util.inspect.custom'),
      isError: (value) =>
        types.isNativeError(value) || FunctionPrototypeSymbolHasInstance(Error, value),
      join: primordials.ArrayPrototypeJoin,
      removeColors: (text) => RegExpPrototypeSymbolReplace(/\u001b\[\d\d?m/g, text, ''),
    },
    'internal/util/types': types,
    'internal/validators': {
      kValidateObjectAllowArray,
      validateObject: (value, name, flags) => {
        if (value === null || typeof value !== 'object' ||
            (flags !== kValidateObjectAllowArray && ArrayIsArray(value))) {
          throw new TypeError(`${name} must be an object, got ${ObjectPrototypeToString(value)}`);
        }
      },
      validateString: (value, name) => {
        if (typeof value !== 'string') {
          throw new TypeError(`${name} must be a string, got ${typeof value}`);
        }
      },
    },
  };

  const bindings = { __proto__: null, util, config: { hasIntl: false } };
  const module = { exports: {} };
  natives.compileInternal('node-inspect', [
    'exports', 'require', 'module', 'process', 'internalBinding', 'primordials',
  ])(module.exports, (name) => modules[name], module, { cwd: () => '/' },
     (name) => bindings[name], primordials);
  const { inspect, format, formatWithOptions, getStringWidth } = module.exports;

  // What went wrong in showing a value, in words that can't go wrong.
  function reason(error) {
    try {
      if (types.isNativeError(error)) {
        const { name, message } = error;
        return message === '' ? `${name}` : `${name}: ${message}`;
      }
      return inspect(error, { customInspect: false, depth: 0 });
    } catch {
      return 'the error it throws can\'t be shown either';
    }
  }

  /** inspect() for the shell itself: a value that throws when looked at is
   *  shown with what it threw. */
  function show(value, options) {
    try {
      return inspect(value, options);
    } catch (error) {
      const why = reason(error);
      try {
        return `${inspect(value, { ...options, customInspect: false })} [inspecting it threw ${why}]`;
      } catch {
        return `[${natives.getConstructorName(value)}: inspecting it threw ${why}]`;
      }
    }
  }

  return {
    __proto__: null,
    inspect, format, formatWithOptions, getStringWidth, show, reason,
    types, previewEntries,
  };
})
