"""scripts/bench allocator"""

import json
import os
import random
import re
import time

from allocator import backends
from allocator.measure import HeapBench, run_rounds
from allocator.report import Report
from comparison import BenchError

# Of --quick: rounds and scale, and what takes long whatever the scale.
QUICK_ROUNDS = 3
QUICK_SCALE = 0.2
QUICK_SKIPS = re.compile('live/10000000|settle')


def add_arguments(parser, default_program):
    parser.add_argument('--rounds', type=int, metavar='N',
                        help=f'default 10; with --quick {QUICK_ROUNDS}')
    parser.add_argument('--quick', action='store_true',
                        help='a look: few rounds, a fifth of the work, not '
                        'the workloads ' + QUICK_SKIPS.pattern)
    parser.add_argument('--pin', action='store_true',
                        help='all threads on one core')
    parser.add_argument('--filter', type=re.compile, metavar='REGEX',
                        help='only workloads that match from their start')
    parser.add_argument('--backend', action='append', metavar='SPEC',
                        help=f'one to compare with {backends.BASE}, as '
                        "jshost's --allocator takes it; may be repeated "
                        '(default: all)')
    parser.add_argument('--json', metavar='FILE', help='every figure')
    parser.add_argument('--scale', type=float,
                        help='times the usual work of a measurement')
    parser.add_argument('--seed', type=int, default=1,
                        help='of the order and the bootstrap')
    parser.add_argument('--no-install', action='store_true',
                        help="don't install the peers' Debian packages")
    parser.add_argument('--heap-bench', default=default_program,
                        metavar='FILE', help='the program')
    parser.set_defaults(run=run)


def choose_workloads(heap_bench, options):
    workloads = heap_bench.workloads()
    if options.filter:
        chosen = [w for w in workloads if options.filter.match(w)]
        if not chosen:
            raise BenchError(f"--filter '{options.filter.pattern}' matches "
                             f'none of {", ".join(workloads)}')
        return chosen
    if options.quick:
        return [w for w in workloads if not QUICK_SKIPS.match(w)]
    return workloads


def choose_contenders(heap_bench, options):
    wanted = [backends.BASE, *(options.backend or
                               (b for b in backends.LABELS
                                if b != backends.BASE))]
    found, missing = backends.find(wanted, heap_bench.why_missing,
                                   install=not options.no_install)
    for backend, why in missing.items():
        print(f'missing: {backends.label(backend)}: {why}')
    if backends.BASE in missing or len(found) < 2:
        raise BenchError('nothing to compare')
    return found, missing


def pin_to_one_core():
    """This process, and so all that it starts."""
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f'pinned to core {core}'


def run(options):
    quick = options.quick
    rounds = options.rounds or (QUICK_ROUNDS if quick else 10)
    scale = options.scale or (QUICK_SCALE if quick else 1.0)
    cores = (pin_to_one_core() if options.pin
             else f'{len(os.sched_getaffinity(0))} cores')
    heap_bench = HeapBench(options.heap_bench, scale)
    workloads = choose_workloads(heap_bench, options)
    found, missing = choose_contenders(heap_bench, options)
    print(f'allocator: {", ".join(map(backends.label, found))}; {rounds} '
          f'rounds, scale {scale:g}, seed {options.seed}, {cores}, load '
          f'{os.getloadavg()[0]:.1f}', flush=True)
    start = time.monotonic()
    results = run_rounds(heap_bench, workloads, found, rounds,
                         random.Random(options.seed))
    seconds = time.monotonic() - start
    report = Report(results, workloads, random.Random(options.seed))
    report.print()
    print(f'\n{seconds / 60:.1f} minutes, load at the end '
          f'{os.getloadavg()[0]:.1f}')
    if options.json:
        with open(options.json, 'w', encoding='utf-8') as file:
            json.dump({'rounds': rounds, 'scale': scale, 'pinned': options.pin,
                       'missing': missing, **report.as_json()}, file, indent=1)
