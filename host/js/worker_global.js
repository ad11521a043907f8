// What a worker's global object has beyond others': the web's
// DedicatedWorkerGlobalScope, as far as this shell has it.
(function (natives) {
  'use strict';

  const { ObjectDefineProperty } = natives.requireInternal('primordials');
  const { EventTarget, adopt, countOf, defineHandler, fire, watch } =
    natives.requireInternal('event_target');
  const { makeMessageEvent } = natives.requireInternal('event_types');
  const { requireArguments } = natives.requireInternal('web_idl');

  const { global } = natives;
  const define = (name, value) => ObjectDefineProperty(global, name, {
    __proto__: null, value, writable: true, enumerable: true, configurable: true,
  });

  adopt(global);
  define('self', global);
  define('name', natives.workerName());
  define('addEventListener', EventTarget.prototype.addEventListener);
  define('removeEventListener', EventTarget.prototype.removeEventListener);
  define('dispatchEvent', EventTarget.prototype.dispatchEvent);

  // Methods, which aren't constructors.
  const { postMessage, close } = {
    postMessage(message, transfer = undefined) {
      requireArguments('postMessage', arguments.length, 1);
      natives.postToParent(message, transfer);
    },
    close() { natives.closeWorker(); },
  };
  define('postMessage', postMessage);
  define('close', close);

  const scope = { __proto__: null, name: 'self', prototype: global };
  const isScope = (value) => value === global || value === undefined;
  defineHandler(scope, 'message', isScope);
  defineHandler(scope, 'messageerror', isScope);

  const receive = (isRead, data, ports) => {
    fire(global, makeMessageEvent(isRead ? 'message' : 'messageerror', data, ports));
  };
  // Messages wait for somebody who listens.
  let listens = false;
  watch(global, (type) => {
    if (type !== 'message') return;
    const wanted = countOf(global, 'message') !== 0;
    if (wanted === listens) return;
    listens = wanted;
    natives.listenToParent(wanted ? receive : undefined);
  });
})
