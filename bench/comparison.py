"""Statistics that all our comparisons share.

Contenders are measured in rounds, each once a round. A round's figures are a
dictionary from a key (what was measured) to a number, the lower the better.
"""

import math
import statistics

RESAMPLES = 2000


class BenchError(Exception):
    """Ends a comparison; the text is for the user."""


def geomean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values))


def interval(samples):
    """The middle 95 %."""
    ordered = sorted(samples)
    return (ordered[int(0.025 * len(ordered))],
            ordered[int(0.975 * len(ordered))])


def medians(rounds, keys):
    return {key: statistics.median(r[key] for r in rounds) for key in keys}


def verdict(low, high):
    """Of the base, by the interval of others / base."""
    return 'win' if low > 1 else 'loss' if high < 1 else 'tie'


class Ratio:
    """others / base with its bootstrap 95 % interval."""

    def __init__(self, point, draws):
        self.point = point
        self.low, self.high = interval(draws)

    @property
    def verdict(self):
        return verdict(self.low, self.high)


class Samples:
    """Medians of each contender, measured and bootstrapped.

    Whole rounds are drawn, with replacement: what one round measured goes
    together."""

    def __init__(self, results, keys, rng):
        """results: {contender: [{key: figure} for each round]}"""
        self.keys = list(keys)
        self.median = {name: medians(rounds, self.keys)
                       for name, rounds in results.items()}
        self.draws = {name: [medians(rng.choices(rounds, k=len(rounds)),
                                     self.keys) for _ in range(RESAMPLES)]
                      for name, rounds in results.items()}

    def compare(self, base, others):
        """{key: Ratio} of the best of the others to the base."""
        return {key: Ratio(self._ratio(self.median, base, others, key),
                           self._drawn_ratios(base, others, key))
                for key in self.keys}

    def compare_geomeans(self, base, others, keys):
        """The Ratio of the geometric means over some keys."""
        by_key = [self._drawn_ratios(base, others, key) for key in keys]
        draws = [geomean(ratios) for ratios in zip(*by_key)]
        return Ratio(geomean([self._ratio(self.median, base, others, key)
                              for key in keys]), draws)

    @staticmethod
    def _ratio(figures, base, others, key):
        return min(figures[name][key] for name in others) / figures[base][key]

    def _drawn_ratios(self, base, others, key):
        bases = (draw[key] for draw in self.draws[base])
        bests = (min(draws) for draws in zip(
            *([draw[key] for draw in self.draws[name]] for name in others)))
        return [best / of_base for best, of_base in zip(bests, bases)]
