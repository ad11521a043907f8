// The command line of benchmarks that take --rounds, --scale and --json.
function parseRoundsAndScale(words, rounds) {
  const options = { rounds, scale: 1, json: false };
  for (let i = 0; i < words.length; i++) {
    switch (words[i]) {
      case '--rounds': options.rounds = Number(words[++i]); break;
      case '--scale': options.scale = Number(words[++i]); break;
      case '--json': options.json = true; break;
      default: throw new Error(`unknown option '${words[i]}': --rounds, --scale, --json`);
    }
  }
  if (!(options.rounds >= 1)) throw new Error('--rounds: a number from 1');
  if (!(options.scale > 0)) throw new Error('--scale: a number above 0');
  return options;
}
