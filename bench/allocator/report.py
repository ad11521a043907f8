"""What scripts/bench allocator prints and writes."""

import statistics

from allocator import backends
from comparison import Samples

MIB = 1 << 20

# Workloads by what they stand for; of a name with a parameter, the part before
# the slash. What is in none of these is no comparison of times.
GROUPS = {
    'a JavaScript host': ('pareto', 'sweep', 'calloc-touch-0',
                          'calloc-touch-1', 'calloc-touch-any',
                          'calloc-touch-all'),
    'published': ('xmalloc-test', 'larson', 'mstress', 'rptest',
                  'glibc-simple', 'glibc-thread', 'cache-thrash',
                  'cache-scratch', 'malloc-large'),
    'growth': ('live', 'live-random', 'scale'),
}


NAME = 25  # columns
CELL = 11
RATIO = 27


def family(workload):
    return workload.split('/')[0]


def show_number(number):
    return f'{number:.{0 if number >= 100 else 1 if number >= 10 else 2}f}'


def show_ns(ns):
    for unit, name in ((1e6, 'ms'), (1e3, 'us')):
        if ns >= 10 * unit:
            return f'{show_number(ns / unit)} {name}'
    return f'{show_number(ns)} ns'


def show_ratio(ratio):
    low, high = show_number(ratio.low), show_number(ratio.high)
    return (f'{show_number(ratio.point):>7} {f"[{low}, {high}]":<14}'
            f'{ratio.verdict:>5}')


class Report:
    """Compares the base with the other contenders of run_rounds."""

    def __init__(self, results, workloads, rng):
        self.results = results
        self.workloads = workloads
        self.contenders = list(results)
        self.others = [b for b in self.contenders if b != backends.BASE]
        self.peers = [b for b in self.others if backends.is_peer(b)]
        self.timed = [w for w in workloads
                      if any(family(w) in group for group in GROUPS.values())]
        self.times = {
            kind: Samples({backend: [{w: getattr(figures[w], kind)
                                      for w in workloads}
                                     for figures in rounds]
                           for backend, rounds in results.items()},
                          workloads, rng)
            for kind in ('wall', 'cpu')}

    def memory(self, backend, workload, kind):
        """Median in bytes, or None."""
        figures = [r[workload].memory.get(kind) for r in self.results[backend]]
        return None if None in figures else statistics.median(figures)

    def groups(self):
        """(name, its timed workloads), and all of them as the last."""
        for name, members in GROUPS.items():
            keys = [w for w in self.timed if family(w) in members]
            if keys:
                yield name, keys
        if self.timed:
            yield 'all', self.timed

    def print(self):
        self._print_medians('wall', 'Wall time per operation')
        self._print_medians('cpu', 'CPU time per operation, all threads')
        if self.peers:
            self._print_best()
        for other in self.others:
            self._print_other(other)
        self._print_memory('peak_rss', 'Peak of memory, MiB')
        self._print_memory('settled_rss', 'Two seconds after all was freed, '
                           'MiB')
        self._print_memory('trimmed_rss', 'After giving back what is free, '
                           'MiB')
        self._print_growth()

    @staticmethod
    def _print_row(name, cells):
        print(f'{name:<{NAME}}' + ''.join(f'{cell:>{CELL}}' for cell in cells))

    def _print_header(self, title):
        print(f'\n{title}')
        self._print_row('', map(backends.label, self.contenders))

    def _print_medians(self, kind, title):
        self._print_header(title)
        for workload in self.timed:
            self._print_row(workload,
                            (show_ns(self.times[kind].median[b][workload])
                             for b in self.contenders))

    def _print_ratios(self, others):
        print(f'{"":<{NAME}}{"wall time":<{RATIO}}  CPU time')
        ratios = {kind: samples.compare(backends.BASE, others)
                  for kind, samples in self.times.items()}
        for workload in self.timed:
            print(f'{workload:<{NAME}}' + '  '.join(
                show_ratio(ratios[kind][workload]) for kind in ratios)
                + self._best_name(workload, others))
        for name, keys in self.groups():
            means = (samples.compare_geomeans(backends.BASE, others, keys)
                     for samples in self.times.values())
            tally = self._tally(ratios['wall'], keys)
            print(f'{"= " + name:<{NAME}}' + '  '.join(
                show_ratio(mean) for mean in means) + f'  {tally}')

    def _best_name(self, workload, others):
        if len(others) == 1:
            return ''
        wall = self.times['wall'].median
        return '  ' + backends.label(min(others,
                                         key=lambda b: wall[b][workload]))

    @staticmethod
    def _tally(ratios, keys):
        verdicts = [ratios[key].verdict for key in keys]
        return ', '.join(f'{verdicts.count(v)} {v}'
                         for v in ('win', 'tie', 'loss') if v in verdicts)

    def _print_best(self):
        print(f'\nBest peer / {backends.BASE}  (above 1: {backends.BASE} is '
              'faster)')
        self._print_ratios(self.peers)

    def _print_other(self, other):
        print(f'\n{backends.label(other)} / {backends.BASE}')
        self._print_ratios([other])

    def _print_memory(self, kind, title):
        rows = {w: [self.memory(b, w, kind) for b in self.contenders]
                for w in self.workloads}
        rows = {w: row for w, row in rows.items() if None not in row}
        if not rows:
            return
        self._print_header(title)
        for workload, row in rows.items():
            self._print_row(workload, (f'{value / MIB:.1f}' for value in row))

    def _print_growth(self):
        rows = [row for row in (
            ('two threads / one', 'scale/1', 'scale/2'),
            ('10^7 / 10^3 live', 'live/10000000', 'live/1000'),
            ('10^6 / 10^3, random', 'live-random/1000000', 'live-random/1000'))
                if {*row[1:]} <= set(self.workloads)]
        if not rows:
            return
        self._print_header('Throughput of two threads by that of one; cost of '
                           'an operation by live blocks')
        medians = self.times['wall'].median
        for title, above, below in rows:
            self._print_row(title, (
                show_number(medians[b][above] / medians[b][below])
                for b in self.contenders))

    def as_json(self):
        comparisons = {backends.label(b): self._comparison([b])
                       for b in self.others}
        if self.peers:
            comparisons['best peer'] = self._comparison(self.peers)
        return {
            'base': backends.BASE,
            'comparisons': comparisons,
            'figures': {backend: [{w: f.as_json() for w, f in r.items()}
                                  for r in rounds]
                        for backend, rounds in self.results.items()},
        }

    def _comparison(self, others):
        def entry(ratio):
            return {'ratio': ratio.point, 'low': ratio.low,
                    'high': ratio.high, 'verdict': ratio.verdict}
        return {kind: {
            'workloads': {w: entry(r) for w, r in
                          samples.compare(backends.BASE, others).items()
                          if w in self.timed},
            'geomeans': {name: entry(samples.compare_geomeans(
                backends.BASE, others, keys)) for name, keys in self.groups()},
        } for kind, samples in self.times.items()}
