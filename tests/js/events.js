// Event, EventTarget and their kin as the DOM standard has them; after the
// cases of the web platform tests in dom/events.

load('lib/check.js', 'lib/throws.js');

// A target that writes down who was called.
function recorder() {
  const target = new EventTarget();
  const calls = [];
  return { target, calls, note: (name) => (event) => { calls.push(name); return event; } };
}

function anEvent() {
  const event = new Event('x', { bubbles: true, cancelable: 1, composed: 'yes' });
  check('a new event', [event.type, event.bubbles, event.cancelable, event.composed, event.target, event.srcElement,
                        event.currentTarget, event.eventPhase, event.defaultPrevented, event.returnValue,
                        event.cancelBubble, event.isTrusted, event.composedPath()],
        ['x', true, true, true, null, null, null, 0, false, true, false, false, []]);
  const plain = new Event(undefined);
  check('defaults', [plain.type, plain.bubbles, plain.cancelable, plain.composed], ['undefined', false, false, false]);
  const before = performance.now();
  const { timeStamp } = new Event('x');
  check('time', before <= timeStamp && timeStamp <= performance.now(), true);
  check('constants', [Event.NONE, Event.CAPTURING_PHASE, Event.AT_TARGET, Event.BUBBLING_PHASE,
                      event.AT_TARGET], [0, 1, 2, 3, 2]);
  check('tag', [String(event), String(new EventTarget()), String(new CustomEvent('x')), String(new ErrorEvent('x')),
                String(new MessageEvent('x'))],
        ['[object Event]', '[object EventTarget]', '[object CustomEvent]', '[object ErrorEvent]',
         '[object MessageEvent]']);
  const trusted = Object.getOwnPropertyDescriptor(event, 'isTrusted');
  check('isTrusted', [typeof trusted.get, trusted.set, trusted.enumerable, trusted.configurable],
        ['function', undefined, true, false]);
  check('one getter', trusted.get === Object.getOwnPropertyDescriptor(plain, 'isTrusted').get, true);
  check('enumerable', Object.keys(Event.prototype).includes('preventDefault'), true);
  check('not a constructor', Object.keys(Event.prototype).includes('constructor'), false);
  throws('no type', () => new Event(), TypeError, 'new Event', '1 argument');
  throws('a symbol', () => new Event(Symbol()), TypeError);
  throws('no new', () => Event('x'), TypeError);
  throws('bad options', () => new Event('x', 5), TypeError, 'options', '5');
  throws('a stranger', () => Event.prototype.preventDefault.call({}), TypeError, 'Event.preventDefault');
  throws('a prototype', () => Event.prototype.type, TypeError, 'Event.type');
}

function kinds() {
  const custom = new CustomEvent('c', { detail: { a: 1 }, cancelable: true });
  check('detail', [custom.detail, custom.cancelable, custom instanceof Event, new CustomEvent('c').detail],
        [{ a: 1 }, true, true, null]);
  custom.initCustomEvent('d', true, false, 7);
  check('initCustomEvent', [custom.type, custom.bubbles, custom.cancelable, custom.detail], ['d', true, false, 7]);
  const error = new ErrorEvent('e', { message: 'm', filename: 'f.js', lineno: 3, colno: -1, error: custom });
  check('error', [error.message, error.filename, error.lineno, error.colno, error.error === custom],
        ['m', 'f.js', 3, 2 ** 32 - 1, true]);
  const none = new ErrorEvent('e');
  check('no error', [none.message, none.filename, none.lineno, none.colno, none.error === undefined],
        ['', '', 0, 0, true]);
  const message = new MessageEvent('m', { data: 1, origin: 'o', lastEventId: 2 });
  check('message', [message.data, message.origin, message.lastEventId, message.source, message.ports],
        [1, 'o', '2', null, []]);
  check('frozen', Object.isFrozen(message.ports) && message.ports === message.ports, true);
  message.initMessageEvent('n', false, true, 'data');
  check('initMessageEvent', [message.type, message.cancelable, message.data, message.origin], ['n', true, 'data', '']);
  throws('another kind', () => Object.getOwnPropertyDescriptor(CustomEvent.prototype, 'detail').get.call(error),
         TypeError, 'CustomEvent.detail');
  throws('ports', () => new MessageEvent('m', { ports: 5 }), TypeError);
}

