// What structured clones have to know of the web's own objects.
(function (natives) {
  'use strict';

  const { ObjectDefineProperty } = natives.requireInternal('primordials');
  const { isController } = natives.requireInternal('abort');
  const { DOMException, isDOMException, messageOf, nameOf } = natives.requireInternal('dom_exception');
  const { isEvent } = natives.requireInternal('event');
  const { isEventTarget } = natives.requireInternal('event_target');

  // PlatformKind of C++.
  const kNone = 0;
  const kDOMException = 1;
  const kMessagePort = 2;
  const kNotCloneable = 3;

  // Ports are only loaded when a script uses them.
  let isPort = () => false;
  function usePorts(test) { isPort = test; }

  function kindOf(object) {
    if (isDOMException(object)) return kDOMException;
    if (isPort(object)) return kMessagePort;
    if (isEventTarget(object) || isEvent(object) || isController(object)) return kNotCloneable;
    return kNone;
  }

  function reviveException(message, name, stack) {
    const exception = new DOMException(message, name);
    ObjectDefineProperty(exception, 'stack', {
      __proto__: null, value: stack, writable: true, enumerable: false, configurable: true,
    });
    return exception;
  }

  return { __proto__: null, kindOf, messageOf, nameOf, reviveException, usePorts };
})
