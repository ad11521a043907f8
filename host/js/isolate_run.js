// isolate.run and isolate.eval: a program in an isolate of its own, on a thread
// or in a process of its own, and a promise for how it ended.
(function (natives) {
  'use strict';

  const { Promise } = natives.requireInternal('primordials');
  const { isAborted, isSignal, onAbort } = natives.requireInternal('abort');
  const { wrongType } = natives.requireInternal('errors');
  const {
    checkString, oneOf, readCommon, readScript, readTimeout, toOptions,
  } = natives.requireInternal('isolate_options');

  // What the promise's function throws rejects it.
  const start = (script, isText, given) => new Promise((resolve) => {
    const options = toOptions(given);
    const request = readCommon(options);
    request.script = isText ? checkString('code', script) : readScript(script);
    request.isText = isText;
    request.timeout = readTimeout(options.timeout);
    request.data = options.data;
    request.inProcess = oneOf('isolation', options.isolation, ['thread', 'process']) === 'process';
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
