// flags: --expose-gc
// AbortController and AbortSignal as the DOM standard has them; after the cases
// of the web platform tests in dom/abort.

load('lib/check.js', 'lib/throws.js');

const reasonOf = (signal) => signal.reason?.name ?? signal.reason;

function controllers() {
  const controller = new AbortController();
  const { signal } = controller;
  check('new', [signal instanceof AbortSignal, signal instanceof EventTarget, controller.signal === signal,
                signal.aborted, signal.reason === undefined, signal.onabort], [true, true, true, false, true, null]);
  signal.throwIfAborted();
  const calls = [];
  signal.addEventListener('abort', function (event) {
    calls.push([this === signal, event.type, event.isTrusted, event.bubbles, event.cancelable, signal.aborted]);
  });
  controller.abort();
  controller.abort('again');
  check('abort', calls, [[true, 'abort', true, false, false, true]]);
  check('reason', [signal.aborted, signal.reason instanceof DOMException, signal.reason.name, signal.reason.code],
        [true, true, 'AbortError', 20]);
  let thrown;
  try { signal.throwIfAborted(); } catch (error) { thrown = error; }
  check('throwIfAborted', thrown === signal.reason, true);
  for (const reason of [null, 0, 'x', false]) {
    const other = new AbortController();
    other.abort(reason);
    check(`reason ${reason}`, [other.signal.aborted, other.signal.reason], [true, reason]);
  }
  throws('not constructed', () => new AbortSignal(), TypeError, 'AbortController');
  throws('a stranger', () => AbortController.prototype.abort.call({}), TypeError, 'AbortController.abort');
  throws('another', () => Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted').get.call(controller),
         TypeError, 'AbortSignal.aborted');
  check('tags', [String(controller), String(signal)], ['[object AbortController]', '[object AbortSignal]']);
}

function handlers() {
  const controller = new AbortController();
  const { signal } = controller;
  const calls = [];
  signal.addEventListener('abort', () => calls.push(1));
  signal.onabort = () => calls.push('dropped');
  signal.addEventListener('abort', () => calls.push(3));
  signal.onabort = function () { calls.push(this === signal ? 2 : 'wrong this'); };
  check('a handler can be read', typeof signal.onabort, 'function');
  controller.abort();
  check('it keeps its place', calls, [1, 2, 3]);
  signal.onabort = 5;
  check('what is no object is null', signal.onabort, null);
  const object = {};
  signal.onabort = object;
  check('an object stays', signal.onabort === object, true);
  signal.dispatchEvent(new Event('abort'));
  check('and isn\'t called', calls, [1, 2, 3, 1, 3]);
  signal.onabort = () => calls.push(4);
  signal.onabort = null;
  signal.onabort = () => calls.push(5);
  signal.dispatchEvent(new Event('abort'));
  check('a new place', calls.slice(5), [1, 3, 5]);
  signal.onabort = () => false;
  const event = new Event('abort', { cancelable: true });
  check('false prevents the default', signal.dispatchEvent(event), false);
}

function made() {
  const aborted = AbortSignal.abort();
  check('abort()', [aborted.aborted, reasonOf(aborted)], [true, 'AbortError']);
  check('abort(reason)', AbortSignal.abort('why').reason, 'why');
  check('abort(null)', AbortSignal.abort(null).reason, null);
  for (const bad of [-1, NaN, Infinity, 2 ** 53, 'x', undefined]) {
    throws(`timeout(${bad})`, () => AbortSignal.timeout(bad), TypeError, 'milliseconds');
  }
  throws('timeout()', () => AbortSignal.timeout(), TypeError, '1 argument');
  AbortSignal.timeout(2 ** 53 - 1);  // Doesn't keep the program alive.
  AbortSignal.timeout(1e9);
}

function any() {
  const [a, b] = [new AbortController(), new AbortController()];
  const both = AbortSignal.any([a.signal, b.signal]);
  const nested = AbortSignal.any(new Set([both]));
  check('any', [both.aborted, nested.aborted, both instanceof AbortSignal], [false, false, true]);
  const calls = [];
  b.signal.addEventListener('abort', () => calls.push(['source', both.aborted, nested.aborted]));
  nested.addEventListener('abort', () => calls.push('nested'));
  both.addEventListener('abort', () => calls.push('both'));
  b.abort('b');
  a.abort('a');
  check('all are aborted before any event', calls, [['source', true, true], 'both', 'nested']);
  check('the first reason', [both.reason, nested.reason], ['b', 'b']);
  check('none', AbortSignal.any([]).aborted, false);
  check('one that is', AbortSignal.any([new AbortController().signal, AbortSignal.abort(5)]).reason, 5);
  check('twice the same', AbortSignal.any([a.signal, a.signal]).reason, 'a');
  throws('not iterable', () => AbortSignal.any(5), TypeError, 'signals');
  throws('not a signal', () => AbortSignal.any([{}]), TypeError, 'signals');
  throws('nothing', () => AbortSignal.any(), TypeError, '1 argument');

  const source = new AbortController();
  for (let i = 0; i < 20; i++) AbortSignal.any([source.signal]).onabort = () => calls.push(i);
  gc();
  calls.length = 0;
  source.abort();
  check('observed ones survive a collection', calls.length, 20);
}

// What nobody holds or observes goes; a source doesn't grow.
function collected(done) {
  const source = new AbortController();
  const made = [];
  for (let i = 0; i < 100; i++) made.push(new WeakRef(AbortSignal.any([source.signal])));
  for (let i = 0; i < 100; i++) made.push(new WeakRef(AbortSignal.timeout(1e9)));
  setTimeout(() => {
    gc();
    check('collected', made.filter((weak) => weak.deref() !== undefined).length < 5, true);
    source.abort();
    done();
  }, 0);
}

function timeouts(done) {
  const order = [];
  const combined = AbortSignal.any([AbortSignal.timeout(1), new AbortController().signal]);
  gc();
  combined.onabort = () => {
    order.push('any');
    check('timeout', [reasonOf(combined), combined.reason.code], ['TimeoutError', 23]);
    AbortSignal.timeout(1).addEventListener('abort', ({ target }) => {
      check('a listener keeps it', reasonOf(target), 'TimeoutError');
      done();
    });
    gc();
  };
}

controllers();
handlers();
made();
any();
let left = 2;
const done = () => { left--; };
collected(done);
timeouts(done);

// The program would end well without them.
function wait(tries) {
  if (left === 0) return;
  if (tries === 0) throw new Error(`${left} parts never ended`);
  setTimeout(wait, 1, tries - 1);
}
wait(5000);
