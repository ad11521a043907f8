// The globals `MessageChannel` and `MessagePort` (HTML). Messages travel in C++:
// host/globals/message_pipe.h.
//
// A port that was started and has a listener for messages stays, and keeps the
// program alive, until it or the other port is closed or transferred, or the
// other one is garbage.
(function (natives) {
  'use strict';

  const { TypeError } = natives.requireInternal('primordials');
  const { Event } = natives.requireInternal('event');
  const { countOf, defineHandler, EventTarget, fire, watch } = natives.requireInternal('event_target');
  const { makeMessageEvent } = natives.requireInternal('event_types');
  const { usePorts } = natives.requireInternal('platform_objects');
  const { describeInterface, isObject, requireArguments, wrongReceiver } =
    natives.requireInternal('web_idl');

  const kOurs = {};
  const PortHandle = natives.portHandleClass();

  let isPort;
  let handleOf;
  let start;

  class MessagePort extends EventTarget {
    #handle = new PortHandle();

    constructor(key = undefined) {
      if (key !== kOurs) {
        throw new TypeError("MessagePort can't be constructed: use new MessageChannel()");
      }
      super();
      watch(this, () => this.#updateKept());
    }

    static #of(object, member) {
      if (!isPort(object)) throw wrongReceiver(`MessagePort.${member}`, 'MessagePort');
      return object;
    }

    postMessage(message, transfer = undefined) {
      MessagePort.#of(this, 'postMessage');
      requireArguments('MessagePort.postMessage', arguments.length, 1);
      this.#handle.send(message, transfer, this);
    }
    start() { start(MessagePort.#of(this, 'start')); }
    close() { MessagePort.#of(this, 'close').#handle.close(); }

    #updateKept() {
      this.#handle.keep(countOf(this, 'message') !== 0 || countOf(this, 'messageerror') !== 0 ||
                        countOf(this, 'close') !== 0);
    }

    static {
      isPort = (value) => isObject(value) && #handle in value;
      handleOf = (port) => port.#handle;
      start = (port) => {
        port.#handle.start(port, deliver);
        port.#updateKept();
      };
    }
  }

  function deliver(port, kind, data, ports) {
    if (kind === 'close') fire(port, new Event(kind));
    else fire(port, makeMessageEvent(kind, data, ports));
  }

  class MessageChannel {
    #port1 = new MessagePort(kOurs);
    #port2 = new MessagePort(kOurs);

    constructor() { handleOf(this.#port1).connect(handleOf(this.#port2)); }

    static #of(object, member) {
      if (isObject(object) && #port1 in object) return object;
      throw wrongReceiver(`MessageChannel.${member}`, 'MessageChannel');
    }

    get port1() { return MessageChannel.#of(this, 'port1').#port1; }
    get port2() { return MessageChannel.#of(this, 'port2').#port2; }
  }

  defineHandler(MessagePort, 'message', isPort, start);
  defineHandler(MessagePort, 'messageerror', isPort);
  defineHandler(MessagePort, 'close', isPort);
  describeInterface(MessagePort, 'MessagePort');
  describeInterface(MessageChannel, 'MessageChannel');
  usePorts(isPort);

  // For a pipe's end that arrived.
  const makePort = () => new MessagePort(kOurs);

  return { __proto__: null, MessageChannel, MessagePort, handleOf, makePort };
})
