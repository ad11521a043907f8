"""`jshost lab` as users meet it."""

import csv
import json
import os
import re

import html_page
from command_line import ANYTHING, Case, Holds, one_line

# Needs 10 MiB of buffers.
NEED = '''const keep = [];
for (let i = 0; i < 160; i++) keep.push(new ArrayBuffer(65536));
'''
NEEDED = 10 << 20
SOURCE = 1 << 10  # at most, of the script, which counts as well

FIELDS = ['run', 'phase', 'repeat', 'allocator', 'gc_policy', 'js_heap',
          'young', 'initial', 'code', 'stack', 'buffers', 'total', 'outcome',
          'exit_code', 'wall_ms', 'cpu_ms', 'throughput', 'unit', 'gc_minor',
          'gc_major', 'gc_pause_ms', 'gc_max_pause_ms', 'gc_share', 'peak_rss',
          'peak_total', 'error']


def lab(name, args, script='s.js', code=NEED, script_args=(), files=None,
        **more):
    """A laboratory's run of a script with that code."""
    return Case('lab: ' + name, ['lab', *args, script, *script_args],
                files={script.removeprefix('./'): code, **(files or {})},
                **more)


def unusable(name, args, *patterns):
    return Case('lab: ' + name, ['lab', *args], status=2, files={'s.js': ''},
                err=one_line(*patterns))


def read_csv(directory, name='o.csv'):
    with open(os.path.join(directory, name), encoding='utf-8',
              newline='') as file:
        return list(csv.DictReader(file, strict=True))


def runs(check, number=None):
    """Looks at the runs in o.csv: each as a dictionary of texts."""
    def after(directory):
        rows = read_csv(directory)
        if rows and list(rows[0]) != FIELDS:
            return 'the header is %s' % list(rows[0])
        if number is not None and len(rows) != number:
            return '%d rows, not %d' % (len(rows), number)
        bad = [row for row in rows if not check(row)]
        return 'not as it should be: %s' % bad[0] if bad else None
    return after


def outcome(row):
    return row['outcome'], row['exit_code']


def known(row, *fields):
    return all(row[field] and float(row[field]) >= 0 for field in fields)


def is_matrix_run(row):
    """Of NEED under 4 MiB or 16 MiB of buffers."""
    works = row['buffers'] == str(16 << 20)
    return (row['allocator'] in ('slab', 'malloc') and
            row['buffers'] in (str(4 << 20), str(16 << 20)) and
            outcome(row) == (('completed', '0') if works
                             else ('buffer-limit', '70')) and
            known(row, 'wall_ms', 'cpu_ms', 'gc_minor', 'gc_major',
                  'gc_share', 'peak_rss', 'peak_total') and
            float(row['peak_rss']) > 4 << 20 and
            row['unit'] == ('runs/s' if works else '') and
            ('buffer limit' in row['error']) == (not works))


TABLE = Holds(r'\Aallocator +buffers +runs +runs/s +wall ms +CPU ms +GC % +'
              r'GCs +peak RSS +peak total +outcome\n',
              r'^slab +4MiB +2 +- +.* buffer-limit$',
              r'^slab +16MiB +2 +\d.* completed$',
              r'^malloc +4MiB +2 +- +.* buffer-limit$',
              r'^malloc +16MiB +2 +\d.* completed$', lines=5)

MATRIX = ['--buffers', '4M,16M', '--allocator', 'slab,malloc', '--repeat', '2']


def json_problem(directory):
    with open(os.path.join(directory, 'o.json'), encoding='utf-8') as file:
        data = json.load(file)
    settings = data['settings']
    if len(settings) != 4 or any(len(s['runs']) != 2 for s in settings):
        return 'not four settings of two runs'
    for setting in settings:
        works = setting['limits']['buffers'] == 16 << 20
        if setting['outcomes'] != {
                'completed' if works else 'buffer-limit': 2}:
            return 'outcomes: %s' % setting
        if (setting['median']['throughput'] is not None) != works:
            return 'throughput: %s' % setting
    return None


HOSTILE = 'a<b>"&\'<script>x.js'


def page_problem(directory):
    problem, text = html_page.read(os.path.join(directory, 'o.html'))
    if problem:
        return problem
    for part in (HOSTILE, 'Throughput', 'Share of garbage collection',
                 'Peak memory', 'Outcome', 'Buffers limit', 'Total limit',
                 'slab', 'malloc', 'What went wrong', 'buffer-limit',
                 'buffers 4MiB:'):
        if part not in text:
            return 'the page has no %s' % part
    with open(os.path.join(directory, 'o.html'), encoding='utf-8') as file:
        page = file.read()
    # Four plots against each of two limits; each with a line for each
    # allocator, and a <title> for each point.
    if page.count('<svg ') != 8:
        return '%d plots' % page.count('<svg ')
    lines = page.count('<polyline ')
    points = page.count('<circle')
    if page.count('</title></circle>') != points or points < 8 * 2:
        return '%d points, %d lines' % (points, lines)
    if 'class="hollow"' not in page:
        return 'no point is marked as failing'
    return None


