// The global `EventTarget` (DOM): listeners, dispatch, and the event handlers
// that other classes have (`onmessage` and the like). No target of this shell
// has a parent, so an event's path is its target alone.
//
// What a listener throws is reported as an uncaught exception.
(function (natives) {
  'use strict';

  const {
    ObjectDefineProperty, ObjectGetOwnPropertyDescriptor, ReflectApply, SafeMap,
  } = natives.requireInternal('primordials');
  const { wrongType } = natives.requireInternal('errors');
  const event = natives.requireInternal('event');
  const { describeInterface, isObject, requireArguments, wrongReceiver } =
    natives.requireInternal('web_idl');

  // One of a type's listeners, in a list in the order of adding. A removed one
  // keeps its `next`, so that a walk that stands on it goes on.
  class Listener {
    callback;
    capture;
    once;
    passive;
    isRemoved = false;
    number;  // grows along the list
    next = null;
    forget = undefined;  // ends what its signal has of it

    constructor(callback, capture, once, passive) {
      this.callback = callback;
      this.capture = capture;
      this.once = once;
      this.passive = passive;
    }
  }

  // The listeners of one type.
  class Listeners {
    first = null;
    last = null;
    count = 0;
  }

  let lastNumber = 0;

  // An event handler attribute's value, and the listener that calls it.
  class Handler {
    value = null;
    listener = null;
  }

  // How an abort signal tells a listener: set by abort.js, which needs this file.
  let signals = undefined;
  function useSignals(functions) { signals = functions; }

  let isEventTarget;
  let adopt;
  let add;
  let remove;
  let dispatch;
  let countOf;
  let watch;
  let handlerOf;

  // Private fields on the object that is handed in.
  class Given {
    constructor(object) { return object; }
  }

  class State extends Given {
    #types = undefined;     // a type's Listeners
    #handlers = undefined;  // a type's Handler
    #onChange = undefined;  // called with a type when it got or lost listeners

    static {
      isEventTarget = (value) => isObject(value) && #types in value;
      adopt = (object) => { new State(object); };
      countOf = (target, type) => target.#types?.get(type)?.count ?? 0;
      watch = (target, onChange) => { target.#onChange = onChange; };

      add = (target, type, listener) => {
        target.#types ??= new SafeMap();
        let list = target.#types.get(type);
        if (list === undefined) target.#types.set(type, list = new Listeners());
        for (let other = list.first; other !== null; other = other.next) {
          if (other.callback === listener.callback && other.capture === listener.capture) return false;
        }
        listener.number = ++lastNumber;
        if (list.last === null) list.first = listener;
        else list.last.next = listener;
        list.last = listener;
        list.count++;
        target.#onChange?.(type);
        return true;
      };

      remove = (target, type, callback, capture) => {
        const list = target.#types?.get(type);
        if (list === undefined) return;
        let previous = null;
        for (let one = list.first; one !== null; previous = one, one = one.next) {
          if (one.callback !== callback || one.capture !== capture) continue;
          one.isRemoved = true;
          if (previous === null) list.first = one.next;
          else previous.next = one.next;
          if (list.last === one) list.last = previous;
          if (--list.count === 0) target.#types.delete(type);
          one.forget?.();
          target.#onChange?.(type);
          return;
        }
      };

      const invoke = (target, type, about, capture) => {
        const list = target.#types?.get(type);
        if (list === undefined || event.isStopped(about)) return;
        const last = lastNumber;  // Later ones are not for this event.
        for (let one = list.first; one !== null && one.number <= last; one = one.next) {
          if (one.isRemoved || one.capture !== capture) continue;
          if (one.once) remove(target, type, one.callback, one.capture);
          event.setPassive(about, one.passive);
          call(one.callback, target, about);
          event.setPassive(about, false);
          if (event.isStoppedAtOnce(about)) return;
        }
      };

      dispatch = (target, about) => {
        event.begin(about, target);
        const type = event.typeOf(about);
        invoke(target, type, about, true);
        invoke(target, type, about, false);
        return event.end(about);
      };

      handlerOf = (target, type) => {
        target.#handlers ??= new SafeMap();
        let handler = target.#handlers.get(type);
        if (handler === undefined) target.#handlers.set(type, handler = new Handler());
        return handler;
      };
    }
  }

  function call(callback, target, about) {
    try {
      if (typeof callback === 'function') {
        ReflectApply(callback, target, [about]);
        return;
      }
      const { handleEvent } = callback;
      if (typeof handleEvent !== 'function') {
        throw wrongType("the event listener's handleEvent", 'a function', handleEvent);
      }
      ReflectApply(handleEvent, callback, [about]);
    } catch (error) {
      natives.reportError(error);
    }
  }

  function toListener(callback) {
    if (callback !== null && callback !== undefined && !isObject(callback)) {
      throw wrongType('callback', 'a function, an object or null', callback);
    }
    return callback ?? null;
  }

  const toCapture = (options) => isObject(options) ? !!options.capture : !!options;

  class EventTarget {
    constructor() { adopt(this); }

    // Called as plain functions these are about the global object.
    static #of(object, member) {
      const target = object ?? natives.global;
      if (!isEventTarget(target)) throw wrongReceiver(`EventTarget.${member}`, 'EventTarget');
      return target;
    }

    addEventListener(type, callback, options = undefined) {
      const target = EventTarget.#of(this, 'addEventListener');
      requireArguments('EventTarget.addEventListener', arguments.length, 2);
      const name = `${type}`;
      const callable = toListener(callback);
      let once = false;
      let passive = false;
      let signal;
      const capture = toCapture(options);
      if (isObject(options)) {
        ({ once, passive, signal } = options);
        if (signal !== undefined && !signals?.isSignal(signal)) {
          throw wrongType('signal', 'an AbortSignal', signal);
        }
      }
      if (callable === null || (signal !== undefined && signals.isAborted(signal))) return;
      const listener = new Listener(callable, capture, !!once, !!passive);
      if (!add(target, name, listener) || signal === undefined) return;
      listener.forget = signals.onAbort(signal, () => remove(target, name, callable, capture));
    }

    removeEventListener(type, callback, options = undefined) {
      const target = EventTarget.#of(this, 'removeEventListener');
      requireArguments('EventTarget.removeEventListener', arguments.length, 2);
      const name = `${type}`;
      const callable = toListener(callback);
      const capture = toCapture(options);
      if (callable !== null) remove(target, name, callable, capture);
    }

    dispatchEvent(about) {
      const target = EventTarget.#of(this, 'dispatchEvent');
      requireArguments('EventTarget.dispatchEvent', arguments.length, 1);
      if (!event.isEvent(about)) throw wrongType('event', 'an Event', about);
      // Even if it throws.
      if (!event.isDispatched(about)) event.setTrusted(about, false);
      return dispatch(target, about);
    }
  }
  describeInterface(EventTarget, 'EventTarget');

  // Dispatches an event of the shell's own.
  function fire(target, about) {
    event.setTrusted(about, true);
    return dispatch(target, about);
  }

  // HTML, "event handlers": the attribute `on` + type of a class of targets.
  // `isOwn` tells its instances; `onSet` is called with one that was set.
  function defineHandler(constructor, type, isOwn, onSet = undefined) {
    const name = `on${type}`;
    const owner = constructor.name;
    const own = (object) => {
      if (!isOwn(object)) throw wrongReceiver(`${owner}.${name}`, owner);
      return object;
    };
    const { get, set } = ObjectGetOwnPropertyDescriptor({
      get [name]() { return handlerOf(own(this), type).value; },
      set [name](value) {
        setHandler(own(this), type, value);
        onSet?.(this);
      },
    }, name);
    ObjectDefineProperty(constructor.prototype, name,
                         { __proto__: null, get, set, enumerable: true, configurable: true });
  }

  // A handler keeps the place among the listeners that it got first.
  function setHandler(target, type, value) {
    const handler = handlerOf(target, type);
    handler.value = isObject(value) ? value : null;
    if (handler.value === null) {
      if (handler.listener !== null) remove(target, type, handler.listener, false);
      handler.listener = null;
      return;
    }
    if (handler.listener !== null) return;
    handler.listener = function (about) {
      if (typeof handler.value !== 'function') return;
      if (ReflectApply(handler.value, this, [about]) === false) event.cancel(about);
    };
    add(target, type, new Listener(handler.listener, false, false, false));
  }

  return {
    __proto__: null, EventTarget, adopt, countOf, defineHandler, fire, isEventTarget, useSignals, watch,
  };
})
