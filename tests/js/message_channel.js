// flags: --expose-gc
// MessageChannel and MessagePort as the HTML standard has them; after the cases
// of the web platform tests in webmessaging/message-channels.

load('lib/check.js', 'lib/throws.js');

const parts = new Set();
// Runs a part; it ends when it calls what it is given.
function part(name, fn) {
  parts.add(name);
  fn(() => parts.delete(name), (...args) => check(`${name}: ${args[0]}`, args[1], args[2]));
}
const refuses = (what, fn) => check(what, throws(what, fn, DOMException).name, 'DataCloneError');

part('members', (done) => {
  const channel = new MessageChannel();
  const { port1, port2 } = channel;
  check('ports', [port1 instanceof MessagePort, port1 instanceof EventTarget, port1 === channel.port1, port1 !== port2,
                  port1.onmessage, port1.onmessageerror, port1.onclose], [true, true, true, true, null, null, null]);
  check('tags', [String(channel), String(port1)], ['[object MessageChannel]', '[object MessagePort]']);
  throws('not constructed', () => new MessagePort(), TypeError, 'MessageChannel');
  throws('a stranger', () => MessagePort.prototype.postMessage.call({}, 1), TypeError, 'MessagePort.postMessage');
  throws('no message', () => port1.postMessage(), TypeError, '1 argument');
  throws('bad options', () => port1.postMessage(1, 5), TypeError, 'options');
  throws('bad list', () => port1.postMessage(1, { transfer: 5 }), TypeError, 'transfer');
  check('no own members', Reflect.ownKeys(port1), []);
  done();
});

part('order', (done, is) => {
  const { port1, port2 } = new MessageChannel();
  const got = [];
  for (let i = 0; i < 3; i++) port1.postMessage(i);
  Promise.resolve().then(() => got.push('microtask'));
  port2.onmessage = (event) => {
    got.push(event.data);
    Promise.resolve().then(() => got.push('after ' + event.data));
    if (event.data !== 2) return;
    is('properties', [event instanceof MessageEvent, event.type, event.origin, event.source, event.ports,
                      event.isTrusted, event.target === port2, event.bubbles, event.cancelable],
       [true, 'message', '', null, [], true, true, false, false]);
    setTimeout(() => {
      is('each is a task', got, ['script', 'microtask', 0, 'after 0', 1, 'after 1', 2, 'after 2']);
      port2.close();
      done();
    });
  };
  got.push('script');
});

part('start', (done, is) => {
  const { port1, port2 } = new MessageChannel();
  const got = [];
  port1.addEventListener('message', (event) => got.push(event.data));
  port2.postMessage(1);
  setTimeout(() => {
    is('not started', got, []);
    port1.start();
    port1.start();
    port2.postMessage(2);
    port2.postMessage(3);
    port2.close();
    port2.postMessage('lost');
    port1.onclose = (event) => {
      is('closed after all has arrived', [got, event.type, event.isTrusted], [[1, 2, 3], 'close', true]);
      port1.postMessage('to nobody');
      done();
    };
  }, 5);
});

part('closing', (done, is) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { throw new Error('closed ports get nothing'); };
  port2.postMessage(1);
  port1.close();
  port1.close();
  port1.start();
  let closes = 0;
  port1.onclose = () => closes++;
  port2.onclose = () => closes += 10;
  port2.start();
  refuses('a closed one can\'t be transferred', () => structuredClone(null, { transfer: [port1] }));
  setTimeout(() => { is('only the other hears of it', closes, 10); done(); }, 5);
});

part('transfer of a port', (done, is) => {
  const { port1, port2 } = new MessageChannel();
  const inner = new MessageChannel();
  inner.port1.postMessage('before');
  port1.postMessage({ port: inner.port2, again: inner.port2 }, [inner.port2]);
  inner.port1.postMessage('on its way');
  inner.port2.postMessage('lost');
  inner.port2.onmessage = () => { throw new Error('it isn\'t here any more'); };
  refuses('twice', () => structuredClone(0, { transfer: [inner.port2] }));
  const got = [];
  port2.onmessage = ({ data, ports }) => {
    is('event.ports', [ports.length, ports[0] === data.port, data.again === data.port, Object.isFrozen(ports),
                       ports[0] !== inner.port2, ports[0] instanceof MessagePort], [1, true, true, true, true, true]);
    inner.port1.postMessage('after');
    ports[0].onmessage = (event) => {
      got.push(event.data);
      if (got.length < 3) return;
      is('messages follow it', got, ['before', 'on its way', 'after']);
      ports[0].close();
      port2.close();
      done();
    };
  };
});

