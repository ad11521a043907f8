"""Builds and runs all tests; scripts/test is the way to start it.

Seven kinds: checks of the sources, GoogleTest programs, the instruction counts
of the heap's fast paths, other people's programs on the heap by LD_PRELOAD,
JavaScript programs of tests/js run by the shell, and command lines of
tests/cli, and ways to run out of memory. The allocator's GoogleTest program runs again under the sanitizers.

The last line is `N passed, N failed`; the exit status is 1 if any failed. A
build that fails counts as a failure, and what needs it isn't run. What can't be
tested on this machine is told in a line of its own, `SKIPPED name: reason`.
"""

import argparse
import concurrent.futures
import difflib
import glob
import os
import re
import shlex
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'cli'))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'preload'))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'limits'))

import cases  # noqa: E402
import command_line  # noqa: E402
import limits  # noqa: E402
import programs  # noqa: E402

JOBS = 2
JSHOST = os.path.join(ROOT, 'out/release/jshost')

# Seconds until a test counts as hanging.
GTEST_TIMEOUT = 300
SCRIPT_TIMEOUT = 60

# V8 finds that this flag changes what is compiled, and does nothing else with it.
WITHOUT_SNAPSHOT = {'JSHOST_OPTIONS': '--v8-flags=--no-testing-bool-flag'}

SANITIZER_ENV = {
    'ASAN_OPTIONS': 'abort_on_error=0:detect_leaks=1:strict_string_checks=1:'
                    'check_initialization_order=1',
    'UBSAN_OPTIONS': 'print_stacktrace=1:halt_on_error=1',
    'TSAN_OPTIONS': 'halt_on_error=0:second_deadlock_stack=1',
    'ASAN_SYMBOLIZER_PATH': '/usr/bin/llvm-symbolizer-19',
    'TSAN_SYMBOLIZER_PATH': '/usr/bin/llvm-symbolizer-19',
    'UBSAN_SYMBOLIZER_PATH': '/usr/bin/llvm-symbolizer-19',
}


def say(text):
    # In one write, so that the lines of two threads don't mix.
    sys.stdout.write(text + '\n')
    sys.stdout.flush()


class Result:
    """How many tests of a group passed, and a report of each that didn't."""

    def __init__(self, passed=0, failures=(), skipped=()):
        self.passed = passed
        self.failures = list(failures)  # (name, whole output)
        self.skipped = list(skipped)    # (name, reason)

    def add(self, other):
        self.passed += other.passed
        self.failures += other.failures
        self.skipped += other.skipped


def run_apart(command, timeout, env=None, stderr=subprocess.PIPE):
    """(exit status, stdout, stderr); the status is text if it isn't one."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=stderr, timeout=timeout,
            env={**os.environ, **(env or {})}, check=False)
        status, out, err = done.returncode, done.stdout, done.stderr
        if status < 0:
            status = 'killed by signal %d' % -status
    except subprocess.TimeoutExpired as expired:
        status = 'no end after %d s' % timeout
        out, err = expired.stdout, expired.stderr
    except OSError as error:
        status, out, err = str(error), b'', b''
    return (status, (out or b'').decode('utf-8', 'replace'),
            (err or b'').decode('utf-8', 'replace'))


def run(command, timeout, env=None):
    """(exit status, output of both streams)."""
    return run_apart(command, timeout, env, stderr=subprocess.STDOUT)[:2]


def difference(name, path, text):
    """Lines that tell how `text` differs from what the file at `path` says."""
    with open(path, encoding='utf-8', newline='') as file:
        expected = file.read()
    return list(difflib.unified_diff(
        expected.splitlines(), text.splitlines(), name, 'what it wrote',
        lineterm='')) or (['%s: line ends differ' % name]
                          if expected != text else [])


def check(name, command):
    """A command that is a test of its own."""
    status, output = run(command, SCRIPT_TIMEOUT)
    if status == 0:
        return Result(passed=1)
    return Result(failures=[(name, output)])


def instruction_counts():
    """The heap's fast paths, compared with what was recorded."""
    name = 'instruction counts'
    status, output = run(
        [sys.executable, '-B', 'tests/instruction_counts/counts.py',
         'out/release/instruction_counts'], SCRIPT_TIMEOUT)
    if status != 0:
        return Result(failures=[(name, output)])
    skipped = re.search(r'^skipped: (.*)$', output, re.M)
    if skipped:
        return Result(skipped=[(name, skipped[1])])
    return Result(passed=1)


def preloaded(case):
    """A program on libjsheap.so."""
    name = 'tests/preload: ' + case[0]
    outcome, details = programs.test(
        *case, os.path.join(ROOT, 'out/release/libjsheap.so'))
    if outcome == 'passed':
        return Result(passed=1)
    if outcome == 'skipped':
        return Result(skipped=[(name, details)])
    return Result(failures=[(name, details)])


