"""scripts/bench startup: how long a program that does next to nothing takes."""

import os
import random
import statistics
import time

from comparison import BenchError, Samples

# What it runs: nothing, a line, an object, which takes more of a shell's own
# JavaScript.
PROGRAMS = {
    'nothing': '0',
    'a line': 'console.log("a line")',
    'an object': 'console.log({ a: [1, 2], b: new Map([[1, 2]]) })',
}
FIGURES = ('CPU', 'wall')
WARM_UP = 3


def add_arguments(parser, add_contenders, find_contenders):
    parser.add_argument('--rounds', type=int, default=50, metavar='N')
    parser.add_argument('--seed', type=int, default=1)
    add_contenders(parser)
    parser.set_defaults(run=lambda options: run(options, find_contenders(options)))


def evaluate(name, command, code):
    """The command line that runs `code`."""
    program = os.path.basename(command[0])
    if name.startswith('deno') or program == 'deno':
        return [command[0], 'eval', code]
    return [*command, '-e', code]


def run_once(command):
    """{figure: milliseconds} of one process, its start included."""
    silence = [(os.POSIX_SPAWN_OPEN, fd, '/dev/null', flags, 0)
               for fd, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY))]
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=silence)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        raise BenchError(f'{" ".join(command)} ended with '
                         f'status {os.waitstatus_to_exitcode(status)}')
    return {'CPU': (usage.ru_utime + usage.ru_stime) * 1e3, 'wall': wall * 1e3}


def run_rounds(commands, rounds, order):
    """{contender: [{figure: ms} for each round]}"""
    results = {name: [] for name in commands}
    for number in range(WARM_UP + rounds):
        for name in order.sample(list(commands), len(commands)):
            figures = run_once(commands[name])
            if number >= WARM_UP:
                results[name].append(figures)
    return results


def run(options, found):
    print(f'startup: {", ".join(name for name, _ in found)}; {options.rounds} rounds, '
          f'seed {options.seed}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}')
    base = found[0][0]
    for title, code in PROGRAMS.items():
        commands = {name: evaluate(name, command, code) for name, command in found}
        results = run_rounds(commands, options.rounds, random.Random(options.seed))
        samples = Samples(results, FIGURES, random.Random(options.seed))
        print(f'\n{title}: medians in ms, and times {base}\'s')
        for name in commands:
            cells = []
            for figure in FIGURES:
                median = statistics.median(r[figure] for r in results[name])
                ratio = samples.compare(base, [name])[figure]
                cells.append(f'{figure} {median:7.1f}  {ratio.point:5.2f} '
                             f'[{ratio.low:.2f}, {ratio.high:.2f}]')
            print(f'{name:>16}  ' + '   '.join(cells))
