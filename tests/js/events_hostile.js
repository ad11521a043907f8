// Events and signals keep working when a script has patched the built-ins that
// they are made of.
'use strict';

const { defineProperty } = Object;
const trap = () => { throw new Error('a patched built-in was called'); };
for (const owner of [Array, Function, Map, Set, WeakRef, WeakMap, Object, String, Error]) {
  for (const holder of [owner, owner.prototype]) {
    for (const key of Reflect.ownKeys(holder)) {
      const property = Reflect.getOwnPropertyDescriptor(holder, key);
      if (!property.configurable || typeof property.value !== 'function' || key === 'constructor') continue;
      if (key === Symbol.iterator && owner === Array) continue;  // The web iterates, too.
      defineProperty(holder, key, { __proto__: null, value: trap, writable: true, configurable: true });
    }
  }
}
for (const key of ['capture', 'callback', 'next', 'once', 'number', 'value', 'isRemoved', 'forget', '0', '1']) {
  defineProperty(Object.prototype, key, { __proto__: null, set: trap, configurable: true });
  defineProperty(Array.prototype, key, { __proto__: null, set: trap, configurable: true });
}
Reflect.apply = Reflect.construct = Math.trunc = Number.isFinite = trap;
for (const name of ['Event', 'DOMException', 'EventTarget', 'AbortSignal', 'WeakRef', 'Set', 'Map', 'Error',
                    'TypeError']) {
  const original = globalThis[name];
  defineProperty(globalThis, `$${name}`, { __proto__: null, value: original });
  globalThis[name] = trap;
}
for (const key of ['addEventListener', 'removeEventListener', 'dispatchEvent']) {
  defineProperty($EventTarget.prototype, `$${key}`, { __proto__: null, value: $EventTarget.prototype[key] });
  $EventTarget.prototype[key] = trap;
}
for (const key of ['initEvent', 'preventDefault']) {
  defineProperty($Event.prototype, `$${key}`, { __proto__: null, value: $Event.prototype[key] });
  $Event.prototype[key] = trap;
}

let calls = '';
const target = new $EventTarget();
const second = () => { calls += 'second '; };
target.$addEventListener('x', (event) => { calls += 'first '; event.$preventDefault(); }, { once: true });
target.$addEventListener('x', second);
const prevented = target.$dispatchEvent(new $Event('x', { cancelable: true }));
target.$removeEventListener('x', second);
target.$dispatchEvent(new CustomEvent('x', { detail: 1 }));
new CustomEvent('x').initCustomEvent('y');
if (calls !== 'first second ' || prevented) throw new $Error(`events: ${calls}`);

const controller = new AbortController();
const any = $AbortSignal.any([controller.signal]);
target.$addEventListener('x', second, { signal: any });
any.onabort = () => { calls += 'aborted'; };
controller.abort();
target.$dispatchEvent(new $Event('x'));
if (calls !== 'first second aborted') throw new $Error(`signals: ${calls}`);
if (!(any.reason instanceof $DOMException)) throw new $Error('reason');

let error;
try { structuredClone(() => 1); } catch (caught) { error = caught; }
if (!(error instanceof $DOMException) || error.name !== 'DataCloneError') throw new $Error('clone');
$AbortSignal.timeout(1).onabort = () => { calls += '!'; };
