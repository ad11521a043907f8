"""scripts/bench gc-policy: throughput of programs that make and drop buffers,
against the most memory they have, by GC policy and allocator."""

import json
import os
import random
import statistics
import subprocess

from comparison import BenchError, Samples

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCRIPT = os.path.join(TOP, 'bench', 'js', 'gc_policy.js')
POLICIES = ('v8', 'adaptive')
MIB = 1 << 20


def workloads(options):
    """[arguments of gc_policy.js]"""
    found = []
    for size in options.sizes.split(','):
        for touch in ([], ['--every']):
            found.append(['--size', size, *touch])
            if options.all:
                found.append(['--size', size, *touch, '--live', '64M'])
                found.append(['--size', size, *touch, '--objects', '1000000'])
    return found


def title(workload):
    words = dict(zip(workload, workload[1:] + ['']))
    text = f'{words["--size"]}, {"every byte" if "--every" in workload else "both ends"}'
    if '--live' in words:
        text += f', {words["--live"]} alive'
    if '--objects' in words:
        text += f', {words["--objects"]} objects'
    return text


def run_once(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode != 0:
        raise BenchError(f'{" ".join(command)} ended with status {done.returncode}:\n'
                         f'{done.stderr.strip()}')
    return json.loads(done.stdout)


def run_rounds(commands, options):
    """{contender: [{figure: number} for each round]}"""
    order = random.Random(options.seed)
    results = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name in order.sample(list(commands), len(commands)):
            record = run_once(commands[name])
            record['us'] = 1e6 / record['buffers']
            results[name].append(record)
    return results


def print_workload(workload, results, options):
    print(f'\n{title(workload)}')
    print(f'{"":>18}{"us a buffer":>13}{"GiB/s":>8}{"peak MiB":>10}{"minor":>7}{"major":>7}'
          f'{"pauses":>8}   speed and peak RSS, adaptive to v8')
    samples = Samples(results, ('us', 'peakRss'), random.Random(options.seed))
    for name, rounds in results.items():
        def median(figure, rounds=rounds):
            return statistics.median(r[figure] for r in rounds)
        line = (f'{name:>18}{median("us"):>13.2f}{median("bytes") / 1024 / MIB:>8.1f}'
                f'{median("peakRss") / MIB:>10.0f}{median("minor"):>7.0f}{median("major"):>7.0f}'
                f'{median("pauseShare"):>8.0%}')
        policy, allocator = name.split()
        if policy == 'adaptive':
            base = f'v8 {allocator}'
            speed = samples.compare(name, [base])['us']
            memory = samples.compare(base, [name])['peakRss']
            line += (f'   {speed.point:.2f} [{speed.low:.2f}, {speed.high:.2f}]'
                     f'   {memory.point:.2f} [{memory.low:.2f}, {memory.high:.2f}]')
        print(line)


def run(options):
    if not os.access(options.jshost, os.X_OK):
        raise BenchError(f'{options.jshost}: no such program; build it with scripts/build')
    print(f'gc-policy: {options.rounds} rounds, seed {options.seed}, {os.cpu_count()} cores, '
          f'load {os.getloadavg()[0]:.1f}')
    limits = ['--buffer-limit', options.buffer_limit] if options.buffer_limit else []
    for workload in workloads(options):
        commands = {
            f'{policy} {allocator}': [options.jshost, '--gc-policy', policy, '--allocator',
                                      allocator, *limits, SCRIPT, *workload, '--ms',
                                      str(options.ms)]
            for allocator in options.allocators.split(',') for policy in POLICIES}
        print_workload(workload, run_rounds(commands, options), options)


def add_arguments(parser):
    parser.add_argument('--rounds', type=int, default=7, metavar='N')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--allocators', default='slab,malloc')
    parser.add_argument('--sizes', default='64K,1M', help='as gc_policy.js takes them; also mixed')
    parser.add_argument('--all', action='store_true',
                        help='also beside 64 MiB of live buffers, and beside 1e6 objects')
    parser.add_argument('--ms', type=int, default=400, help='of each measurement')
    parser.add_argument('--buffer-limit', metavar='SIZE', help='run under this limit')
    parser.add_argument('--jshost', default=os.path.join(TOP, 'out', 'release', 'jshost'))
    parser.set_defaults(run=run)
