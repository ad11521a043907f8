// What a LinearMemory's scopes hold: blocks, in a ring of the allocator, and
// installed functions. Scopes nest and end in the opposite order.
(function (natives) {
  'use strict';

  const { ObjectFreeze, ReflectApply, TypeError } = natives.requireInternal('primordials');
  const { wrongType } = natives.requireInternal('linear_memory_arguments');

  // What scopedAllocPush hands out. Nothing but itself.
  class LinearMemoryScope {
    constructor() { ObjectFreeze(this); }
  }

  class Scopes {
    #malloc;
    #functions;   // a FunctionTable or undefined
    #top;         // {token, ring, slots, isCall, below}
    depth = 0;

    constructor(malloc, functions) {
      this.#malloc = malloc;
      this.#functions = functions;
    }

    push(isCall) {
      const token = new LinearMemoryScope();
      this.#top = {
        __proto__: null,
        token, ring: this.#malloc.newRing(), slots: undefined, isCall, below: this.#top,
      };
      this.depth++;
      return token;
    }

    pop(token) {
      const top = this.#top;
      if (top === undefined) {
        throw new TypeError('scopedAllocPop: no scope is open; call scopedAllocPush before it');
      }
      if (token !== undefined && token !== top.token) {
        if (!this.#isOpen(token)) {
          throw wrongType('scope', 'an open scope, from scopedAllocPush', token);
        }
        throw new TypeError('scopedAllocPop: a scope inside this one is still open; ' +
                            'pop scopes in the opposite order of their pushes');
      }
      if (top.isCall) {
        throw new TypeError("scopedAllocPop: this scope is scopedAllocCall's, which pops it");
      }
      this.#end(top);
    }

    // The scope ends with the call, and so does what was left open in it.
    call(fn) {
      const token = this.push(true);
      try {
        return ReflectApply(fn, undefined, []);
      } finally {
        while (this.#isOpen(token)) this.#end(this.#top);
      }
    }

    addBlock(address) {
      this.#malloc.enterRing(this.#malloc.nodeAt(address), this.#top.ring);
    }

    addFunction(slot) {
      slot.next = this.#top.slots;
      this.#top.slots = slot;
    }

    checkOpen(method) {
      if (this.#top === undefined) {
        throw new TypeError(`${method}: no scope is open; call scopedAllocPush or ` +
                            'scopedAllocCall before it');
      }
    }

    endAll() {
      while (this.#top !== undefined) this.#end(this.#top);
    }

    #end(scope) {
      this.#top = scope.below;
      this.depth--;
      if (scope.slots !== undefined) this.#functions.uninstallAll(scope.slots);
      this.#malloc.freeRing(scope.ring);
    }

    #isOpen(token) {
      let scope = this.#top;
      while (scope !== undefined && scope.token !== token) scope = scope.below;
      return scope !== undefined;
    }
  }

  return { __proto__: null, Scopes };
})
