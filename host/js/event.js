// The global `Event` (DOM), and what its dispatch needs of it.
(function (natives) {
  'use strict';

  const { ObjectDefineProperty, ObjectGetOwnPropertyDescriptor } =
    natives.requireInternal('primordials');
  const { DOMException } = natives.requireInternal('dom_exception');
  const { describeInterface, isObject, requireArguments, toDictionary, wrongReceiver } =
    natives.requireInternal('web_idl');

  const kPhases = { __proto__: null, NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 };

  let setTrusted;
  let begin;
  let end;
  let setPassive;
  let isStopped;
  let isStoppedAtOnce;
  let isEvent;
  let isDispatched;
  let typeOf;
  let cancel;
  let initialize;

  class Event {
    #type;
    #bubbles = false;
    #cancelable = false;
    #composed = false;
    #target = null;
    #currentTarget = null;
    #timeStamp = natives.now();
    #isTrusted = false;
    #isDispatched = false;
    #isCanceled = false;
    #isPassive = false;
    #isStopped = false;
    #isStoppedAtOnce = false;

    constructor(type, options = undefined) {
      requireArguments('new Event', arguments.length, 1);
      this.#type = `${type}`;
      const { bubbles, cancelable, composed } = toDictionary('options', options);
      this.#bubbles = !!bubbles;
      this.#cancelable = !!cancelable;
      this.#composed = !!composed;
      // The one member that the web wants to be the object's own.
      ObjectDefineProperty(this, 'isTrusted', isTrusted);
    }

    static #of(object, member) {
      if (!isEvent(object)) throw wrongReceiver(`Event.${member}`, 'Event');
      return object;
    }

    get type() { return Event.#of(this, 'type').#type; }
    get target() { return Event.#of(this, 'target').#target; }
    get srcElement() { return Event.#of(this, 'srcElement').#target; }
    get currentTarget() { return Event.#of(this, 'currentTarget').#currentTarget; }
    // The targets of this shell have no parents.
    composedPath() {
      const target = Event.#of(this, 'composedPath').#currentTarget;
      return target === null ? [] : [target];
    }
    get eventPhase() {
      return Event.#of(this, 'eventPhase').#currentTarget === null ? kPhases.NONE : kPhases.AT_TARGET;
    }

    stopPropagation() { Event.#of(this, 'stopPropagation').#isStopped = true; }
    get cancelBubble() { return Event.#of(this, 'cancelBubble').#isStopped; }
    set cancelBubble(value) { if (value) Event.#of(this, 'cancelBubble').#isStopped = true; }
    stopImmediatePropagation() {
      Event.#of(this, 'stopImmediatePropagation').#isStopped = true;
      this.#isStoppedAtOnce = true;
    }

    get bubbles() { return Event.#of(this, 'bubbles').#bubbles; }
    get cancelable() { return Event.#of(this, 'cancelable').#cancelable; }
    get returnValue() { return !Event.#of(this, 'returnValue').#isCanceled; }
    set returnValue(value) { if (!value) Event.#of(this, 'returnValue').#cancel(); }
    preventDefault() { Event.#of(this, 'preventDefault').#cancel(); }
    get defaultPrevented() { return Event.#of(this, 'defaultPrevented').#isCanceled; }
    get composed() { return Event.#of(this, 'composed').#composed; }
    get timeStamp() { return Event.#of(this, 'timeStamp').#timeStamp; }

    initEvent(type, bubbles = false, cancelable = false) {
      Event.#of(this, 'initEvent');
      requireArguments('Event.initEvent', arguments.length, 1);
      initialize(this, `${type}`, !!bubbles, !!cancelable);
    }

    #cancel() {
      if (this.#cancelable && !this.#isPassive) this.#isCanceled = true;
    }

    static {
      isEvent = (value) => isObject(value) && #type in value;
      // False, and nothing has happened, while the event is dispatched.
      initialize = (event, type, bubbles, cancelable) => {
        if (event.#isDispatched) return false;
        event.#isStopped = event.#isStoppedAtOnce = event.#isCanceled = event.#isTrusted = false;
        event.#target = null;
        event.#type = type;
        event.#bubbles = bubbles;
        event.#cancelable = cancelable;
        return true;
      };
      setTrusted = (event, value) => { event.#isTrusted = value; };
      begin = (event, target) => {
        if (event.#isDispatched) {
          throw new DOMException('dispatchEvent: the event is already being dispatched',
                                 'InvalidStateError');
        }
        event.#isDispatched = true;
        event.#target = event.#currentTarget = target;
      };
      // Whether nobody prevented the default.
      end = (event) => {
        event.#isDispatched = event.#isStopped = event.#isStoppedAtOnce = false;
        event.#currentTarget = null;
        return !event.#isCanceled;
      };
      setPassive = (event, value) => { event.#isPassive = value; };
      isDispatched = (event) => event.#isDispatched;
      typeOf = (event) => event.#type;
      cancel = (event) => event.#cancel();
      isStopped = (event) => event.#isStopped;
      isStoppedAtOnce = (event) => event.#isStoppedAtOnce;
    }

    // For `isTrusted` below.
    static trusted(event) { return Event.#of(event, 'isTrusted').#isTrusted; }
  }

  const { trusted } = Event;
  delete Event.trusted;
  const isTrusted = {
    __proto__: null,
    get: ObjectGetOwnPropertyDescriptor({ get isTrusted() { return trusted(this); } }, 'isTrusted').get,
    set: undefined, enumerable: true, configurable: false,
  };

  describeInterface(Event, 'Event', kPhases);

  return {
    __proto__: null, Event, begin, cancel, end, initialize, isDispatched, isEvent, isStopped, isStoppedAtOnce,
    setPassive, setTrusted, typeOf,
  };
})
