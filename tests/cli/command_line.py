"""How a command-line test is written and run; the tests are in cases.py."""

import dataclasses
import os
import re
import shlex
import subprocess
import tempfile
from typing import Callable, Union

TIMEOUT = 60  # seconds

# What a stream must be: this text, or text that all of it matches.
Expected = Union[str, re.Pattern, 'Holds']


class Holds:
    """Text in which all the patterns are found, in `lines` lines if given."""

    def __init__(self, *patterns, lines=None):
        self.patterns = patterns
        self.lines = lines

    def problem(self, text):
        for pattern in self.patterns:
            if not re.search(pattern, text, re.M):
                return 'nothing in it matches %r' % pattern
        if self.lines is not None and text.count('\n') != self.lines:
            return 'it should have %d line(s)' % self.lines
        return None


def one_line(*patterns):
    """One whole line that says what is wrong, with all of the patterns."""
    return Holds(r'\A.*\n\Z', *patterns, lines=1)


ANYTHING = re.compile('.*', re.S)


@dataclasses.dataclass
class Case:
    name: str
    # Words after the program's name. With `shell`, a command for sh instead,
    # in which $JSHOST is the program.
    args: list = dataclasses.field(default_factory=list)
    shell: str = ''
    stdin: Union[str, bytes] = ''
    # Files of the empty directory that the program starts in.
    files: dict = dataclasses.field(default_factory=dict)
    env: dict = dataclasses.field(default_factory=dict)
    status: int = 0
    out: Expected = ''
    err: Expected = ''
    # Looks at the directory afterwards; returns what is wrong with it.
    after: Callable = lambda directory: None


def as_bytes(text):
    return text.encode() if isinstance(text, str) else text


def stream_problem(expected, text):
    """Why a stream isn't as expected, or None."""
    if isinstance(expected, str):
        return None if text == expected else 'expected %r' % expected
    if isinstance(expected, Holds):
        return expected.problem(text)
    if not expected.fullmatch(text):
        return 'does not match %r' % expected.pattern
    return None


def problems_of(case, directory, done):
    found = []
    if done.returncode != case.status:
        found.append('exit status %d, expected %d' %
                     (done.returncode, case.status))
    for name, expected, data in (('stdout', case.out, done.stdout),
                                 ('stderr', case.err, done.stderr)):
        problem = stream_problem(expected, data.decode('utf-8', 'replace'))
        if problem:
            found.append('%s: %s' % (name, problem))
    after = case.after(directory)
    if after:
        found.append(after)
    return found


def clipped(data, most=4000):
    text = data.decode('utf-8', 'replace')
    return text if len(text) <= most else text[:most] + '… (more)\n'


def run(case, jshost):
    """Runs a case; returns a report of what is wrong, or ''."""
    with tempfile.TemporaryDirectory(prefix='jshost-cli-') as directory:
        for name, content in case.files.items():
            path = os.path.join(directory, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'wb') as file:
                file.write(as_bytes(content))
        # The environment's own options must not leak into the tests.
        env = {**os.environ, 'JSHOST_OPTIONS': '', 'NO_COLOR': '1',
               'JSHOST': jshost, **case.env}
        command = ['sh', '-c', case.shell] if case.shell else [
            jshost, *case.args]
        try:
            done = subprocess.run(command, cwd=directory, env=env,
                                  input=as_bytes(case.stdin),
                                  capture_output=True, timeout=TIMEOUT,
                                  check=False)
        except subprocess.TimeoutExpired:
            return '$ %s\nno end after %d s\n' % (shlex.join(command), TIMEOUT)
        except OSError as error:
            return '$ %s\n%s\n' % (shlex.join(command), error)
        found = problems_of(case, directory, done)
        if not found:
            return ''
        return '$ %s\n%s\n--- stdout\n%s--- stderr\n%s' % (
            shlex.join(command), '\n'.join(found), clipped(done.stdout),
            clipped(done.stderr))
