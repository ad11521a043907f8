"""Compares the instructions of the heap's fast paths with those recorded.

Usage: counts.py [--record] PROGRAM

Instructions, unlike times, are the same in every run, so that a path that got
three per cent longer is noticed, on any machine. PROGRAM is instruction_counts,
which runs under Callgrind. The figures depend on the compiler: with another one
than they were recorded with nothing is compared, and a line that begins with
"skipped:" says so. --record writes what was counted to recorded.json.
"""

import argparse
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        'recorded.json')
RECORD_COMMAND = 'scripts/record_instruction_counts'

# What may differ: a part of the recorded figure, or so many instructions.
TOLERANCE = 0.03
TOLERATED = 1.0

# The same memset on every machine, whatever its processor has.
TUNABLES = 'glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-ERMS,-FSRM'


def dumps(folder):
    """(trigger, instructions) of each file that Callgrind wrote."""
    for path in glob.glob(os.path.join(folder, 'out.*')):
        with open(path, encoding='utf-8') as file:
            text = file.read()
        trigger = re.search(r'^desc: Trigger: Client Request: (.*)$', text,
                            re.M)
        total = re.search(r'^(?:summary|totals): (\d+)', text, re.M)
        if trigger and total:
            yield trigger[1], int(total[1])


def count(program):
    """(compiler, {path: instructions for one time})"""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ['valgrind', '--tool=callgrind', '--collect-atstart=no',
             '--callgrind-out-file=' + os.path.join(folder, 'out'), program],
            env={**os.environ, 'GLIBC_TUNABLES': TUNABLES},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            check=False)
        if done.returncode != 0:
            sys.exit('%s under Callgrind ended with status %d:\n%s' %
                     (program, done.returncode, done.stderr))
        totals = {}
        for trigger, instructions in dumps(folder):
            path, times = trigger.rsplit(' ', 1)
            # The first of a number of times was to warm up.
            totals.setdefault(path, {}).setdefault(int(times), []).append(
                instructions)
    paths = {}
    for path, by_times in totals.items():
        once, twice = sorted(by_times)
        difference = max(by_times[twice]) - min(by_times[once])
        paths[path] = round(difference / (twice - once), 2)
    return done.stdout.strip(), dict(sorted(paths.items()))


def compare(counted, recorded):
    """Lines about what differs."""
    problems = []
    for path in sorted({*counted, *recorded}):
        if path not in counted or path not in recorded:
            problems.append('%s: only %s' % (
                path, 'counted' if path in counted else 'recorded'))
            continue
        now, before = counted[path], recorded[path]
        if abs(now - before) <= max(TOLERATED, TOLERANCE * before):
            continue
        problems.append('%s: %.2f instructions, %.2f recorded: %s by %.1f %%' %
                        (path, now, before,
                         'slower' if now > before else 'faster',
                         100 * abs(now - before) / before))
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--record', action='store_true')
    parser.add_argument('program')
    options = parser.parse_args()
    if shutil.which('valgrind') is None:
        sys.exit('valgrind is missing; scripts/bootstrap installs it')
    compiler, counted = count(options.program)
    if options.record:
        with open(RECORDED, 'w', encoding='utf-8') as file:
            json.dump({'compiler': compiler, 'instructions': counted}, file,
                      indent=2)
            file.write('\n')
    for path, instructions in counted.items():
        print('%9.2f  %s' % (instructions, path))
    with open(RECORDED, encoding='utf-8') as file:
        recorded = json.load(file)
    if recorded['compiler'] != compiler:
        print('skipped: recorded with %s, built with %s; record anew with %s' %
              (recorded['compiler'], compiler, RECORD_COMMAND))
        return
    problems = compare(counted, recorded['instructions'])
    if problems:
        sys.exit('\n'.join(problems) + '\nIf this is meant, record it with: ' +
                 RECORD_COMMAND)


if __name__ == '__main__':
    main()