function dispatching() {
  const { target, calls, note } = recorder();
  let seen;
  const look = function (event) {
    seen = [this === target, event.target === target, event.currentTarget === target, event.eventPhase,
            event.composedPath()[0] === target, event.isTrusted];
  };
  target.addEventListener('x', look);
  const event = new Event('x');
  check('dispatch', target.dispatchEvent(event), true);
  check('seen', seen, [true, true, true, 2, true, false]);
  check('afterwards', [event.target === target, event.currentTarget, event.eventPhase, event.composedPath()],
        [true, null, 0, []]);

  target.addEventListener('y', note('bubble'));
  target.addEventListener('y', note('capture'), true);
  target.addEventListener('y', note('bubble 2'), { capture: false });
  target.addEventListener('y', note('capture 2'), { capture: true });
  target.dispatchEvent(new Event('y'));
  check('capturing listeners come first', calls.splice(0), ['capture', 'capture 2', 'bubble', 'bubble 2']);

  const once = note('once');
  target.addEventListener('z', once);
  target.addEventListener('z', once);
  target.addEventListener('z', once, true);
  target.dispatchEvent(new Event('z'));
  check('no duplicates', calls.splice(0), ['once', 'once']);
  target.removeEventListener('z', once);
  target.dispatchEvent(new Event('z'));
  check('removed but for capture', calls.splice(0), ['once']);
  target.removeEventListener('z', once, { capture: true });
  target.dispatchEvent(new Event('z'));
  check('removed', calls, []);

  const object = { handleEvent(about) { calls.push(this === object, about.type); } };
  target.addEventListener('o', object);
  target.dispatchEvent(new Event('o'));
  check('handleEvent', calls.splice(0), [true, 'o']);
  object.handleEvent = note('late');
  target.dispatchEvent(new Event('o'));
  check('looked up each time', calls.splice(0), ['late']);

  target.addEventListener('x', null);
  target.removeEventListener('x', undefined);
  throws('a number', () => target.addEventListener('x', 5), TypeError, 'callback', '5');
  throws('too few', () => target.addEventListener('x'), TypeError, '2 arguments');
  throws('no event', () => target.dispatchEvent({ type: 'x' }), TypeError, 'event');
  throws('null', () => target.dispatchEvent(null), TypeError);
  throws('a stranger', () => EventTarget.prototype.addEventListener.call({}, 'x', null), TypeError, 'EventTarget');
  throws('the global object', () => EventTarget.prototype.dispatchEvent.call(undefined, new Event('x')), TypeError);

  target.addEventListener('again', (about) => {
    const error = throws('dispatched twice', () => target.dispatchEvent(about), DOMException);
    calls.push(error.name);
    about.initEvent('other', true, true);
    calls.push(about.type);
  });
  target.dispatchEvent(new Event('again'));
  check('while dispatched', calls.splice(0), ['InvalidStateError', 'again']);
  const reused = new Event('y');
  for (let i = 0; i < 2; i++) target.dispatchEvent(reused);
  check('an event can be used again', calls.splice(0).length, 8);
  reused.initEvent('o', true, true);
  target.dispatchEvent(reused);
  check('as another', [reused.type, reused.bubbles, calls.splice(0)], ['o', true, ['late']]);
}

