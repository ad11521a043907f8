// What the tests of LinearMemory share.

export function equal(what, got, expected) {
  if (!Object.is(got, expected)) {
    throw new Error(`${what}: got ${String(got)}, expected ${String(expected)}`);
  }
}

export function same(what, got, expected) {
  const text = (value) => JSON.stringify(value, (_, x) => typeof x === 'bigint' ? `${x}n` : x);
  equal(what, text(got), text(expected));
}

// The error, whose message matches.
export function throws(type, pattern, fn) {
  let error;
  try {
    fn();
  } catch (thrown) {
    error = thrown;
  }
  if (error === undefined) throw new Error(`${fn} throws nothing, expected ${type.name}`);
  if (!(error instanceof type)) throw new Error(`${fn} throws ${error.stack}, expected ${type.name}`);
  if (!pattern.test(error.message)) throw new Error(`${fn} says '${error.message}', not ${pattern}`);
  return error;
}

// Out of memory, by this limit.
export function refused(limit, requested, fn) {
  const error = throws(RangeError, /./, fn);
  equal('code', error.code, 'ERR_MEMORY_LIMIT');
  equal('limit', error.limit, limit);
  equal('requested', error.requested, requested);
  return error;
}

// Random numbers, the same in every run (xorshift32).
export function randomFrom(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
