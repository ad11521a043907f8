// The globals `AbortController` and `AbortSignal` (DOM).
//
// Who observes a signal keeps it: one that nobody can abort any more, or whose
// abort nobody would notice, is garbage. So a source knows what was made of it
// by `AbortSignal.any` weakly unless that is observed, and so does a timeout.
(function (natives) {
  'use strict';

  const {
    MathTrunc, Number, NumberIsFinite, SafeSet, SetPrototypeForEach, TypeError,
    WeakRef, WeakRefPrototypeDeref,
  } = natives.requireInternal('primordials');
  const { wrongType } = natives.requireInternal('errors');
  const { DOMException } = natives.requireInternal('dom_exception');
  const { Event } = natives.requireInternal('event');
  const { countOf, defineHandler, EventTarget, fire, useSignals, watch } =
    natives.requireInternal('event_target');
  const { describeInterface, isObject, requireArguments, wrongReceiver } =
    natives.requireInternal('web_idl');

  const kOurs = {};
  const kMostSafe = 2 ** 53 - 1;
  const kFewDependents = 8;

  let make;
  let abort;
  let onAbort;
  let isSignal;
  let isAborted;
  let reasonOf;

  // Timeouts that somebody observes; the others may be collected.
  const observedTimeouts = new SafeSet();

  class AbortSignal extends EventTarget {
    #isAborted = false;
    #reason;
    #algorithms = new SafeSet();  // called on abort, before the event
    // What `any` made of this: all weakly, and those that are observed.
    #dependents = new SafeSet();  // WeakRefs
    #cleanAt = kFewDependents;
    #observedDependents = new SafeSet();
    #sources = undefined;  // of one that `any` made
    #timer = 0;            // of a timeout

    constructor(key = undefined) {
      if (key !== kOurs) {
        throw new TypeError("AbortSignal can't be constructed: use new AbortController().signal, " +
                            'AbortSignal.abort(), timeout() or any()');
      }
      super();
      watch(this, () => this.#updateObserved());
    }

    static #of(object, member) {
      if (!isSignal(object)) throw wrongReceiver(`AbortSignal.${member}`, 'AbortSignal');
      return object;
    }

    static abort(reason = undefined) {
      const signal = make();
      signal.#setAborted(defaultReason(reason));
      return signal;
    }

    static timeout(milliseconds) {
      requireArguments('AbortSignal.timeout', arguments.length, 1);
      const delay = MathTrunc(Number(milliseconds));
      if (!NumberIsFinite(delay) || delay < 0 || delay > kMostSafe) {
        throw wrongType('milliseconds', `a number from 0 to ${kMostSafe}`, milliseconds);
      }
      const signal = make();
      const weak = new WeakRef(signal);
      signal.#timer = natives.startBackgroundTimer(delay, () => {
        const live = WeakRefPrototypeDeref(weak);
        if (live !== undefined) {
          live.#timer = 0;
          observedTimeouts.delete(live);
          abort(live, new DOMException('the time of the signal is over', 'TimeoutError'));
        }
      });
      return signal;
    }

    static any(signals) {
      requireArguments('AbortSignal.any', arguments.length, 1);
      if (!isObject(signals)) throw wrongType('signals', 'iterable', signals);
      const given = new SafeSet();
      for (const signal of signals) {
        if (!isSignal(signal)) throw wrongType('signals', 'of AbortSignals', signal);
        given.add(signal);
      }
      const made = make();
      SetPrototypeForEach(given, (signal) => {
        if (signal.#isAborted && !made.#isAborted) made.#setAborted(signal.#reason);
      });
      if (made.#isAborted) return made;
      made.#sources = new SafeSet();
      SetPrototypeForEach(given, (signal) => {
        if (signal.#sources === undefined) made.#dependOn(signal);
        else SetPrototypeForEach(signal.#sources, (source) => made.#dependOn(source));
      });
      return made;
    }

    get aborted() { return AbortSignal.#of(this, 'aborted').#isAborted; }
    get reason() { return AbortSignal.#of(this, 'reason').#reason; }
    throwIfAborted() {
      if (AbortSignal.#of(this, 'throwIfAborted').#isAborted) throw this.#reason;
    }

    #dependOn(source) {
      if (this.#sources.has(source)) return;
      this.#sources.add(source);
      if (source.#dependents.size >= source.#cleanAt) source.#clean();
      source.#dependents.add(new WeakRef(this));
    }

    // Forgets dependents that were collected.
    #clean() {
      const all = this.#dependents;
      SetPrototypeForEach(all, (weak) => {
        if (WeakRefPrototypeDeref(weak) === undefined) all.delete(weak);
      });
      this.#cleanAt = all.size * 2 < kFewDependents ? kFewDependents : all.size * 2;
    }

    #updateObserved() {
      const isObserved = !this.#isAborted &&
        (countOf(this, 'abort') !== 0 || this.#algorithms.size !== 0 || this.#observedDependents.size !== 0);
      if (this.#timer !== 0) {
        if (isObserved) observedTimeouts.add(this);
        else observedTimeouts.delete(this);
        natives.keepAliveForTimer(this.#timer, isObserved);
      }
      if (this.#sources === undefined) return;
      SetPrototypeForEach(this.#sources, (source) => {
        if (isObserved) source.#observedDependents.add(this);
        else source.#observedDependents.delete(this);
        source.#updateObserved();
      });
    }

    #setAborted(reason) {
      this.#isAborted = true;
      this.#reason = reason;
    }

    #runSteps() {
      const algorithms = this.#algorithms;
      this.#algorithms = new SafeSet();
      SetPrototypeForEach(algorithms, (algorithm) => algorithm());
      fire(this, new Event('abort'));
      this.#updateObserved();
    }

    static {
      isSignal = (value) => isObject(value) && #isAborted in value;
      isAborted = (signal) => signal.#isAborted;
      reasonOf = (signal) => signal.#reason;
      make = () => new AbortSignal(kOurs);
      // Returns what takes the function back.
      onAbort = (signal, fn) => {
        const algorithm = () => fn();
        signal.#algorithms.add(algorithm);
        signal.#updateObserved();
        return () => {
          signal.#algorithms.delete(algorithm);
          signal.#updateObserved();
        };
      };
      abort = (signal, reason) => {
        if (signal.#isAborted) return;
        signal.#setAborted(reason);
        const dependents = new SafeSet();
        SetPrototypeForEach(signal.#dependents, (weak) => {
          const dependent = WeakRefPrototypeDeref(weak);
          if (dependent === undefined || dependent.#isAborted) return;
          dependent.#setAborted(reason);
          dependents.add(dependent);
        });
        signal.#dependents = new SafeSet();
        signal.#runSteps();
        SetPrototypeForEach(dependents, (dependent) => dependent.#runSteps());
      };
    }
  }

  // Null is a reason, undefined is none.
  const defaultReason = (reason) =>
    reason === undefined ? new DOMException('the operation was aborted', 'AbortError') : reason;

  let isController;

  class AbortController {
    #signal = make();

    static { isController = (value) => isObject(value) && #signal in value; }

    static #of(object, member) {
      if (isController(object)) return object;
      throw wrongReceiver(`AbortController.${member}`, 'AbortController');
    }

    get signal() { return AbortController.#of(this, 'signal').#signal; }
    abort(reason = undefined) {
      abort(AbortController.#of(this, 'abort').#signal, defaultReason(reason));
    }
  }

  defineHandler(AbortSignal, 'abort', isSignal);
  describeInterface(AbortSignal, 'AbortSignal');
  describeInterface(AbortController, 'AbortController');
  useSignals({ __proto__: null, isAborted, isSignal, onAbort });

  return {
    __proto__: null, AbortController, AbortSignal, isAborted, isController, isSignal, onAbort, reasonOf,
  };
})
