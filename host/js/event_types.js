// The kinds of Event that carry something: CustomEvent, ErrorEvent and
// MessageEvent.
(function (natives) {
  'use strict';

  const { ObjectFreeze } = natives.requireInternal('primordials');
  const { addProperty } = natives.requireInternal('errors');
  const { Event, initialize } = natives.requireInternal('event');
  const { describeInterface, isObject, requireArguments, toDictionary, wrongReceiver } =
    natives.requireInternal('web_idl');

  class CustomEvent extends Event {
    #detail;

    constructor(type, options = undefined) {
      requireArguments('new CustomEvent', arguments.length, 1);
      super(type, options);
      const { detail = null } = toDictionary('options', options);
      this.#detail = detail;
    }

    static #of(object, member) {
      if (isObject(object) && #detail in object) return object;
      throw wrongReceiver(`CustomEvent.${member}`, 'CustomEvent');
    }

    get detail() { return CustomEvent.#of(this, 'detail').#detail; }

    initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
      CustomEvent.#of(this, 'initCustomEvent');
      requireArguments('CustomEvent.initCustomEvent', arguments.length, 1);
      if (!initialize(this, `${type}`, !!bubbles, !!cancelable)) return;
      this.#detail = detail;
    }
  }

  class ErrorEvent extends Event {
    #message;
    #filename;
    #lineno;
    #colno;
    #error;

    constructor(type, options = undefined) {
      requireArguments('new ErrorEvent', arguments.length, 1);
      super(type, options);
      const { message = '', filename = '', lineno = 0, colno = 0, error } =
        toDictionary('options', options);
      this.#message = `${message}`;
      this.#filename = `${filename}`;
      this.#lineno = lineno >>> 0;
      this.#colno = colno >>> 0;
      this.#error = error;
    }

    static #of(object, member) {
      if (isObject(object) && #message in object) return object;
      throw wrongReceiver(`ErrorEvent.${member}`, 'ErrorEvent');
    }

    get message() { return ErrorEvent.#of(this, 'message').#message; }
    get filename() { return ErrorEvent.#of(this, 'filename').#filename; }
    get lineno() { return ErrorEvent.#of(this, 'lineno').#lineno; }
    get colno() { return ErrorEvent.#of(this, 'colno').#colno; }
    get error() { return ErrorEvent.#of(this, 'error').#error; }
  }

  const kNoPorts = ObjectFreeze([]);
  function toPorts(ports) {
    if (ports === undefined) return kNoPorts;
    const list = [];
    for (const port of ports) addProperty(list, list.length, port);
    return ObjectFreeze(list);
  }

  let setPorts;

  class MessageEvent extends Event {
    #data;
    #origin;
    #lastEventId;
    #source;
    #ports;

    constructor(type, options = undefined) {
      requireArguments('new MessageEvent', arguments.length, 1);
      super(type, options);
      const { data = null, origin = '', lastEventId = '', source = null, ports } =
        toDictionary('options', options);
      this.#data = data;
      this.#origin = `${origin}`;
      this.#lastEventId = `${lastEventId}`;
      this.#source = source;
      this.#ports = toPorts(ports);
    }

    static #of(object, member) {
      if (isObject(object) && #origin in object) return object;
      throw wrongReceiver(`MessageEvent.${member}`, 'MessageEvent');
    }

    static { setPorts = (event, ports) => { event.#ports = ObjectFreeze(ports); }; }

    get data() { return MessageEvent.#of(this, 'data').#data; }
    get origin() { return MessageEvent.#of(this, 'origin').#origin; }
    get lastEventId() { return MessageEvent.#of(this, 'lastEventId').#lastEventId; }
    get source() { return MessageEvent.#of(this, 'source').#source; }
    get ports() { return MessageEvent.#of(this, 'ports').#ports; }

    initMessageEvent(type, bubbles = false, cancelable = false, data = null, origin = '',
                     lastEventId = '', source = null, ports = undefined) {
      MessageEvent.#of(this, 'initMessageEvent');
      requireArguments('MessageEvent.initMessageEvent', arguments.length, 1);
      if (!initialize(this, `${type}`, !!bubbles, !!cancelable)) return;
      this.#data = data;
      this.#origin = `${origin}`;
      this.#lastEventId = `${lastEventId}`;
      this.#source = source;
      this.#ports = toPorts(ports);
    }
  }

  describeInterface(CustomEvent, 'CustomEvent');
  describeInterface(ErrorEvent, 'ErrorEvent');
  describeInterface(MessageEvent, 'MessageEvent');

  // One of the shell's own; `ports` is an array that nobody else has.
  function makeMessageEvent(type, data, ports) {
    const event = new MessageEvent(type, { __proto__: null, data });
    setPorts(event, ports);
    return event;
  }

  return { __proto__: null, CustomEvent, ErrorEvent, makeMessageEvent, MessageEvent };
})