function stopping() {
  const { target, calls, note } = recorder();
  target.addEventListener('x', (event) => { calls.push('first'); event.stopPropagation(); }, true);
  target.addEventListener('x', note('second'), true);
  target.addEventListener('x', note('bubble'));
  target.dispatchEvent(new Event('x'));
  check('stopPropagation ends the phase', calls.splice(0), ['first', 'second']);
  target.addEventListener('y', (event) => { calls.push('first'); event.stopImmediatePropagation(); });
  target.addEventListener('y', note('second'));
  target.dispatchEvent(new Event('y'));
  check('stopImmediatePropagation', calls.splice(0), ['first']);
  const stopped = new Event('y');
  stopped.cancelBubble = false;
  check('not stopped', stopped.cancelBubble, false);
  stopped.cancelBubble = true;
  target.dispatchEvent(stopped);
  check('stopped before', [calls.splice(0), stopped.cancelBubble], [[], false]);

  const cancelled = (options, how) => {
    const event = new Event('z', options);
    const one = new EventTarget();
    one.addEventListener('z', how);
    return [one.dispatchEvent(event), event.defaultPrevented, event.returnValue];
  };
  check('preventDefault', cancelled({ cancelable: true }, (e) => e.preventDefault()), [false, true, false]);
  check('not cancelable', cancelled({}, (e) => e.preventDefault()), [true, false, true]);
  check('returnValue', cancelled({ cancelable: true }, (e) => { e.returnValue = false; }), [false, true, false]);
  check('returnValue true', cancelled({ cancelable: true }, (e) => { e.returnValue = true; }), [true, false, true]);
  check('a listener returns false', cancelled({ cancelable: true }, () => false), [true, false, true]);
}

function options() {
  const { target, calls, note } = recorder();
  const onceAgain = (event) => { calls.push('once'); target.dispatchEvent(new Event(event.type)); };
  target.addEventListener('x', onceAgain, { once: true });
  target.dispatchEvent(new Event('x'));
  check('once, also from within', calls.splice(0), ['once']);
  target.addEventListener('x', onceAgain, { once: true });
  target.dispatchEvent(new Event('x'));
  check('added again', calls.splice(0), ['once']);

  const passive = new Event('p', { cancelable: true });
  target.addEventListener('p', (event) => { event.preventDefault(); event.returnValue = false; }, { passive: true });
  check('passive', [target.dispatchEvent(passive), passive.defaultPrevented], [true, false]);
  target.addEventListener('p', (event) => event.preventDefault());
  check('only that one', target.dispatchEvent(new Event('p', { cancelable: true })), false);

  const controller = new AbortController();
  const { signal } = controller;
  target.addEventListener('s', note('signal'), { signal });
  target.addEventListener('s', note('both'), { signal, once: true });
  target.dispatchEvent(new Event('s'));
  target.dispatchEvent(new Event('s'));
  check('before', calls.splice(0), ['signal', 'both', 'signal']);
  controller.abort();
  target.dispatchEvent(new Event('s'));
  target.addEventListener('s', note('late'), { signal });
  target.dispatchEvent(new Event('s'));
  check('after', calls, []);
  throws('null', () => target.addEventListener('s', null, { signal: null }), TypeError, 'signal');
  throws('no signal', () => target.addEventListener('s', () => {}, { signal: {} }), TypeError, 'signal');

  const during = new AbortController();
  target.addEventListener('d', () => { calls.push('aborts'); during.abort(); });
  target.addEventListener('d', note('gone'), { signal: during.signal });
  target.dispatchEvent(new Event('d'));
  check('aborted while dispatched', calls.splice(0), ['aborts']);
  const read = [];
  target.addEventListener('r', () => {}, {
    get signal() { read.push('signal'); }, get passive() { read.push('passive'); },
    get once() { read.push('once'); }, get capture() { read.push('capture'); },
  });
  check('in the order of their names', read, ['capture', 'once', 'passive', 'signal']);
  target.addEventListener('f', note('function'), Object.assign(() => {}, { capture: true }));
  target.addEventListener('f', note('truthy'), 'capture');
  target.addEventListener('f', note('falsy'), 0);
  target.dispatchEvent(new Event('f'));
  check('odd options', calls.splice(0), ['function', 'truthy', 'falsy']);
}

