// What the benchmarks of requests share: rounds of several ways to do the same
// work, interleaved, and how long single requests took.
'use strict';

load('median.js');

// Durations of requests in microseconds. Made once: measuring must not allocate.
class Latencies {
  constructor(most) {
    this.values = new Float64Array(most);
    this.count = 0;
  }
  add(ms) {
    this.values[this.count++] = ms * 1000;
  }
  // { p50, p999, max, sd } in microseconds
  summary() {
    const values = this.values.subarray(0, this.count).slice().sort();
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
    return {
      p50: values[values.length >> 1],
      p999: values[Math.floor(values.length * 0.999)],
      max: values[values.length - 1],
      sd: Math.sqrt(squares / values.length),
    };
  }
}

function residentMiB() {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read('/proc/self/status'))[1]) / 1024;
}

function parseRoundArguments(words, defaults) {
  const options = { ...defaults };
  for (let i = 0; i < words.length; i++) {
    const name = words[i].replace(/^--/, '');
    if (!words[i].startsWith('--') || !(name in defaults)) {
      const known = Object.keys(defaults).map((key) => `--${key} N`);
      throw new Error(`unknown option '${words[i]}': ${known.join(', ')}`);
    }
    options[name] = Number(words[++i]);
    if (!(options[name] >= 1)) throw new Error(`${words[i - 1]}: a number from 1`);
  }
  return options;
}

// Runs every way once a round, in turns, after one round to warm up. A way is
// { name, run(latencies) } and returns a record of figures; so does this, by
// name, with the medians over the rounds, `ms`, `growthMiB` (of RSS, from after
// the warm-up to the end, of all rounds of that way together) and the latencies.
function runRounds(ways, rounds, requests) {
  const results = new Map(ways.map((way) => [way.name, { rounds: [], growthMiB: 0 }]));
  for (let round = 0; round <= rounds; round++) {
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) {
      const latencies = new Latencies(requests);
      const before = residentMiB();
      const start = performance.now();
      const figures = way.run(latencies);
      const ms = performance.now() - start;
      if (round === 0) continue;
      const result = results.get(way.name);
      result.rounds.push({ ms, ...figures, ...latencies.summary() });
      result.growthMiB += residentMiB() - before;
    }
  }
  return new Map([...results].map(([name, { rounds: all, growthMiB }]) => [name, {
    ...Object.fromEntries(Object.keys(all[0]).map(
      (key) => [key, medianOf(all.map((round) => round[key]))])),
    growthMiB: growthMiB / rounds,
  }]));
}
