// throws(what, fn, type, ...words): fn must throw a `type` whose message has all
// the words. Returns the error.
const throws = (what, fn, type, ...words) => {
  let error;
  try { fn(); } catch (e) { error = e; }
  if (!(error instanceof type)) throw new Error(`${what}: got ${error}, expected a ${type.name}`);
  for (const word of words) {
    if (!String(error.message).includes(word)) {
      throw new Error(`${what}: "${error.message}" doesn't say ${word}`);
    }
  }
  return error;
};
