// throwsExactly(what, fn, type, message): fn must throw a `type`, not one of its
// kinds, with just this message.
const throwsExactly = (what, fn, type, message) => {
  try {
    fn();
  } catch (error) {
    if (error.constructor !== type || error.message !== message) {
      throw new Error(`${what}: threw ${error}, expected ${message}`);
    }
    return;
  }
  throw new Error(`${what}: no error`);
};
