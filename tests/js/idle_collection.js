// A program that waits collects its garbage by itself, once, and none where
// there is none.
load('lib/check.js');

const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const majors = () => isolate.memory().gc.major;

async function test() {
  await wait(1200);
  check('nothing to gain', majors(), 0);

  // Too little for any collection of V8's or of the nursery's.
  for (let i = 0; i < 4; i++) new Uint8Array(2 ** 20).fill(i);
  const before = majors();
  check('not yet', before, 0);
  // On a busy machine a wait may end before its middle was seen.
  for (let i = 0; i < 20 && majors() === before; i++) await wait(1200);
  check('while it waits', majors(), before + 1);
  check('buffers are gone', isolate.memory().arrayBuffers < 2 ** 20, true);

  await wait(1200);
  check('only once', majors(), before + 1);
}

test();