def minima(check):
    def after(directory):
        with open(os.path.join(directory, 'o.json'), encoding='utf-8') as file:
            found = json.load(file)['minima']
        return None if check(found) else 'minima: %s' % found
    return after


def is_need(minimum):
    works, fails = minimum['smallestThatWorks'], minimum['largestThatFails']
    return (fails < NEEDED + SOURCE and NEEDED <= works and works - fails <= works * 0.01 and
            works <= NEEDED * 1.01)


REFUSED = [
    unusable('no script', [], 'no script', '--help'),
    unusable('a script that isn\'t there', ['gone.js'], r'gone\.js'),
    unusable('standard input', ['-'], 'file'),
    unusable('an unknown option', ['--js-heap-limit', '8M', 's.js'],
             '--js-heap-limit', '--js-heap|--help'),
    unusable('an unknown allocator', ['--allocator', 'frob', 's.js'], 'frob',
             'slab'),
    unusable('an empty allocator', ['--allocator', 'slab,', 's.js'], 'slab,'),
    unusable('an unknown allocator in a thread',
             ['--isolation', 'thread', '--allocator', 'frob', 's.js'], 'frob',
             'slab'),
    unusable('a script that isn\'t there, in a thread',
             ['--isolation', 'thread', 'gone.js'], r'gone\.js'),
    *[unusable('limit %r' % value, ['--buffers', value, 's.js'], '--buffers',
               re.escape(value), '64MiB|1K|below')
      for value in ('12Q', '4M..', '8M..4M', '4M,,8M', '0..4M', '2xx')],
    unusable('a limit below V8\'s minimum', ['--js-heap', '1M..8M', 's.js'],
             '--js-heap', '1MiB', '3MiB'),
    *[unusable('%s %s' % (option, value), [option, value, 's.js'], option,
               re.escape("'%s'" % value))
      for option, value in (
          ('--steps', '1'), ('--steps', 'x'), ('--repeat', '0'),
          ('--repeat', '-1'), ('--seed', '-1'), ('--seed', '1.5'),
          ('--timeout', '10'), ('--timeout', '0s'), ('--isolation', 'none'),
          ('--gc-policy', 'lazy'), ('--precision', '1'),
          ('--precision', '0%'), ('--find-minimum', 'heap'),
          ('--find-minimum', 'initial'), ('--fail-over', 'rss=1M'),
          ('--fail-over', 'peak'))],
    unusable('a bound\'s value', ['--fail-over', 'gc=20', 's.js'],
             '--fail-over', "'20'", '20%'),
    unusable('a bound of a smallest limit that nobody looks for',
             ['--fail-over', 'minimum=1M', 's.js'], '--find-minimum'),
    unusable('a peak of a process that many runs share',
             ['--isolation', 'thread', '--fail-over', 'peak=1M', 's.js'],
             'peak=1M', 'total='),
    unusable('two GC policies in one process',
             ['--isolation', 'thread', '--gc-policy', 'v8,adaptive', 's.js'],
             '--gc-policy'),
    unusable('a limit that is given and searched',
             ['--find-minimum', 'total', '--total', '8M', 's.js'], '--total'),
    unusable('a multiple beside a search',
             ['--find-minimum', 'total', '--buffers', '2x', 's.js'],
             '--buffers'),
    *[unusable('%s in a missing folder' % option,
               [option, 'no/such/o', 's.js'], option, 'no/such/o')
      for option in ('--csv', '--json', '--html')],
]

STOP = '''
"$JSHOST" lab --repeat 3 --csv o.csv s.js & lab=$!
while ! [ -e started ]; do :; done
%s
wait $lab; echo $?'''

# The laboratory's child, as the system knows it.
CHILD = '$(cat /proc/$lab/task/$lab/children)'

