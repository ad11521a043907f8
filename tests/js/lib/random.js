// randomFrom(seed): a function whose random(below) is a whole number from 0, the
// same ones in each run.
const randomFrom = (seed) => (below) => {
  seed = Math.imul(seed, 1664525) + 1013904223 | 0;
  return Math.floor((seed >>> 0) / 2 ** 32 * below);
};