part('what can\'t be sent', (done, is) => {
  const { port1, port2 } = new MessageChannel();
  const other = new MessageChannel();
  refuses('itself', () => port1.postMessage(0, [port1]));
  refuses('a port that isn\'t transferred', () => port1.postMessage(other.port1));
  refuses('twice', () => port1.postMessage(0, [other.port1, other.port1]));
  refuses('a function', () => port1.postMessage(() => 1, [other.port1]));
  const buffer = new ArrayBuffer(8);
  refuses('a bad companion', () => port1.postMessage(0, [buffer, other.port1, {}]));
  refuses('an arena\'s', () => port1.postMessage(0, [buffer, other.port1, Arena.transient.alloc(1).buffer]));
  throws('a getter', () => port1.postMessage({ get x() { throw new RangeError('mine'); } }, [buffer, other.port1]),
         RangeError, 'mine');
  throws('an iterator', () => port1.postMessage(0, { * [Symbol.iterator]() { yield buffer; throw new RangeError('it'); } }),
         RangeError, 'it');
  refuses('closed by a getter', () => port1.postMessage({ get x() { other.port2.close(); } }, [buffer, other.port2]));
  check('nothing was taken', buffer.byteLength, 8);
  for (const value of [new Event('x'), new EventTarget(), new AbortController(), AbortSignal.abort(), new MessageChannel().port1,
                       new CustomEvent('x')]) {
    refuses(String(value), () => port1.postMessage([value]));
  }
  is('a prototype alone is an object', structuredClone(Object.create(Event.prototype)), {});
  other.port1.onmessage = ({ data }) => { throw new Error(`got ${data}`); };
  other.port1.onclose = () => done();  // Closed by the getter.
  port2.close();
});

part('the other port through itself', (done, is) => {
  const { port1, port2 } = new MessageChannel();
  port1.onclose = () => done();
  port1.start();
  port1.postMessage('lost with it', [port2]);
  refuses('is gone', () => structuredClone(0, { transfer: [port2] }));
});

part('buffers', (done, is) => {
  const { port1, port2 } = new MessageChannel();
  const live = () => heap.stats().liveBytes;
  port2.onmessage = ({ data }) => {
    is('arrived', [data.buffer.byteLength, data.view[1], data.view.buffer === data.buffer, data.shared.buffer instanceof
       SharedArrayBuffer], [1000, 7, true, true]);
    data.shared[0] = 9;
    port2.close();
  };
  const view = new Uint8Array(1000).fill(7);
  const shared = new Int32Array(new SharedArrayBuffer(8));
  port1.postMessage({ view, buffer: view.buffer, shared }, { transfer: new Set([view.buffer]) });
  is('taken', [view.length, view.buffer.detached], [0, true]);
  port1.onclose = () => { is('shared', shared[0], 9); done(); };
  port1.start();
});

part('errors', (done, is) => {
  const { port1, port2 } = new MessageChannel();
  port2.onmessage = ({ data: [error, exception, again, custom] }) => {
    is('an Error', [error instanceof TypeError, error.message, error.cause instanceof DOMException, error.cause === exception],
       [true, 'm', true, true]);
    is('a DOMException', [exception.name, exception.message, exception.code, exception.stack === stack, again === exception],
       ['AbortError', 'text', 20, true, true]);
    is('a subclass', [custom instanceof DOMException, custom.name, custom.extra], [true, 'NotFoundError', undefined]);
    port2.close();
    done();
  };
  const exception = new DOMException('text', 'AbortError');
  const { stack } = exception;
  class Custom extends DOMException { extra = 1; }
  port1.postMessage([new TypeError('m', { cause: exception }), exception, exception, new Custom('', 'NotFoundError')]);
});

part('handlers', (done, is) => {
  const { port1, port2 } = new MessageChannel();
  const got = [];
  port2.onmessage = null;  // Starts it, too.
  port2.addEventListener('message', (event) => got.push(event.data));
  port1.postMessage(1);
  setTimeout(() => {
    is('started', got, [1]);
    port2.dispatchEvent(new MessageEvent('message', { data: 'own', ports: [port1] }));
    is('dispatched by hand', got, [1, 'own']);
    port2.close();
    done();
  }, 5);
});

// Calls `then` once `test` is true.
function until(test, then, tries = 5000) {
  if (test()) then();
  else if (tries === 0) throw new Error(`it never came: ${test}`);
  else setTimeout(until, 1, test, then, tries - 1);
}

// Ports that wait for what can't come go with a collection. The last part, since
// it counts all ports.
function garbage() {
  const ports = () => {
    gc();
    return heap.stats().nativeObjects.find(({ type }) => type === 'MessagePort')?.count ?? 0;
  };
  const before = ports();
  let closed = 0;
  const count = () => closed++;
  for (let i = 0; i < 50; i++) {
    const { port1, port2 } = new MessageChannel();
    port1.onclose = count;
    port1.start();
    port1.postMessage(new ArrayBuffer(1000), []);
    port2.addEventListener('message', count);
    new MessageChannel().port1.onmessage = count;
  }
  check('they are there', ports() >= before + 50, true);
  // One that somebody still saw on the stack may stay.
  until(() => ports() < before + 5 && closed > 45, () => quit(0));
}
until(() => parts.size === 0, garbage);