CASES = [
    Case('lab: --help', ['lab', '--help'],
         out=Holds('^Usage: jshost lab', '--js-heap LIMITS', '--fail-over',
                   '^Exit status')),
    *REFUSED,
    lab('table', MATRIX, out=TABLE),
    lab('CSV', [*MATRIX, '--csv', 'o.csv'], out=TABLE,
        after=runs(is_matrix_run, 8)),
    lab('JSON', [*MATRIX, '--json', 'o.json'], out=TABLE, after=json_problem),
    lab('page', ['--buffers', '4M,16M', '--total', '64M,none', '--allocator',
                 'slab,malloc', '--repeat', '1', '--html', 'o.html'],
        script=HOSTILE, out=ANYTHING, after=page_problem),
    lab('CSV of a hostile error', ['--repeat', '1', '--csv', 'o.csv'],
        code='throw new Error(\'a,"b"\\u001b[31m\\u00e9\')', status=1,
        out=ANYTHING,
        after=runs(lambda row: row['outcome'] == 'threw' and
                   row['error'].endswith('Error: a,"b" [31mé'), 1)),
    lab('threads', [*MATRIX, '--isolation', 'thread', '--csv', 'o.csv'],
        out=Holds(r'\Aallocator +buffers +runs .*peak total', lines=5),
        after=runs(lambda row: outcome(row)[0] == (
            'completed' if row['buffers'] == str(16 << 20)
            else 'buffer-limit') and row['peak_rss'] == '' and
            known(row, 'wall_ms', 'cpu_ms', 'gc_minor', 'peak_total'), 8)),
    lab('ranges and no limit',
        ['--js-heap', '16M..256M,none', '--steps', '3', '--repeat', '1',
         '--csv', 'o.csv'], out=ANYTHING,
        after=runs(lambda row: row['js_heap'] in (
            str(16 << 20), str(64 << 20), str(256 << 20), ''), 4)),
    lab('GC policies', ['--gc-policy', 'v8,adaptive', '--repeat', '1'],
        out=Holds(r'gc-policy', r'^slab +v8 ', r'^slab +adaptive ', lines=3)),
    lab('arguments after --', ['--repeat', '1'], script_args=['--', '-x', 'b'],
        code='if (scriptArgs.join() !== "-x,b") throw scriptArgs.join()',
        out=ANYTHING),
    lab('a script with a dash', ['--repeat', '1', '--'], script='-s.js',
        out=ANYTHING),
    lab('throughput by the script\'s own account',
        ['--repeat', '1', '--csv', 'o.csv'],
        code='print("lab: 1 a"); print("lab: 42.5 rows/s\\nbye")',
        out=Holds('rows/s', r' 42\.5 '),
        after=runs(lambda row: (row['throughput'], row['unit']) ==
                   ('42.5', 'rows/s'), 1)),
    lab('JSHOST_OPTIONS goes to every run', ['--repeat', '1'], code='gc()',
        env={'JSHOST_OPTIONS': '--expose-gc'}, out=ANYTHING),
    lab('JSHOST_OPTIONS goes to isolates', ['--repeat', '1', '--isolation',
        'thread'], code='gc()', env={'JSHOST_OPTIONS': '--expose-gc'},
        out=ANYTHING),
    *[lab('%s in a %s' % (kind, isolation),
          ['--repeat', '1', '--timeout', timeout, '--isolation', isolation,
           '--csv', 'o.csv'], code=code, status=1, out=ANYTHING,
          after=runs(lambda row, kind=kind: outcome(row)[0] == kind, 1))
      for isolation in ('process', 'thread')
      for kind, timeout, code in (
          ('timeout', '200ms', 'for (;;);'),
          ('stack-limit', '1m', 'function f() { f() } f()'),
          ('threw', '1m', 'throw 1'),
          ('threw', '1m', 'Promise.reject(new Error("x"))'))],
    *[lab('quit(%d) in a %s' % (status, isolation),
          ['--repeat', '1', '--isolation', isolation, '--csv', 'o.csv'],
          code='quit(%d)' % status, status=1,
          out=Holds(r' quit\(%d\)$' % status),
          after=runs(lambda row, status=status: outcome(row) ==
                     ('completed', str(status)), 1))
      for isolation in ('process', 'thread') for status in (2, 3)],
    lab('the heap\'s limit', ['--js-heap', '8M', '--repeat', '1', '--csv',
        'o.csv'], code='const a = []; for (;;) a.push({})', status=1,
        out=ANYTHING,
        after=runs(lambda row: outcome(row) == ('js-heap-limit', '70'), 1)),
    lab('the total\'s limit', ['--total', '8M', '--repeat', '1', '--csv',
        'o.csv'], status=1, out=ANYTHING,
        after=runs(lambda row: outcome(row) == ('total-limit', '70'), 1)),
    Case('lab: a crash is one run\'s', files={
        's.js': 'writeFile("started", ""); '
                'if (!scriptArgs.includes("end")) for (;;);'},
         shell=STOP % ('kill -SEGV %s; rm started; '
                       'while ! [ -e started ]; do :; done; kill -SEGV %s; '
                       'rm started; while ! [ -e started ]; do :; done; '
                       'kill -SEGV %s' % (CHILD, CHILD, CHILD)),
         out=Holds(r'^slab +3 .* crashed$', r'^1$'),
         after=runs(lambda row: outcome(row) == ('crashed', '139') and
                    'signal 11' in row['error'], 3)),
    Case('lab: an interrupt writes what there is', files={
        's.js': 'writeFile("started", ""); for (;;);'},
         shell=STOP % 'kill -TERM $lab', out=Holds(r'^slab +0 .*not run$',
                                                   r'^143$'),
         after=runs(lambda row: False, 0)),
    lab('bounds that hold', ['--repeat', '1', '--fail-over',
        'peak=4GiB,total=1GiB,gc=100%', '--fail-over', 'failed=0,wall=5m'],
        out=ANYTHING),
    lab('bounds that break', ['--repeat', '2', '--buffers', '16M',
        '--fail-over', 'peak=1MiB,total=1MiB,cpu=9m,failed=0'], status=1,
        out=ANYTHING,
        err=Holds(r'^jshost: lab: bound peak=1MiB broken: .* in run [12] '
                  r'\(slab, buffers 16MiB; repeat [12]; completed\)',
                  r'bound total=1MiB broken: 1[0-9]\.\d MiB', lines=2)),
    lab('a bound on failures', ['--buffers', '4M,16M', '--repeat', '1',
        '--fail-over', 'failed=0'], status=1, out=ANYTHING,
        err=one_line('bound failed=0 broken: 1 failed', 'buffers 4MiB')),
    lab('--find-minimum', ['--find-minimum', 'buffers', '--repeat', '2',
        '--allocator', 'slab,malloc', '--json', 'o.json'],
        out=Holds(r'\Asetting +limit +smallest', r'^slab +buffers +10\.\d MiB',
                  r'^malloc +buffers +10\.\d MiB', lines=3),
        after=minima(lambda found: len(found) == 2 and
                     all(is_need(one) for one in found))),
    lab('--find-minimum of several, with other limits',
        ['--find-minimum', 'buffers,total', '--js-heap', '32M', '--repeat',
         '1', '--json', 'o.json', '--precision', '5%'],
        out=Holds(r'^slab, js-heap 32MiB +buffers ',
                  r'^slab, js-heap 32MiB +total ', lines=3),
        after=minima(lambda found: found[0]['smallestThatWorks'] >= NEEDED and
                     found[1]['smallestThatWorks'] > NEEDED)),
    lab('--find-minimum in threads', ['--find-minimum', 'buffers', '--repeat',
        '2', '--isolation', 'thread', '--json', 'o.json'], out=ANYTHING,
        after=minima(lambda found: is_need(found[0]))),
    lab('--find-minimum and its bound', ['--find-minimum', 'buffers',
        '--repeat', '1', '--fail-over', 'minimum=8MiB'], status=1,
        out=ANYTHING,
        err=one_line('bound minimum=8MiB broken: 10', 'buffers of slab')),
    lab('--find-minimum of a script that fails without limits',
        ['--find-minimum', 'buffers', '--html', 'o.html'], code='throw "no"',
        status=1, out=Holds('without the limit', 'threw', 'Uncaught no',
                            lines=2),
        after=lambda directory: html_page.read(
            os.path.join(directory, 'o.html'))[0]),
    lab('multiples of the smallest that works',
        ['--buffers', '0.5x,1x,2x', '--repeat', '2', '--csv', 'o.csv'],
        out=Holds(r'\Asetting', r'^slab +buffers +10\.\d MiB',
                  r'^slab .* buffer-limit$', lines=7),
        after=runs(lambda row: row['phase'] == 'search' or outcome(row)[0] == (
            'completed' if int(row['buffers']) >= NEEDED
            else 'buffer-limit'))),
    lab('--find-minimum of a script that hangs for want of memory',
        ['--find-minimum', 'buffers', '--repeat', '1', '--precision', '50%',
         '--json', 'o.json'],
        code='try { new ArrayBuffer(10 << 20) } catch { for (;;); }',
        out=ANYTHING,
        after=minima(lambda found: found[0]['smallestThatWorks'] >= NEEDED >
                     found[0]['largestThatFails'])),
    lab('multiples of what there isn\'t', ['--buffers', '1x,2x'], code='throw 1',
        status=1, out=Holds('without the limit', lines=2)),
]
