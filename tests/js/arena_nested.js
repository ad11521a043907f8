// Scopes in scopes, a hundred thousand deep: nothing recurses through them or
// looks at all of them for each.

load('lib/check.js');

const kDepth = 100_000;

// The scopes from the outermost to the innermost, with a few bytes in each.
function nest(root, depth) {
  const scopes = [];
  for (let scope = root; scopes.length < depth;) {
    scope = scope.scope();
    scope.alloc(8);
    scopes.push(scope);
  }
  return scopes;
}
const arenas = () => heap.stats().lifetimes.transient.arenas;
const before = arenas();

for (const limit of [Infinity, '1GiB']) {
  const root = new Arena({ limit, chunkSize: 4096 });
  let scopes = nest(root, kDepth);
  check('all there', arenas() - before, kDepth + 1);
  check('what they use', [root.stats().usedBytes, root.stats().chunks], [8 * kDepth, kDepth]);
  root.reset();
  check('ended by the reset', scopes.every((scope) => scope.disposed), true);
  check('what was used', [root.stats().usedBytes, root.stats().peakBytes], [0, 8 * kDepth]);

  scopes = nest(root, kDepth / 10);
  scopes[1].dispose();
  check('ended by one in between', arenas() - before, 2);
  scopes[0].run(() => new ArrayBuffer(100));

  // From the innermost outwards.
  scopes = nest(root, kDepth / 10);
  while (scopes.length !== 0) scopes.pop().dispose();

  scopes = nest(root, kDepth / 10);
  const last = scopes.at(-1);
  const buffer = last.run(() => new ArrayBuffer(1000));
  check('counted everywhere', [last.stats().usedBytes, scopes[0].stats().usedBytes - 8 * scopes.length],
        [1008, 1000]);
  root.dispose();
  check('never invalidated', buffer.byteLength, 1000);
}
check('all gone', arenas() - before, 0);

// Many beside each other, ended in the order of their beginnings.
{
  const root = new Arena();
  const scopes = Array.from({ length: 3000 }, () => root.scope());
  for (const scope of scopes) scope.alloc(100);
  for (const scope of scopes) scope.dispose();
  check('peak', root.stats().peakBytes, 300_000);
  root.dispose();
}
heap.verify();
