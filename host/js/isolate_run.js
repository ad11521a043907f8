// isolate.run and isolate.eval: a program in an isolate of its own, on its own
// thread, and a promise for how it ended.
(function (natives) {
  'use strict';

  const { Promise, TypeError } = natives.requireInternal('primordials');
  const { addProperty } = natives.requireInternal('errors');
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
    natives.runIsolate(request, resolve);
  });

  // Methods, which aren't constructors.
  return {
    __proto__: null,
    run(script, options = undefined) { return start(script, false, options); },
    eval(code, options = undefined) { return start(code, true, options); },
  };
})
