// isolate.run and isolate.eval: a program in an isolate of its own, on its own
// thread, and a promise for how it ended.
(function (natives) {
  'use strict';

  const { Promise, TypeError } = natives.requireInternal('primordials');
  const { isAborted, isSignal, onAbort } = natives.requireInternal('abort');
  const { addProperty, wrongType } = natives.requireInternal('errors');
  const {
    checkString, oneOf, readCommon, readScript, readTimeout, toOptions,
  } = natives.requireInternal('isolate_options');

  function checkIsolation(isolation) {
    if (oneOf('isolation', isolation, ['thread', 'process']) !== 'process') return;
    const error = new TypeError("isolation 'process' is not supported; leave it out, or say 'thread'");
    addProperty(error, 'code', 'ERR_NOT_SUPPORTED');
    throw error;
  }

  // What the promise's function throws rejects it.
  const start = (script, isText, given) => new Promise((resolve) => {
    const options = toOptions(given);
    const request = readCommon(options);
    request.script = isText ? checkString('code', script) : readScript(script);
    request.isText = isText;
    request.timeout = readTimeout(options.timeout);
    request.data = options.data;
    checkIsolation(options.isolation);
    const { signal } = options;
    if (signal !== undefined && !isSignal(signal)) throw wrongType('signal', 'an AbortSignal', signal);
    let forget;
    const handle = natives.runIsolate(request, (result) => {
      forget?.();
      resolve(result);
    });
    if (signal === undefined) return;
    const terminate = () => natives.terminateIsolate(handle);
    if (isAborted(signal)) terminate();
    else forget = onAbort(signal, terminate);
  });

  // Methods, which aren't constructors.
  return {
    __proto__: null,
    run(script, options = undefined) { return start(script, false, options); },
    eval(code, options = undefined) { return start(code, true, options); },
  };
})
