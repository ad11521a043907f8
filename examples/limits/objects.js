// A tree of 100,000 nodes that lives, and 30 times as many objects that don't.
function node(depth) {
  return depth === 0 ? null : { left: node(depth - 1), right: node(depth - 1), value: depth };
}
const live = [];
for (let i = 0; i < 100; i++) live.push(node(10));
const start = performance.now();
for (let i = 0; i < 3000; i++) live[i % 100] = node(10);
print(`lab: ${(3000 * 1.023 / (performance.now() - start)).toFixed(2)} million/s`);
