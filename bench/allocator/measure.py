"""Runs heap_bench: each measurement in a process of its own, so that its peak
of memory is its own and nothing is left over from another."""

import json
import re
import subprocess
import sys

from allocator import backends
from comparison import BenchError

# What Google Benchmark adds to a name.
SUFFIX = '/iterations:1/process_time/real_time'
TIMEOUT_S = 300


class Figures:
    """What one measurement reports: times in ns per operation, memory in
    bytes."""

    def __init__(self, record):
        operations = record['operations']
        self.wall = record['real_time'] * 1e6 / operations
        self.cpu = record['cpu_time'] * 1e6 / operations
        self.memory = {key: record[key] for key in record
                       if key.endswith('_rss')}

    def as_json(self):
        return {'wall_ns': self.wall, 'cpu_ns': self.cpu, **self.memory}


class HeapBench:
    """The program, with a scale of work."""

    def __init__(self, program, scale):
        self.program = program
        self.scale = scale

    def workloads(self):
        """All names, in the program's order."""
        end = f'/{backends.BASE}{SUFFIX}'
        lines = self._run(f'--backend={backends.BASE}',
                          '--benchmark_list_tests').splitlines()
        return [line.removesuffix(end) for line in lines]

    def measure(self, workload, backend):
        record = self._record(workload, backend, self.scale)
        if 'error_message' in record:
            raise BenchError(f'{workload} on {backend}: '
                             f'{record["error_message"]}')
        return Figures(record)

    def why_missing(self, backend):
        """Why the backend can't be measured here, or None."""
        record = self._record(self.workloads()[0], backend, scale=0.001)
        return record.get('error_message')

    def _record(self, workload, backend, scale):
        # As POSIX has it, which knows no escape that it doesn't need.
        name = re.sub(r'([][.(){}*+?^$|\\])', r'\\\1', f'{workload}/{backend}')
        output = self._run(f'--backend={backend}', f'--scale={scale}',
                           f'--benchmark_filter=^{name}/',
                           '--benchmark_format=json')
        return json.loads(output)['benchmarks'][0]

    def _run(self, *arguments):
        command = [self.program, *arguments]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True,
                                  timeout=TIMEOUT_S, check=False)
        except OSError as error:
            raise BenchError(f'{self.program}: {error.strerror}; build it '
                             'with scripts/build release bench') from error
        except subprocess.TimeoutExpired as error:
            raise BenchError(f'{" ".join(command)}: not done after '
                             f'{TIMEOUT_S} s') from error
        if done.returncode != 0:
            raise BenchError(f'{" ".join(command)} ended with status '
                             f'{done.returncode}:\n{done.stderr.strip()}')
        return done.stdout


def run_rounds(heap_bench, workloads, contenders, rounds, order):
    """{backend: [{workload: Figures} for each round]}

    A workload's contenders follow one another, in an order drawn anew each
    time, so that what else the machine does hits all of them alike."""
    results = {backend: [] for backend in contenders}
    for number in range(1, rounds + 1):
        for figures in results.values():
            figures.append({})
        for workload in order.sample(workloads, len(workloads)):
            for backend in order.sample(contenders, len(contenders)):
                _progress(f'round {number}/{rounds}  {workload} '
                          f'{backends.label(backend)}')
                results[backend][-1][workload] = heap_bench.measure(workload,
                                                                    backend)
    _progress('')
    return results


def _progress(text):
    """One line of standard error, where a person looks at it."""
    if sys.stderr.isatty():
        print(f'\r{text:<60}' + ('' if text else '\r'), end='',
              file=sys.stderr, flush=True)
