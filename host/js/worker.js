// The global `Worker`, as the web defines it (HTML, "Web workers"), with what
// this shell adds: limits, an allocator, memory() and a promise from
// terminate().
//
// A worker lives as long as it has something to do or listens for messages, and
// keeps its starter alive. An error that it leaves uncaught goes to the
// listeners for 'error' here; without any it is this isolate's uncaught error.
(function (natives) {
  'use strict';

  const { Promise } = natives.requireInternal('primordials');
  const {
    checkString, oneOf, readCommon, readScript, toOptions,
  } = natives.requireInternal('isolate_options');
  const { EventTarget, countOf, defineHandler, fire } = natives.requireInternal('event_target');
  const { ErrorEvent, makeMessageEvent } = natives.requireInternal('event_types');
  const { describeInterface, isObject, requireArguments, wrongReceiver } =
    natives.requireInternal('web_idl');

  let isWorker;

  class Worker extends EventTarget {
    #handle = undefined;  // while it runs
    #memory = undefined;  // what it had at the end
    #isTerminated = false;
    #ended;

    static {
      isWorker = (value) => isObject(value) && #handle in value;
    }

    constructor(script, options = undefined) {
      requireArguments('new Worker', arguments.length, 1);
      super();
      const given = toOptions(options);
      const request = readCommon(given);
      request.script = readScript(script);
      request.type = oneOf('type', given.type, ['classic', 'module']);
      request.name = given.name === undefined ? '' : checkString('name', given.name);
      request.data = given.workerData;
      let resolve;
      this.#ended = new Promise((fulfil) => { resolve = fulfil; });
      this.#handle = natives.startWorker(
        request,
        (isRead, data, ports) => this.#onMessage(isRead, data, ports),
        (message, filename, lineno, colno, error) =>
          this.#onError({ __proto__: null, message, filename, lineno, colno, error }),
        (exitCode, memory) => {
          this.#handle = undefined;
          this.#memory = memory;
          resolve(exitCode);
        });
    }

    static #of(object, member) {
      if (!isWorker(object)) throw wrongReceiver(`Worker.${member}`, 'Worker');
      return object;
    }

    postMessage(message, transfer = undefined) {
      const worker = Worker.#of(this, 'postMessage');
      requireArguments('Worker.postMessage', arguments.length, 1);
      natives.postToWorker(worker.#handle, message, transfer);
    }

    // The exit code, once its thread has ended.
    terminate() {
      const worker = Worker.#of(this, 'terminate');
      if (worker.#handle !== undefined) {
        worker.#isTerminated = true;
        natives.terminateIsolate(worker.#handle);
      }
      return worker.#ended;
    }

    memory() {
      const worker = Worker.#of(this, 'memory');
      return worker.#handle === undefined ? worker.#memory : natives.workerMemory(worker.#handle);
    }

    #onMessage(isRead, data, ports) {
      if (this.#isTerminated) return;
      fire(this, makeMessageEvent(isRead ? 'message' : 'messageerror', data, ports));
    }

    #onError(init) {
      if (this.#isTerminated) return;
      if (countOf(this, 'error') === 0) throw init.error;
      init.cancelable = true;
      fire(this, new ErrorEvent('error', init));
    }
  }
  describeInterface(Worker, 'Worker');
  defineHandler(Worker, 'message', isWorker);
  defineHandler(Worker, 'messageerror', isWorker);
  defineHandler(Worker, 'error', isWorker);

  return Worker;
})