def gtest_failures(name, output):
    """(test, its part of the output) for each failed test."""
    failures = []
    for start in re.finditer(r'^\[ RUN      \] (\S+)$', output, re.M):
        end = re.compile(r'^\[  FAILED  \] %s(,.*)? \(\d+ ms\)$' %
                         re.escape(start[1]), re.M).search(output, start.end())
        other = re.compile(r'^\[ RUN      \] ', re.M).search(
            output, start.end())
        if end and (not other or end.start() < other.start()):
            failures.append(('%s %s' % (name, start[1]),
                             output[start.start():end.end()]))
    return failures


def gtest_names(program):
    """All tests of a GoogleTest program, as Suite.Test."""
    names, suite = [], ''
    for line in run([program, '--gtest_list_tests'], SCRIPT_TIMEOUT)[1].split(
            '\n'):
        # "Suite.", then "  Test" for each; "# …" tells a parameter.
        word = line.split('#')[0].rstrip()
        if word.startswith('  '):
            names.append(suite + word.strip())
        elif word.endswith('.'):
            suite = word
    return names


def gtest(name, program, pattern, env=None):
    """Runs a GoogleTest program."""
    # One crash must not hide what else is wrong, but it does hide the tests
    # that would have followed: it counts as a failure, with all the output.
    command = [program, '--gtest_brief=0', '--gtest_color=no']
    if pattern:
        matching = [test for test in gtest_names(program)
                    if pattern.lower() in test.lower()]
        if not matching:
            return Result()
        command.append('--gtest_filter=' + ':'.join(matching))
    status, output = run(command, GTEST_TIMEOUT, env)
    passed = len(re.findall(r'^\[       OK \]', output, re.M))
    failures = gtest_failures(name, output)
    if status != 0 and not failures:
        failures = [('%s (%s)' % (name, status), output)]
    elif status not in (0, 1):
        failures.append(('%s (%s)' % (name, status), output))
    return Result(passed, failures)


def script_command(path):
    """How a JavaScript test wants to be run: `// flags: …`, `// args: …`."""
    words = {'flags': [], 'args': []}
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        for line in file:
            directive = re.match(r'//\s*(flags|args):(.*)', line)
            if not directive:
                break
            words[directive[1]] += shlex.split(directive[2])
    return [JSHOST, *words['flags'], path, *words['args']]


def script(path, env=None):
    """A JavaScript program; it passes when it exits with 0, and when its
    standard output and error are what PATH.out and PATH.err say, if there."""
    words = script_command(path)
    status, out, err = run_apart(words, SCRIPT_TIMEOUT, env)
    problems = [] if status == 0 else ['exit status: %s' % status]
    for name, text in (('.out', out), ('.err', err)):
        expected = os.path.join(ROOT, path + name)
        if os.path.exists(expected):
            problems += difference(path + name, expected, text)
    if not problems:
        return Result(passed=1)
    report = '\n'.join(['$ ' + shlex.join(words), *problems,
                        '--- stdout', out, '--- stderr', err])
    return Result(failures=[(path, report)])


def command(case):
    problems = command_line.run(case, JSHOST)
    if not problems:
        return Result(passed=1)
    return Result(failures=[('tests/cli: ' + case.name, problems)])


def limited(way, mode, base):
    """A program that runs out of memory."""
    problems = list(limits.problems_of(way, mode, limits.end_of(way, mode, base)))
    if not problems:
        return Result(passed=1)
    return Result(failures=[(limits.name_of(way, mode), '\n'.join(problems))])


HEAP_BENCH = ['out/release/heap_bench', '--backend=slab', '--scale=0.001']


def workload_names():
    _, output = run(HEAP_BENCH + ['--benchmark_list_tests'], SCRIPT_TIMEOUT)
    return sorted({line.split('/slab/')[0] for line in output.splitlines()})


def workload(name):
    """A benchmark does its work and ends; how long it takes is no matter."""
    return check('heap_bench: ' + name, HEAP_BENCH + [
        '--benchmark_filter=^%s/slab/' % re.escape(name)])


def in_parallel(function, items):
    total = Result()
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for result in pool.map(function, items):
            total.add(result)
    return total


class Build:
    """A configuration being built; tests that need it wait for it."""

    def __init__(self, config):
        self.config = config
        self.done = threading.Event()
        self.ok = False

    def run(self):
        """Builds, and shows progress in steps of 10 %; returns a Result."""
        try:
            self.ok, output = self.compile()
        finally:
            self.done.set()
        if self.ok:
            return Result()
        return Result(failures=[('building ' + self.config, output)])

    def compile(self):
        """(whether that went well, what was said but for progress)"""
        process = subprocess.Popen(
            [os.path.join(ROOT, 'scripts/build'), self.config],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors='replace')
        output, shown = [], 0
        for line in process.stdout:
            progress = re.match(r'build: \w+ \[(\d+)/(\d+)\] ', line)
            if not progress:
                output.append(line)
                continue
            percent = 100 * int(progress[1]) // int(progress[2])
            if percent >= shown + 10:
                shown = percent // 10 * 10
                say('      building %s: %d %%' % (self.config, shown))
        return process.wait() == 0, ''.join(output)

    def wait(self):
        """Whether the build, now finished, succeeded."""
        self.done.wait()
        return self.ok


