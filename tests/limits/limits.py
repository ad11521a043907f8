"""Runs the ways to run out of memory, and judges how they end."""

import collections
import json
import os
import signal
import tempfile

from ways import WAYS  # noqa: F401

HERE = os.path.dirname(os.path.abspath(__file__))
JSHOST = os.path.join(os.path.dirname(os.path.dirname(HERE)),
                      'out/release/jshost')

MODES = ('main', 'worker', 'thread', 'process')

FLAGS = {'jsHeap': '--js-heap-limit', 'buffers': '--buffer-limit',
         'total': '--memory-limit'}

TIMEOUT = 20  # seconds until it counts as hanging

MIB = 1 << 20
# What the parent of an isolate in a process of its own may grow by.
PARENT = 8 * MIB

# What the shell says of the main program's end, as an outcome.
SAYINGS = (('jshost: memory limit of', 'total-limit'),
           ('jshost: buffer limit of', 'buffer-limit'),
           ('jshost: JavaScript heap limit of', 'js-heap-limit'),
           ("jshost: V8's limit on the size", 'js-heap-limit'),
           ('Maximum call stack size exceeded', 'stack-limit'))

# Bytes; `after` is what the process still has of it, None where it is gone.
End = collections.namedtuple('End', 'outcome status alive peak grown after error')


def name_of(way, mode):
    return 'tests/limits: %s, %s' % (way.name, mode)


def limit_of(way):
    (text,) = way.limits.values()
    return int(text.removesuffix('MiB')) * MIB


def bound_of(way):
    """Bytes above an empty shell's resident memory."""
    return limit_of(way) * 1.1 + 16 * MIB


def run(command):
    """(exit status, or None if it hung, both outputs, peak bytes)"""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        actions = [(os.POSIX_SPAWN_OPEN, 0, '/dev/null', os.O_RDONLY, 0),
                   (os.POSIX_SPAWN_DUP2, out.fileno(), 1),
                   (os.POSIX_SPAWN_DUP2, err.fileno(), 2)]
        command = ['timeout', '-s', 'KILL', str(TIMEOUT), *command]
        pid = os.posix_spawnp(command[0], command, os.environ,
                              file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode('utf-8', 'replace'))
    status = os.waitstatus_to_exitcode(status)
    hung = status in (-signal.SIGKILL, 128 + signal.SIGKILL)
    return (None if hung else status, *texts, usage.ru_maxrss * 1024)


def empty_shell():
    """The peak of a program that does nothing, bytes."""
    return run([JSHOST, '-e', '0'])[3]


def outcome_of_main(status, err):
    for saying, outcome in SAYINGS:
        if saying in err:
            return outcome
    if status is None:
        return 'hangs'
    if status not in (0, 1):
        return 'crashed'
    return 'completed' if status == 0 else 'threw'


def end_of_main(way, path, base):
    flags = ['%s=%s' % (FLAGS[name], size) for name, size in way.limits.items()]
    status, _, err, peak = run([JSHOST, *flags, path])
    return End(outcome_of_main(status, err), status, None, peak - base, None,
               None, err)


def end_of_isolate(way, mode, path, base):
    status, out, err, _ = run([JSHOST, os.path.join(HERE, 'one_way.js'), mode,
                               json.dumps(way.limits), path])
    if status != 0 or not out:
        return End('hangs' if status is None else 'crashed', status, False, 0,
                   None, None, err)
    told = json.loads(out)
    peak = told['peak'] - (base if mode == 'process' else 0)
    return End(told['outcome'], told['status'], told['isAlive'], peak,
               told['grown'], told['after'], told.get('error') or '')


def end_of(way, mode, base):
    with tempfile.NamedTemporaryFile('w', suffix='.js') as file:
        file.write(way.code)
        file.write(';\nif (typeof postMessage === "function") postMessage(0)')
        file.flush()
        if mode == 'main':
            return end_of_main(way, file.name, base)
        return end_of_isolate(way, mode, file.name, base)


def problems_of(way, mode, end):
    """What isn't as it must be, in words."""
    expected = way.outcome
    if end.outcome != expected:
        yield 'ended as %s, not %s: %s' % (end.outcome, expected,
                                           end.error.strip()[-300:])
    if end.alive is False:
        yield 'the parent is of no use afterwards'
    if way.peak == 'bounded' and end.peak > bound_of(way):
        yield 'took %.0f MiB, more than %.0f' % (end.peak / MIB,
                                                 bound_of(way) / MIB)
    if mode == 'process' and end.grown is not None and end.grown > PARENT:
        yield 'the parent grew by %.0f MiB' % (end.grown / MIB)
