// What Web IDL says of every interface: how arguments are read, and how a class
// of ours becomes one of the web's.
(function (natives) {
  'use strict';

  const {
    ObjectDefineProperty, ObjectGetOwnPropertyDescriptor, ReflectOwnKeys, SymbolToStringTag,
    TypeError,
  } = natives.requireInternal('primordials');
  const { wrongType } = natives.requireInternal('errors');

  const isObject = (value) =>
    typeof value === 'function' || (typeof value === 'object' && value !== null);

  // Gives the class its tag, and makes its members enumerable, as the web's are.
  function describeInterface(constructor, name, constants = undefined) {
    for (let side = 0; side < 2; side++) {
      const holder = side === 0 ? constructor.prototype : constructor;
      const keys = ReflectOwnKeys(holder);
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i];
        if (typeof key !== 'string' || key === 'constructor' || key === 'prototype' ||
            key === 'length' || key === 'name') continue;
        const property = ObjectGetOwnPropertyDescriptor(holder, key);
        ObjectDefineProperty(holder, key, { __proto__: null, ...property, enumerable: true });
      }
      if (constants === undefined) continue;
      const names = ReflectOwnKeys(constants);
      for (let i = 0; i < names.length; i++) {
        ObjectDefineProperty(holder, names[i],
                             { __proto__: null, value: constants[names[i]], enumerable: true });
      }
    }
    ObjectDefineProperty(constructor.prototype, SymbolToStringTag,
                         { __proto__: null, value: name, configurable: true });
    return constructor;
  }

  function requireArguments(what, got, wanted) {
    if (got >= wanted) return;
    throw new TypeError(`${what} needs ${wanted} argument${wanted === 1 ? '' : 's'}, got ${got}`);
  }

  // A member or function was called on something else than an `interfaceName`.
  function wrongReceiver(what, interfaceName) {
    const initial = interfaceName[0];
    const article =
      initial === 'A' || initial === 'E' || initial === 'I' || initial === 'O' ? 'an' : 'a';
    return new TypeError(`${what}: the receiver must be ${article} ${interfaceName}`);
  }

  // Null and undefined are an empty dictionary.
  const kEmpty = { __proto__: null };
  function toDictionary(name, value) {
    if (value === undefined || value === null) return kEmpty;
    if (!isObject(value)) throw wrongType(name, 'an object', value);
    return value;
  }

  return {
    __proto__: null, describeInterface, isObject, requireArguments, toDictionary, wrongReceiver,
  };
})