function changes() {
  const { target, calls, note } = recorder();
  const names = ['a', 'b', 'c', 'd'];
  const listeners = names.map((name) => note(name));
  target.addEventListener('x', () => {
    for (const listener of [listeners[1], listeners[2]]) target.removeEventListener('x', listener);
    target.addEventListener('x', listeners[3]);
    target.addEventListener('x', listeners[1]);
  });
  for (let i = 0; i < 3; i++) target.addEventListener('x', listeners[i]);
  target.dispatchEvent(new Event('x'));
  check('removed are out, added are later', calls.splice(0), ['a']);
  target.dispatchEvent(new Event('x'));
  check('next time', calls.splice(0), ['a', 'd']);

  const suicide = () => { calls.push('self'); target.removeEventListener('y', suicide); };
  target.addEventListener('y', suicide);
  target.addEventListener('y', note('rest'));
  target.dispatchEvent(new Event('y'));
  target.dispatchEvent(new Event('y'));
  check('removes itself', calls.splice(0), ['self', 'rest', 'rest']);

  const all = [0, 1, 2, 3].map((i) => () => {
    calls.push(i);
    if (i === 1) for (const one of all) target.removeEventListener('z', one);
    if (i === 1) target.addEventListener('z', note('new'));
  });
  for (const one of all) target.addEventListener('z', one);
  target.dispatchEvent(new Event('z'));
  check('all are removed', calls.splice(0), [0, 1]);
  target.dispatchEvent(new Event('z'));
  check('and a new one added', calls.splice(0), ['new']);
  target.addEventListener('w', () => target.addEventListener('w', note('bubbling')), true);
  target.dispatchEvent(new Event('w'));
  check('added for the next phase', calls.splice(0), ['bubbling']);

  let depth = 0;
  target.addEventListener('deep', () => { if (++depth < 200) target.dispatchEvent(new Event('deep')); });
  target.dispatchEvent(new Event('deep'));
  check('recursion', depth, 200);
}

function subclasses() {
  class Target extends EventTarget {
    #secret = 5;
    constructor() { super(); this.addEventListener('x', () => { this.got = this.#secret; }); }
  }
  const target = new Target();
  target.dispatchEvent(new Event('x'));
  check('a subclass', [target.got, target instanceof EventTarget], [5, true]);
  class Kind extends Event { get type() { return 'mine'; } }
  const calls = [];
  target.addEventListener('kind', (event) => calls.push(event.type));
  target.dispatchEvent(new Kind('kind'));
  check('an event by its own type', calls, ['mine']);
}

function exceptions() {
  const error = new DOMException('text', 'NotFoundError');
  check('members', [error.message, error.name, error.code, String(error), error instanceof Error,
                    Object.prototype.toString.call(error), Object.getPrototypeOf(DOMException) === Function.prototype],
        ['text', 'NotFoundError', 8, 'NotFoundError: text', true, '[object DOMException]', true]);
  check('stack', error.stack.startsWith('NotFoundError: text\n    at '), true);
  check('defaults', [new DOMException().message, new DOMException().name, new DOMException().code], ['', 'Error', 0]);
  check('constants', [DOMException.DATA_CLONE_ERR, error.TIMEOUT_ERR, DOMException.length, DOMException.name],
        [25, 23, 0, 'DOMException']);
  check('unknown', new DOMException('', 'MyError').code, 0);
  check('no own members', Object.getOwnPropertyNames(error), ['stack']);
  error.message = 'other';
  check('read only', error.message, 'text');
  class Mine extends DOMException { constructor() { super('m', 'AbortError'); } }
  check('a subclass', [new Mine() instanceof Mine, new Mine().code], [true, 20]);
  throws('no new', () => DOMException(), TypeError, 'new');
  throws('a stranger', () => DOMException.prototype.name, TypeError, 'DOMException.name');
}

anEvent();
kinds();
dispatching();
stopping();
options();
changes();
subclasses();
exceptions();