class Step:
    """A part of the work, with the build that it needs."""

    def __init__(self, title, function, needs=None):
        self.title = title
        self.function = function
        self.needs = needs


def test_steps(options, builds):
    pattern = options.pattern

    def named(name):
        return not pattern or pattern.lower() in name.lower()

    def checks():
        all_checks = [
            ('scripts/check_includes', ['scripts/check_includes']),
            ('scripts/format --check', ['scripts/format', '--check']),
        ]
        return in_parallel(lambda c: check(*c),
                           [c for c in all_checks if named(c[0])])

    def scripts(env=None):
        paths = sorted(glob.glob('tests/js/*.js', root_dir=ROOT) +
                       glob.glob('tests/js/*.mjs', root_dir=ROOT))
        return in_parallel(lambda path: script(path, env),
                           [path for path in paths if named(path)])

    def commands():
        return in_parallel(command, [case for case in cases.CASES
                                     if named('tests/cli: ' + case.name)])

    def out_of_memory():
        base = limits.empty_shell()
        return in_parallel(lambda run: limited(*run, base),
                           [(way, mode) for way in limits.WAYS
                            for mode in limits.MODES
                            if named(limits.name_of(way, mode))])

    def counts():
        return instruction_counts() if named('instruction counts') else Result()

    def workloads():
        return in_parallel(workload, [name for name in workload_names()
                                      if named('heap_bench: ' + name)])

    def preloads():
        return in_parallel(preloaded, [case for case in programs.CASES
                                       if named('tests/preload: ' + case[0])])

    def program(config, name):
        env = SANITIZER_ENV if config in ('asan', 'tsan') else None
        label = name if config == 'release' else '%s (%s)' % (name, config)
        return lambda: gtest(label, 'out/%s/%s' % (config, name), pattern, env)

    release = builds['release']
    yield Step('sources: includes and format', checks)
    yield Step('heap_tests: the allocator', program('release', 'heap_tests'),
               release)
    yield Step('operator_new_tests: operator new as the heap',
               program('release', 'operator_new_tests'), release)
    yield Step('operator_new_start_tests: its start, whatever is refused',
               program('release', 'operator_new_start_tests'), release)
    yield Step('instruction counts: the heap\'s fast paths', counts, release)
    yield Step('heap_bench: each workload, a little', workloads, release)
    yield Step('tests/preload: programs on libjsheap.so', preloads, release)
    yield Step('host_tests: the V8 embedder', program('release', 'host_tests'),
               release)
    yield Step('tests/js: scripts run by the shell', scripts, release)
    yield Step('tests/js: the same without the startup snapshot',
               lambda: scripts(WITHOUT_SNAPSHOT), release)
    yield Step('tests/cli: command lines', commands, release)
    yield Step('tests/limits: ways to run out of memory', out_of_memory,
               release)
    if not options.quick:
        yield Step('heap_tests under TSan', program('tsan', 'heap_tests'),
                   builds['tsan'])
        yield Step('heap_tests under ASan and UBSan',
                   program('asan', 'heap_tests'), builds['asan'])


def run_steps(steps):
    """Runs the steps in order; returns a Result."""
    total = Result()
    for number, step in enumerate(steps, 1):
        if step.needs and not step.needs.wait():
            say('[%d/%d] %s: not run, there is no build' %
                (number, len(steps), step.title))
            continue
        say('[%d/%d] %s' % (number, len(steps), step.title))
        start = time.monotonic()
        result = step.function()
        for name, output in result.failures:
            say('FAILED %s\n%s' % (name, output.rstrip()))
        for name, reason in result.skipped:
            say('SKIPPED %s: %s' % (name, reason))
        say('      %s: %d passed, %d failed (%.1f s)' %
            (step.title.split(':')[0], result.passed, len(result.failures),
             time.monotonic() - start))
        total.add(result)
    return total


def main():
    parser = argparse.ArgumentParser(
        prog='scripts/test', description='Builds and runs all tests.')
    parser.add_argument('--quick', action='store_true',
                        help='without the sanitizer builds')
    parser.add_argument('pattern', nargs='?', default='',
                        help='run only tests whose name contains this')
    options = parser.parse_args()

    # Tests run while the next configuration is being built: on two cores,
    # neither alone keeps both busy. TSan comes first because its run is long.
    configs = ['release'] if options.quick else ['release', 'tsan', 'asan']
    builds = {config: Build(config) for config in configs}
    steps = list(test_steps(options, builds))
    with concurrent.futures.ThreadPoolExecutor(1) as builder:
        built = [builder.submit(build.run) for build in builds.values()]
        total = run_steps(steps)
        for future in built:
            result = future.result()
            for name, output in result.failures:
                say('FAILED %s\n%s' % (name, output.rstrip()))
            total.add(result)

    for name, reason in total.skipped:
        say('SKIPPED %s: %s' % (name, reason))
    for name, _ in total.failures:
        say('FAILED ' + name)
    say('%d passed, %d failed' % (total.passed, len(total.failures)))
    sys.exit(1 if total.failures else 0)


if __name__ == '__main__':
    main()
