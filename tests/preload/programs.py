"""Programs of Debian's, doing real work on libjsheap.so by LD_PRELOAD.

Each case does its work twice, in a new folder: plainly, and preloaded. Both must
end well and tell the same. That the preload is really in effect is seen from
the dynamic linker's own words: in the program malloc is bound to libjsheap.so,
and the work was done by processes that loaded it.
"""

import glob
import hashlib
import os
import shutil
import subprocess
import tempfile
import time

TIMEOUT = 60  # seconds, until a program counts as hanging


class Broken(Exception):
    """A program didn't do what it should."""


def run(command, folder, env, stdin=None):
    """What the command writes to standard output."""
    done = subprocess.run(
        command, cwd=folder, env=env, input=stdin, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, timeout=TIMEOUT, check=False)
    if done.returncode != 0:
        raise Broken('%s: status %d\n%s%s' % (
            ' '.join(command)[:200], done.returncode, done.stdout,
            done.stderr))
    return done.stdout


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='ascii') as file:
        file.write(text)


def digest(path):
    with open(path, 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()


def git(folder, env):
    env = {**env, 'GIT_CONFIG_NOSYSTEM': '1', 'HOME': folder,
           'GIT_AUTHOR_DATE': '1700000000 +0000',
           'GIT_COMMITTER_DATE': '1700000000 +0000'}

    def do(*words):
        return run(['git', '-c', 'user.name=n', '-c', 'user.email=n@localhost',
                    '-c', 'pack.threads=2', *words], folder, env)

    do('init', '--quiet', '--initial-branch=main')
    for version in range(3):
        for i in range(300):
            lines = ('%d %d %d\n' % (i, line, i * line % (97 + version))
                     for line in range(100))
            write(folder, 'd%d/f%d.txt' % (i % 7, i), ''.join(lines))
        do('add', '--all')
        do('commit', '--quiet', '--message=version %d' % version)
    do('gc', '--quiet', '--prune=now')
    return '\n'.join([do('fsck', '--full', '--strict'),
                      do('log', '--stat', '--patch', 'HEAD~2..'),
                      do('rev-parse', 'HEAD^{tree}', 'HEAD'),
                      do('count-objects')])


PYTHON = '''
import hashlib, json, multiprocessing, random, threading, zlib

def work(seed):
    numbers = random.Random(seed)
    data = [{"i": i, "x": numbers.random(), "s": "ab" * (i % 50)}
            for i in range(6000)]
    text = json.dumps(data)
    packed = zlib.compress(text.encode(), 6)
    assert json.loads(zlib.decompress(packed)) == data
    return hashlib.sha256(text.encode()).hexdigest()

if __name__ == "__main__":
    results = {}
    def store(seed):
        results[seed] = work(seed)
    threads = [threading.Thread(target=store, args=(i,)) for i in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    # Forked with its heap as it is, and while a thread of it allocates.
    running = threading.Event()
    def churn():
        while not running.is_set():
            bytearray(5000), bytearray(100000)
    churning = threading.Thread(target=churn)
    churning.start()
    with multiprocessing.get_context("fork").Pool(4) as pool:
        children = pool.map(work, range(8))
    running.set()
    churning.join()
    assert children[:4] == [results[i] for i in range(4)]
    print("\\n".join(children))
'''


def python3(folder, env):
    write(folder, 'work.py', PYTHON)
    # Every object from malloc, not from Python's own pools.
    return run(['/usr/bin/python3', 'work.py'], folder,
               {**env, 'PYTHONMALLOC': 'malloc'})


SQL = '''
CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
  INSERT INTO t SELECT i, i * 7919 % 100003, hex(i * i) || 'text' FROM n;
CREATE INDEX t_a ON t(a);
CREATE INDEX t_b ON t(b, a);
DELETE FROM t WHERE a % 10 = 3;
SELECT count(*), sum(a), min(b), max(b) FROM t;
SELECT length(group_concat(b)) FROM t;
SELECT b, count(*) FROM t GROUP BY substr(b, 1, 2) ORDER BY 2 DESC, 1 LIMIT 20;
VACUUM;
PRAGMA integrity_check;
'''


def sqlite3(folder, env):
    return run(['sqlite3', 'test.db'], folder, env, stdin=SQL)


CPP = '''
#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <vector>
template <int n> struct Sum { static constexpr int value = n + Sum<n - 1>::value; };
template <> struct Sum<0> { static constexpr int value = 0; };
int main(int argc, char** argv) {
  std::map<std::string, std::vector<int>> map;
  for (int i = 0; i < argc; ++i) map[argv[i]].push_back(Sum<400>::value);
  for (auto& [key, values] : map) {
    std::sort(values.begin(), values.end());
    std::cout << key << values.size() << std::endl;
  }
}
'''


def gcc(folder, env):
    write(folder, 'work.cc', CPP)
    run(['g++', '-O2', '-std=c++20', '-c', 'work.cc', '-o', 'work.o'], folder,
        env)
    return digest(os.path.join(folder, 'work.o'))


# Debian's redis-server is this program under another name; it comes without
# the package that also starts a server.
REDIS = '/usr/bin/redis-check-rdb'


def redis(folder, env):
    socket = os.path.join(folder, 's')
    server = subprocess.Popen(
        ['redis-server', '--port', '0', '--unixsocket', socket, '--dir', folder,
         '--save', '', '--enable-debug-command', 'local'],
        executable=REDIS, cwd=folder, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        told = drive_redis(socket, folder, env, server)
        if server.wait(TIMEOUT) != 0:
            raise Broken('redis-server: status %d\n%s' %
                         (server.returncode, server.stdout.read()))
        return told
    finally:
        if server.poll() is None:
            server.kill()
        server.stdout.close()
        server.wait()


def drive_redis(socket, folder, env, server):
    def cli(*words, stdin=None):
        return run(['redis-cli', '-s', socket, *words], folder, env, stdin)

    def wait_until(condition, what):
        for _ in range(TIMEOUT * 20):
            if condition():
                return
            if server.poll() is not None:
                raise Broken('redis-server ended: ' + server.stdout.read())
            time.sleep(0.05)
        raise Broken('redis-server: no ' + what)

    wait_until(lambda: os.path.exists(socket), 'socket')
    run(['redis-benchmark', '-s', socket, '-t', 'set,get,lpush', '-n', '20000',
         '-P', '16', '-d', '200', '-q'], folder, env)
    cli(stdin=''.join('SET key:%d %s\nRPUSH list:%d %d\nHSET hash:%d f%d %s\n' %
                      (i, 'v' * (i % 900), i % 50, i, i % 30, i, i)
                      for i in range(6000)))
    told = [cli('EVAL', '''
        local sum = 0
        for i = 1, 20000 do
          redis.call('SETRANGE', 'lua:' .. (i % 100), i % 3000, tostring(i))
          sum = sum + #redis.call('GET', 'lua:' .. (i % 100))
        end
        return sum''', '0')]
    cli('BGSAVE')
    wait_until(lambda: 'rdb_bgsave_in_progress:0' in cli('INFO', 'persistence'),
               'end of the background save')
    if 'rdb_last_bgsave_status:ok' not in cli('INFO', 'persistence'):
        raise Broken('redis-server: the background save failed')
    told += [cli('DBSIZE'), cli('LLEN', 'mylist'), cli('DEBUG', 'DIGEST'),
             cli('DEBUG', 'RELOAD'), cli('DEBUG', 'DIGEST')]
    if told[-3] != told[-1]:
        raise Broken('redis-server: other data after a reload')
    run(['redis-cli', '-s', socket, 'SHUTDOWN', 'NOSAVE'], folder, env)
    return '\n'.join(told)


def compiler_proper():
    """The program that g++ runs to compile, with malloc of its own calls."""
    return subprocess.run(['g++', '-print-prog-name=cc1plus'],
                          stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()


# name, the work, the program in which malloc must be the heap's, what must be
# there, the package that has it
CASES = [
    ('git', git, lambda: ['git', '--version'], 'git', 'git'),
    ('python3', python3, lambda: ['/usr/bin/python3', '--version'],
     '/usr/bin/python3', 'python3'),
    ('sqlite3', sqlite3, lambda: ['sqlite3', '--version'], 'sqlite3',
     'sqlite3'),
    ('gcc', gcc, lambda: [compiler_proper(), '--version'], 'g++', 'g++'),
    ('redis', redis, lambda: [REDIS, '--version'], REDIS, 'redis-tools'),
]


def binds_malloc(command, library, folder):
    """Whether the program's own calls of malloc are bound to the library."""
    output = os.path.join(folder, 'bindings')
    subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, 'LD_PRELOAD': library, 'LD_BIND_NOW': '1',
             'LD_DEBUG': 'bindings', 'LD_DEBUG_OUTPUT': output},
        timeout=TIMEOUT, check=False)
    wanted = "binding file %s [0] to %s [0]: normal symbol `malloc'" % (
        command[0], library)
    return any(wanted in line for path in glob.glob(output + '.*')
               for line in open(path, encoding='utf-8', errors='replace'))


def processes_with(library, output):
    """How many processes loaded the library, of those that told."""
    count = 0
    for path in glob.glob(output + '.*'):
        with open(path, encoding='utf-8', errors='replace') as file:
            count += 'calling init: ' + library in file.read()
    return count


def test(name, work, probe, needed, package, library):
    """('passed' | 'failed' | 'skipped', details)"""
    if shutil.which(needed) is None:
        return 'skipped', '%s is not installed; apt-get install %s' % (
            needed, package)
    with tempfile.TemporaryDirectory() as top:
        plain, preloaded = (os.path.join(top, kind) for kind in 'ab')
        os.mkdir(plain)
        os.mkdir(preloaded)
        try:
            if not binds_malloc(probe(), library, top):
                return 'failed', 'LD_PRELOAD has no effect on ' + probe()[0]
            env = {**os.environ, 'LC_ALL': 'C'}
            expected = work(plain, env)
            output = os.path.join(top, 'linker')
            got = work(preloaded, {**env, 'LD_PRELOAD': library,
                                   'LD_DEBUG': 'libs',
                                   'LD_DEBUG_OUTPUT': output})
        except Broken as broken:
            return 'failed', str(broken)
        except subprocess.TimeoutExpired as expired:
            return 'failed', str(expired)
        if got != expected:
            return 'failed', 'not the same as without the preload:\n%s\n%s' % (
                expected[-2000:], got[-2000:])
        if processes_with(library, output) == 0:
            return 'failed', 'no process of it loaded ' + library
    return 'passed', ''
