// A short tour: what the heap is, what buffers cost, and where memory went.
//   ./jshost examples/tour.js
// Try it with --allocator malloc too, and with --buffer-limit 64MiB.

const KiB = 1024, MiB = 1024 * KiB, GiB = 1024 * MiB;

function size(bytes) {
  for (const [unit, factor] of [['GiB', GiB], ['MiB', MiB], ['KiB', KiB]]) {
    if (bytes >= factor) return (bytes / factor).toFixed(1) + ' ' + unit;
  }
  return bytes + ' B';
}

// Bars of bytes, the longest of them `width` characters.
function chart(rows, width = 40) {
  const most = Math.max(1, ...rows.map(([, bytes]) => bytes));
  for (const [label, bytes] of rows) {
    const length = Math.ceil(bytes / most * width);
    console.log('  %s %s %s', label.padEnd(26),
                ('#'.repeat(length)).padEnd(width), size(bytes).padStart(10));
  }
}

// Where the heap's memory is now. What an allocator can't tell is null.
function picture(title) {
  const stats = heap.stats();
  print('\n' + title);
  const rows = [['asked for, in use', stats.liveBytes]];
  if (stats.allocatedBytes !== null) {
    // Read while a collector's thread frees, the two may be of different moments.
    const lost = Math.max(0, stats.allocatedBytes - stats.liveBytes);
    rows.push(['lost to rounding', lost]);
  }
  if (stats.cachedBytes !== null) rows.push(['free, kept', stats.cachedBytes]);
  if (stats.zeroedBytes !== null) {
    rows.push(['  of it known as zeros', stats.zeroedBytes]);
  }
  if (stats.committedBytes !== null) {
    rows.push(['committed by the system', stats.committedBytes]);
  }
  chart(rows);
}

print(`V8 ${version()}, allocator ${heap.allocator}`);
const {limit, reservedBytes} = heap.stats();
print(`Buffers may take ${Number.isFinite(limit) ? size(limit) : 'any size'};` +
      ` address space reserved: ${size(reservedBytes ?? 0)}`);

print('\nMaking buffers; all read as zero:');
const kept = [];
for (const [count, bytes] of [[10000, 256], [1000, 4 * KiB], [100, 64 * KiB],
                              [4, 8 * MiB]]) {
  const start = performance.now();
  for (let i = 0; i < count; i++) kept.push(new Uint8Array(bytes));
  const each = (performance.now() - start) * 1000 / count;
  console.log('  %s of %s: %s µs each', String(count).padStart(6),
              size(bytes).padStart(9), each.toFixed(2));
}
picture('Where memory is, with all of them alive:');

kept.length = 0;
for (let i = 0; i < 400; i++) new Uint8Array(MiB).fill(i);
picture('After dropping them and making 400 MiB of garbage, 1 MiB at a time:');

const start = performance.now();
const program = readbuffer('/proc/self/exe');
print(`\nThis program, read into one buffer: ${size(program.byteLength)} in ` +
      `${(performance.now() - start).toFixed(1)} ms`);

try {
  new ArrayBuffer(2 ** 40);
} catch (error) {
  print(`A buffer of a terabyte: ${error.name}: ${error.message}`);
}

const {allocations, frees, failures, peakLiveBytes} = heap.stats();
print(`In all: ${allocations} allocations, ${frees} frees, ${failures} ` +
      `refused; at most ${size(peakLiveBytes)} in use`);
