"""The command line as users meet it: what is run, and what comes out."""

import json
import os
import re

import html_page
import lab_cases
from command_line import ANYTHING, Case, Holds, one_line


def eval_case(name, code, out='', options=(), **more):
    """A program given with -e."""
    return Case(name, [*options, '-e', code], out=out, **more)


def unusable(name, args, *patterns, **more):
    """A command line that is refused before any script runs."""
    return Case(name, args, status=2, err=one_line(*patterns), **more)


def mib(number):
    """A pattern for so many MiB as a message may write it."""
    return r'\b%d(\.0)? ?MiB' % number


def fills_heap(name, code, options=()):
    """A program that runs into the limit of V8's heap."""
    return Case(name, ['--js-heap-limit', '32MiB', *options, '-e', code],
                status=70, out=ANYTHING,
                err=limit_report('heap limit', mib(32)))


def limit_report(*patterns):
    """One line with all of the patterns, then perhaps what was in use."""
    return Holds(r'\Ajshost: .*' + '.*'.join(patterns) + r'.*\n(  .*\n)*\Z')


def fills_memory(name, code, what='memory limit', options=()):
    """A program that runs into the limit of everything together."""
    return Case('%s, of 32 MiB in all' % name,
                ['--memory-limit', '32MiB', *options, '-e', code], status=70,
                out=ANYTHING, err=Holds(r'^jshost: %s of 32\.0 MiB' % what))


HOLDS_POINTS = ('class Point { constructor(x) { this.x = x; this.y = x } } '
                'const all = []; for (let i = 0;; i++) all.push(new Point(i))')
# Spaces, then kinds of objects, the largest first, then the stack.
HELD_POINTS = Holds(r'limit of 32\.0 MiB reached .*\n(  \w+ +[\d.]+ \w+ of .*\n)+'
                    r'  Point +[12]\d\.\d MiB in [3-7]\d{5}\n'
                    r'  Array +\d\.\d\d MiB in \d+\n(  .*\n)*?  at .*s\.js:1')


PROGRAMS = [
    eval_case('-e runs code', 'print(1 + 1)', '2\n'),
    Case('--eval=CODE', ['--eval=print("a b")'], out='a b\n'),
    Case('-p prints the value', ['-p', '6 * 7'], out='42\n'),
    Case('--print of an object', ['--print', '({a: 1})'], out='{ a: 1 }\n'),
    Case('-p of undefined', ['-p', 'undefined'], out='undefined\n'),
    Case('-e passes arguments on', ['-e', 'print(scriptArgs)', 'a', 'b'],
         out='a,b\n'),
    eval_case('empty flags for V8', 'print(1)', '1\n',
              options=['--v8-flags', '']),
    eval_case('a timeout keeps the program alive when somebody listens',
              'AbortSignal.timeout(1e9);'
              'AbortSignal.timeout(1).onabort = () => print("over")',
              'over\n'),
    eval_case('a port whose other end is garbage is not waited for',
              'new MessageChannel().port1.onclose = () => print("no");'
              'new MessageChannel().port1.onmessage = ({type}) => print(type);'
              'new MessageChannel().port1.addEventListener("message", print);'
              '{ const {port1} = new MessageChannel(); port1.start();'
              ' port1.onclose = ({type}) => print(type); }', 'close\n'),
    eval_case('what an event listener throws is uncaught',
              'const t = new EventTarget();'
              't.addEventListener("x", () => { throw new Error("bad") });'
              't.addEventListener("x", () => print("never"));'
              'try { t.dispatchEvent(new Event("x")); print("never"); }'
              ' finally { print("never") }',
              status=1, err=Holds(r'^\[eval\]:1:67: Uncaught Error: bad\n')),
    eval_case('so is an event listener without handleEvent',
              'const t = new EventTarget(); t.addEventListener("x", {});'
              't.dispatchEvent(new Event("x"));',
              status=1, err=Holds('Uncaught TypeError: the event listener.s '
                                  'handleEvent must be a function')),
    eval_case('so is what an event handler throws',
              'const c = new AbortController();'
              'c.signal.onabort = () => { throw 5 }; c.abort()',
              status=1, err=Holds('Uncaught 5')),
    eval_case('so is an endless recursion of events',
              'const t = new EventTarget();'
              't.addEventListener("x", () => t.dispatchEvent(new Event("x")));'
              't.dispatchEvent(new Event("x"))',
              status=1, err=Holds('Uncaught RangeError: Maximum call stack')),
    Case('script', ['s.js'], files={'s.js': 'print("ran")'}, out='ran\n'),
    Case('script in a folder', ['a/s.js'],
         files={'a/s.js': 'load("t.js")', 'a/t.js': 'print("t")'},
         out='t\n'),
    Case('program on standard input', stdin='print("in")', out='in\n'),
    Case('- is standard input', ['-', 'x'], stdin='print(scriptArgs)',
         out='x\n'),
    Case('empty script', ['s.js'], files={'s.js': ''}),
    Case('empty standard input'),
    Case('script with #! line', ['s.js'],
         files={'s.js': '#!/usr/bin/env jshost\nprint("x")\n'}, out='x\n'),
    Case('script with a byte order mark', ['s.js'],
         files={'s.js': b'\xef\xbb\xbfprint("x")'}, out='x\n'),
    Case('script with CRLF', ['s.js'],
         files={'s.js': 'print(1)\r\nprint(2)\r\n'}, out='1\n2\n'),
    Case('UTF-8 script and output', ['s.js'],
         files={'s.js': 'print("žluť 😀 \\u00e9")'}, out='žluť 😀 é\n'),
    Case('what follows the script is the script\'s',
         ['s.js', 'a', '--stats', '-e', '--', 'b c'],
         files={'s.js': 'print(JSON.stringify(scriptArgs))'},
         out='["a","--stats","-e","--","b c"]\n'),
    Case('arguments is scriptArgs', ['s.js', 'a'],
         files={'s.js': 'print(arguments.length, arguments[0])'},
         out='1 a\n'),
    Case('-- ends the options', ['--', '--odd.js', 'x'],
         files={'--odd.js': 'print("odd", scriptArgs)'}, out='odd x\n'),
    Case('a script named as a subcommand', ['./lab'],
         files={'lab': 'print("script")'}, out='script\n'),
    Case('-r runs scripts first, in order',
         ['-r', 'a.js', '--preload', 'b.js', '-e', 'print(a, b)'],
         files={'a.js': 'var a = 1', 'b.js': 'var b = a + 1'}, out='1 2\n'),
]

MODULES = [
    Case('.mjs is a module', ['m.mjs'],
         files={'m.mjs': 'print(this === undefined)'}, out='true\n'),
    Case('import makes a module', ['m.js'],
         files={'m.js': 'import {x} from "./x.mjs"; print(x)',
                'x.mjs': 'export const x = 3'}, out='3\n'),
    Case('export makes a module', ['m.js'],
         files={'m.js': 'export const x = 3; print(this)'},
         out='undefined\n'),
    Case('top-level await makes a module', ['m.js'],
         files={'m.js': 'print(await Promise.resolve(4))'}, out='4\n'),
    Case('a script is sloppy', ['s.js'],
         files={'s.js': 'print(this === globalThis)'}, out='true\n'),
    Case('--module', ['--module', 'm.js'],
         files={'m.js': 'print(this)'}, out='undefined\n'),
    Case('--classic refuses import', ['--classic', 'm.js'],
         files={'m.js': 'import "./x.mjs"'}, status=1,
         err=Holds(r'm\.js:1:', 'SyntaxError')),
    Case('module on standard input', ['--module'],
         stdin='import {x} from "./x.mjs"; print(x)',
         files={'x.mjs': 'export const x = 5'}, out='5\n'),
    Case('imports are relative to the module', ['a/m.mjs'],
         files={'a/m.mjs': 'import "./b/n.mjs"',
                'a/b/n.mjs': 'import "../o.mjs"',
                'a/o.mjs': 'print("o")'}, out='o\n'),
    Case('import() in a module', ['m.mjs'],
         files={'m.mjs': 'print((await import("./x.mjs")).default)',
                'x.mjs': 'export default 6'}, out='6\n'),
    Case('import() in a script', ['s.js'],
         files={'s.js': 'import("./x.mjs").then(x => print(x.default))',
                'x.mjs': 'export default 7'}, out='7\n'),
    Case('a cycle of modules', ['a.mjs'],
         files={'a.mjs': 'import {b} from "./b.mjs"; export const a = 1; '
                         'print(b())',
                'b.mjs': 'import {a} from "./a.mjs"; '
                         'export const b = () => a'}, out='1\n'),
    Case('import.meta.url', ['m.mjs'],
         files={'m.mjs': 'print(import.meta.url)'},
         out=re.compile(r'file:///.*/m\.mjs\n')),
    Case('import of a missing module', ['m.mjs'],
         files={'m.mjs': 'import "./gone.mjs"'}, status=1,
         err=Holds(r'gone\.mjs', r'm\.mjs')),
    Case('import() of a missing module can be caught', ['m.mjs'],
         files={'m.mjs': 'try { await import("./gone.mjs") } '
                         'catch (e) { print(e instanceof Error) }'},
         out='true\n'),
    Case('import of a missing name', ['m.mjs'],
         files={'m.mjs': 'import {y} from "./x.mjs"', 'x.mjs': ''}, status=1,
         err=Holds('SyntaxError', r'm\.mjs:1', r'\by\b')),
    Case('a syntax error in an imported module', ['m.mjs'],
         files={'m.mjs': 'import "./x.mjs"', 'x.mjs': '\nlet = ;'}, status=1,
         err=Holds(r'x\.mjs:2:', 'SyntaxError')),
    Case('an error thrown in an imported module', ['m.mjs'],
         files={'m.mjs': 'import "./x.mjs"', 'x.mjs': '\nthrow Error("no")'},
         status=1, err=Holds(r'x\.mjs:2:', 'Error: no')),
]

LIFE = [
    Case('timers keep the program going', ['-e',
         'setTimeout(() => print("late"), 5); print("now")'],
         out='now\nlate\n'),
    eval_case('jobs before timers',
              'setTimeout(() => print(3)); '
              'Promise.resolve().then(() => print(2)); print(1)',
              '1\n2\n3\n'),
    eval_case('queueMicrotask', 'queueMicrotask(() => print(2)); print(1)',
              '1\n2\n'),
    eval_case('clearTimeout', 'clearTimeout(setTimeout(() => print(1), 5))'),
    eval_case('setInterval until cleared',
              'let n = 0; const t = setInterval(() => '
              '{ print(++n); if (n === 3) clearInterval(t); }, 1)',
              '1\n2\n3\n'),
    eval_case('quit(n)', 'quit(7); print("never")', status=7),
    eval_case('quit()', 'quit(); print("never")'),
    eval_case('quit with what is no exit status',
              'for (const code of [256, -1, 1.5, "x", null]) {'
              ' try { quit(code) } catch (e) { print(e.name) } }',
              'RangeError\nRangeError\nRangeError\nTypeError\nTypeError\n'),
    eval_case('a NUL in a path',
              'for (const f of [() => read("a\\0b"), () => load("a\\0b"),'
              ' () => writeFile("a\\0b", ""), () => heap.report("a\\0b")]) {'
              ' try { f() } catch (e) { print(e.name) } }',
              'TypeError\n' * 4),
    eval_case('an endless device', 'readbuffer("/dev/zero")', status=70,
              options=['--buffer-limit', '64MiB'],
              err=Holds('Array buffer allocation failed', mib(64))),
    eval_case('V8 inlines Arena.alloc',
              'const arena = new Arena({zero: false});'
              'function allocateMany() {'
              '  for (let i = 0; i < 1000; i++) arena.alloc(64);'
              '}'
              'for (let i = 0; i < 300; i++) { allocateMany(); arena.reset() }',
              options=['--v8-flags',
                       '--trace-turbo-inlining --no-concurrent-recompilation'],
              out=Holds(r'Inlining .*SharedFunctionInfo alloc>.* into '
                        r'.*SharedFunctionInfo allocateMany>')),
    eval_case("V8 inlines a record's accessors",
              'const record = new (heap.struct("R", { x: "f64" }))();'
              'function count() {'
              '  for (let i = 0; i < 10000; i++) record.x = record.x + 1;'
              '}'
              'for (let i = 0; i < 300; i++) count();',
              options=['--v8-flags',
                       '--trace-turbo-inlining --no-concurrent-recompilation'],
              out=Holds(*(r'Inlining .*SharedFunctionInfo %s x>.* into '
                          r'.*SharedFunctionInfo count>' % kind
                          for kind in ('get', 'set')))),
    eval_case('records beyond the buffer limit',
              'const R = heap.struct("R", { x: ["f64", 1000] }), all = [];'
              'for (;;) all.push(new R());',
              status=70, options=['--buffer-limit', '1MiB'],
              err=Holds('Uncaught RangeError: R: the limit of all buffers ',
                        r'buffer limit of 1\.00 MiB reached')),
    eval_case('an arena beyond the buffer limit', 'new Arena().alloc(2e6)',
              status=70, options=['--buffer-limit', '1MiB'],
              err=Holds(r'\[eval\]:1:13: Uncaught RangeError: arena .arena.: ',
                        r'\nnew Arena\(\)\.alloc\(2e6\)\n {12}\^\n',
                        r'buffer limit of 1\.00 MiB reached')),
    eval_case("an arena's limit in run",
              'new Arena({limit: 100}).run(() => new ArrayBuffer(2e6))',
              status=70, err=Holds('Array buffer allocation failed',
                                   'an arena has no memory left')),
    Case("an error of the shell's own JavaScript", ['s.js'], status=1,
         files={'s.js': 'function f() {\n  Arena.transient.alloc(-1);\n}\nf();'},
         err=Holds(r's\.js:2:19: Uncaught RangeError: bytes must be .*, got -1\n'
                   r'  Arena\.transient\.alloc\(-1\);\n {18}\^\n'
                   r'    at f \(.*s\.js:2:19\)')),
    Case('a missing import', ['m.mjs'], status=1,
         files={'m.mjs': '\n  import "./gone.mjs";\n'},
         err=Holds(r'm\.mjs:2:10: Uncaught Error: cannot find module '
                   r"'\./gone\.mjs'",
                   r'\n  import "\./gone\.mjs";\n {9}\^\n')),
    Case('JSHOST_OPTIONS with an open quote', ['-e', '1'], status=2,
         env={'JSHOST_OPTIONS': '-r "x'}, err=one_line('JSHOST_OPTIONS')),
    eval_case('quit in a timer', 'setTimeout(() => quit(3)); '
              'setTimeout(() => print("never"), 50)', status=3),
    eval_case('quit passes finally by',
              'try { quit(4) } catch { print("no") } finally { print("no") }',
              status=4),
    eval_case('quit in a job',
              'Promise.resolve().then(() => quit(5)).then(() => print("no"))',
              status=5),
    Case('output before quit is written', ['-e',
         'write("abc"); printErr("def"); quit(1)'], status=1, out='abc',
         err='def\n'),
    Case('top-level await that never settles', ['m.mjs'],
         files={'m.mjs': 'await new Promise(() => {})'}, status=13,
         err=Holds('await', r'm\.mjs')),
    eval_case('a rejection that nobody handles',
              'Promise.reject(new Error("lost"))', status=1,
              err=Holds('lost')),
    eval_case('a rejection that is handled in time',
              'const p = Promise.reject(1); p.catch(() => print("ok"))',
              'ok\n'),
]

ERRORS = [
    Case('an uncaught error shows where', ['s.js'],
         files={'s.js': 'function f() {\n  null.x;\n}\nf();\n'}, status=1,
         err=Holds(r's\.js:2:8', 'TypeError: Cannot read', r'^  null\.x;$',
                   r'^ +\^', r'^ +at f \(.*s\.js:2:8\)', r's\.js:4:1')),
    Case('an error in a timer', ['s.js'],
         files={'s.js': 'setTimeout(() => {\n  throw Error("in timer") })'},
         status=1, err=Holds(r's\.js:2:', 'Error: in timer')),
    Case('an error in a job', ['s.js'],
         files={'s.js': 'Promise.resolve().then(() => {\n'
                        '  throw Error("in job") })'},
         status=1, err=Holds(r's\.js:2:', 'Error: in job')),
    Case('a thrown number', ['s.js'], files={'s.js': '\nthrow 5'}, status=1,
         err=Holds(r's\.js:2:', r'\b5\b')),
    eval_case('a thrown null', 'throw null', status=1, err=Holds('null')),
    eval_case('a thrown undefined', 'throw undefined', status=1,
              err=Holds('undefined')),
    eval_case('a thrown symbol', 'throw Symbol("s")', status=1,
              err=Holds(r'Symbol\(s\)')),
    eval_case('a thrown object that can\'t be shown',
              'throw {get message() { throw 1 }, toString() { throw 2 }}',
              status=1, err=ANYTHING),
    eval_case('a thrown proxy', 'throw new Proxy({}, {get() { throw 1 }})',
              status=1, err=ANYTHING),
    eval_case('an error whose stack throws',
              'const e = Error("x"); Object.defineProperty(e, "stack", '
              '{get() { throw 1 }}); throw e', status=1, err=Holds('x')),
    Case('an error with a cause', ['-e',
         'throw new Error("outer", {cause: new Error("inner")})'], status=1,
         err=Holds('outer', 'inner')),
    Case('a syntax error', ['s.js'], files={'s.js': 'let a = 1;\nlet = ;\n'},
         status=1, err=Holds(r's\.js:2:', 'SyntaxError', r'^let = ;$',
                             r'^ *\^')),
    eval_case('a syntax error in -e', 'let = ;', status=1,
              err=Holds('SyntaxError', r':1:')),
    Case('a syntax error on standard input', stdin='\n)', status=1,
         err=Holds('SyntaxError', r':2:1')),
    eval_case('too deep a recursion can be caught',
              'function f() { f() } try { f() } catch (e) '
              '{ print(e instanceof RangeError) }', 'true\n'),
    eval_case('too deep a recursion', 'function f() { f() } f()', status=1,
              err=Holds('RangeError: Maximum call stack size exceeded')),
    Case('an error in a line of a megabyte', ['s.js'],
         files={'s.js': '/*' + 'x' * (1 << 20) + '*/ throw Error("far")'},
         status=1,
         err=re.compile(r'(?=.*s\.js:1:10)(?=.*far).{1,4000}', re.S)),
]

FILES = [
    Case('read', ['-e', 'write(read("f"))'], files={'f': 'žluť\n'},
         out='žluť\n'),
    eval_case('read of a missing file', 'read("gone.txt")', status=1,
              err=Holds(r'gone\.txt')),
    eval_case('read of a folder', 'try { read(".") } catch (e) '
              '{ print(e instanceof Error) }', 'true\n'),
    Case('read, binary', ['-e', 'print(read("f", "binary").join())'],
         files={'f': b'\x00\xff'}, out='0,255\n'),
    Case('readbuffer', ['-e', 'const b = readbuffer("f"); '
         'print(b.byteLength, b.constructor.name)'],
         files={'f': 'x' * 1000}, out='1000 ArrayBuffer\n'),
    Case('readbuffer of an empty file', ['-e',
         'print(readbuffer("f").byteLength)'], files={'f': ''}, out='0\n'),
    eval_case('writeFile, then read',
              'writeFile("f", "a\\u00e9"); writeFile("g", '
              'new Uint8Array([1, 2, 3]).subarray(1)); '
              'print(read("f"), read("g", "binary").join())', 'aé 2,3\n'),
    eval_case('writeFile where it can\'t', 'writeFile("no/such/f", "")',
              status=1, err=Holds('no/such/f')),
    Case('load', ['-e', 'load("a.js", "b.js"); print(c)'],
         files={'a.js': 'var b = 1', 'b.js': 'var c = b + 1'}, out='2\n'),
    Case('load of a missing script', ['-e', 'load("gone.js")'], status=1,
         err=Holds(r'gone\.js')),
    eval_case('console writes to both streams',
              'console.log("%s %d", "o", 1); console.error("e"); '
              'console.warn("w"); console.info("i"); console.debug("d")',
              'o 1\ni\nd\n', err='e\nw\n'),
    eval_case('print takes any values', 'print(1, "a", null, [1, 2])',
              '1 a null 1,2\n'),
    eval_case('performance.now goes on',
              'const t = performance.now(); while (performance.now() === t); '
              'print(performance.now() > t)', 'true\n'),
    eval_case('no gc without --expose-gc', 'print(typeof gc)', 'undefined\n'),
    Case('--expose-gc', ['--expose-gc', '-e', 'gc(); print(typeof gc)'],
         out='function\n'),
]

BAD_SCRIPTS = [
    unusable('a missing script', ['gone.js'], r'gone\.js'),
    unusable('a directory', ['d'], r'\bd\b.*directory', files={'d/x': ''}),
    unusable('an ELF file', ['s.js'], r's\.js', 'binary',
             files={'s.js': b'\x7fELF\x02\x01\x01' + bytes(range(256)) * 4}),
    unusable('invalid UTF-8', ['s.js'], r's\.js', 'UTF-8',
             files={'s.js': b'print("caf\xe9")\n'}),
    unusable('cut-off UTF-8', ['s.js'], r's\.js', 'UTF-8',
             files={'s.js': b'print("ok")\n//\xf0\x9f'}),
    unusable('invalid UTF-8 on standard input', ['-'], 'UTF-8',
             stdin=b'print("\xff")'),
    unusable('a missing preloaded script', ['-r', 'gone.js', '-e', '1'],
             r'gone\.js'),
    unusable('zeros', ['s.js'], r's\.js', 'binary',
             files={'s.js': b'\0' * 100}),
    unusable('an empty script name', [''], "''|\"\"|empty|missing"),
]

BAD_OPTIONS = [
    unusable('an unknown option', ['--frob', 's.js'], '--frob', '--help'),
    unusable('an unknown short option', ['-z'], '-z', '--help'),
    unusable('-e without code', ['-e'], '-e|--eval'),
    unusable('--js-heap-limit without a size', ['--js-heap-limit'],
             '--js-heap-limit'),
    unusable('--module and --classic', ['--module', '--classic', '-e', '1'],
             '--module', '--classic'),
    *[unusable('size %r' % size, ['--js-heap-limit', size, '-e', '1'],
               '--js-heap-limit', re.escape(size), '512MiB|64MiB|MiB')
      for size in ('12Q', '', 'MiB', '1.5.5MiB', '64 MiB', '0x10', '1e3',
                   '99999999999999999999', '16777216TiB', 'inf')],
    unusable('an empty size', ['--buffer-limit=', '-e', '1'],
             '--buffer-limit'),
    unusable('a negative size', ['--buffer-limit=-5', '-e', '1'],
             '--buffer-limit', '-5'),
    *[unusable('%s below V8\'s minimum' % option, [option, '1K', '-e', '1'],
               option, r'\b1K\b|1KiB|1024', r'least|minimum|at least|below')
      for option in ('--js-heap-limit', '--young-limit', '--stack-limit')],
    unusable('a JS heap limit of 0', ['--js-heap-limit', '0', '-e', '1'],
             '--js-heap-limit', r'\b0\b'),
    unusable('an unknown allocator', ['--allocator', 'frob', '-e', '1'],
             'frob', r'\bslab\b', r'\bmalloc\b'),
    unusable('an unknown key of an allocator',
             ['--allocator', 'slab:frob=1', '-e', '1'], 'frob', 'reserve'),
    unusable('a bad value of a key',
             ['--allocator', 'slab:reserve=12Q', '-e', '1'], '12Q',
             'reserve'),
    unusable('a key without value', ['--allocator', 'slab:reserve', '-e', '1'],
             'reserve'),
    unusable('an unknown GC policy', ['--gc-policy', 'lazy', '-e', '1'],
             '--gc-policy', 'lazy', 'v8', 'adaptive'),
    unusable('a plug-in that isn\'t there',
             ['--allocator', './libgone.so', '-e', '1'], r'\./libgone\.so',
             'exist', 'path'),
    unusable('a plug-in that is a text',
             ['--allocator', './libtext.so', '-e', '1'], r'\./libtext\.so',
             'ELF', r'plugin\.h', files={'libtext.so': 'no library\n' * 99}),
    *[unusable('a plug-in: ' + problem, (), library, *patterns,
               shell='"$JSHOST" --allocator '
                     '"$(dirname "$JSHOST")/test_libraries/%s" -e 1' % library)
      for problem, library, patterns in (
          ('wrong version', 'libwrong_version.so',
           ('version 7', 'version 1', r'plugin\.h')),
          ('no symbol', 'libno_symbol.so', ('jsheap_plugin', r'plugin\.h')),
          ('no function', 'libmissing_function.so', ('usable_size',)),
          ('what it can\'t do', 'libcreate_fails.so', ('moon',)))],
    unusable('an unknown V8 flag', ['--v8-flags', '--no-such-flag', '-e', '1'],
             'no-such-flag'),
    unusable('an unknown V8 flag among known ones',
             ['--v8-flags', '--allow-natives-syntax --frobnicate', '-e', '1'],
             'frobnicate'),
    unusable('--stats-json in a missing folder',
             ['--stats-json', 'no/such/f.json', '-e', '1'], 'no/such'),
    unusable('a bad option in JSHOST_OPTIONS', ['-e', '1'], '--frob',
             'JSHOST_OPTIONS', env={'JSHOST_OPTIONS': '--frob'}),
]

ADAPTIVE_FLAGS = ['external-memory-max-growing-factor=2',
                  'external-memory-max-reasonable-size=0']

OPTIONS = [
    Case('--version', ['--version'], out=re.compile(
        r'jshost \S+ .*V8 15\.\d+\.\d+\.\d+.*\n')),
    Case('--help', ['--help'], out=Holds(
        *map(re.escape, ['jshost', '--eval', '--print', '--module',
                         '--classic', '--allocator', '--js-heap-limit',
                         '--young-limit', '--stack-limit', '--buffer-limit',
                         '--memory-limit',
                         '--stats', '--stats-json', '--expose-gc',
                         '--v8-flags', '--list-allocators', '--version']))),
    Case('--list-allocators', ['--list-allocators'],
         out=Holds(r'^slab\b', r'^freelist\b', r'^malloc\b', 'reserve',
                   r'malloc:lib=\S+\.so', r'^PATH\[:OPTIONS\]$',
                   r'plug-in', r"'\\:'")),
    eval_case('slab is the default', 'print(heap.allocator)', 'slab\n'),
    eval_case('--allocator malloc', 'print(heap.allocator)', 'malloc\n',
              options=['--allocator', 'malloc']),
    eval_case('--allocator with a key', 'print(heap.allocator)',
              'slab:reserve=1GiB\n',
              options=['--allocator=slab:reserve=1GiB']),
    *[eval_case('buffers work with ' + allocator,
                'const b = new Uint8Array(1 << 20); '
                'print(b.every(x => x === 0), heap.stats().liveBytes >= 1e6)',
                'true true\n', options=['--allocator', allocator])
      for allocator in ('slab', 'malloc')],
    *[Case('--gc-policy ' + policy,
           [*options, '--v8-flags', '--print-flag-values', '-e', '0'],
           out=Holds(*(r'^--%s$' % re.escape(flag) for flag in flags)))
      for policy, options, flags in (
          ('by default', [], ADAPTIVE_FLAGS),
          ('adaptive', ['--gc-policy=adaptive'], ADAPTIVE_FLAGS),
          ('v8', ['--gc-policy', 'v8'],
           ['external-memory-max-growing-factor=1.1',
            'external-memory-max-reasonable-size=32',
            'ineffective-gc-size-threshold=0.95']),
          ('v8, heap limited', ['--gc-policy', 'v8', '--js-heap-limit', '64M'],
           ['external-memory-max-growing-factor=1.1',
            'ineffective-gc-size-threshold=0.9']),
          ('overruled', ['--v8-flags=--external-memory-max-growing-factor=3'],
           ['external-memory-max-growing-factor=3']))],
    eval_case('V8 flags', 'function f() {} %PrepareFunctionForOptimization(f)',
              options=['--v8-flags', '--allow-natives-syntax --no-opt']),
    Case('--stats', ['--stats', '-e', 'new Uint8Array(1e6); print(1)'],
         out='1\n', err=Holds('slab')),
    Case('--stats after an error', ['--stats', '-e', 'throw Error("x")'],
         status=1, err=Holds('Error: x', 'slab')),
    Case('--stats after quit', ['--stats', '-e', 'quit(3)'], status=3,
         err=Holds('slab')),
    eval_case('JSHOST_OPTIONS', 'print(typeof gc)', 'function\n',
              env={'JSHOST_OPTIONS': '--expose-gc'}),
    eval_case('JSHOST_OPTIONS with a quoted value', 'print(typeof gc)',
              'function\n',
              env={'JSHOST_OPTIONS': '--v8-flags "--no-opt --no-maglev" '
                                     '--expose-gc'}),
    eval_case('the command line goes over JSHOST_OPTIONS',
              'print(new ArrayBuffer(8 << 20).byteLength)', '8388608\n',
              options=['--buffer-limit', '64MiB'],
              env={'JSHOST_OPTIONS': '--buffer-limit 1MiB'}),
]


def stats_json_problem(directory):
    """What is wrong with the file that --stats-json wrote."""
    with open(os.path.join(directory, 'stats.json'), encoding='utf-8') as file:
        try:
            stats = json.load(file)
        except ValueError as error:
            return 'stats.json is not JSON: %s' % error
    text = json.dumps(stats)
    if '"slab"' not in text:
        return 'stats.json does not name the allocator'
    return None


OPTIONS += [
    Case('--stats-json', ['--stats-json', 'stats.json', '-e', '1'],
         after=stats_json_problem),
    Case('--stats-json after an error',
         ['--stats-json', 'stats.json', '-e', 'throw 1'], status=1,
         err=ANYTHING, after=stats_json_problem),
    # Of a built-in that has to be stopped in its middle.
    Case('a program that ends inside V8 has the report and --stats-json',
         ['--js-heap-limit', '16MiB', '--stats-json', 'stats.json', 's.js'],
         files={'s.js': 'function fill(n) { new Array(n).fill(0) }\n'
                        'print("before");\nfill(2 ** 27 - 10);\n'
                        'print("after");'},
         status=70, out='before\n',
         err=Holds(r'\Ajshost: JavaScript heap limit of 16\.0 MiB reached '
                   r'\([\d.]+ MiB in use\) at fill \(.*s\.js.*\)\n'
                   r'(  .*\n)*  Array +[\d.]+ MiB in \d+\n(  .*\n)*'
                   r'  at fill \(.*s\.js.*\)\n  at .*s\.js.*\n(  .*\n)*\Z'),
         after=stats_json_problem),
]



def report_problem(*words):
    """What is wrong with the page that heap.report wrote, which has the words."""
    def problem(directory):
        wrong, text = html_page.read(os.path.join(directory, 'report.html'))
        if wrong is not None:
            return 'report.html: %s' % wrong
        for word in words:
            if word not in text:
                return 'report.html does not say %r' % word
        return None
    return problem


REPORT = 'heap.report("report.html")'
SECTIONS = ['Options in effect', 'Statistics', 'Spans by kind',
            'Lifetimes and arenas', 'Native objects', "V8's heap", 'old_space',
            'Garbage collections']

OPTIONS += [
    eval_case('heap.report',
              'globalThis.kept = new Arena({ lifetime: "persistent" });'
              'kept.alloc(3 << 20); kept.b = new ArrayBuffer(1 << 20);' + REPORT,
              options=['--buffer-limit', '64MiB'],
              after=report_problem(*SECTIONS, '64MiB', '64.0 MiB', '3.00 MiB',
                                   'Size classes', 'arena', 'large')),
    eval_case('heap.report of a freelist', REPORT,
              options=['--allocator', 'freelist:fit=first'],
              after=report_problem(*SECTIONS, 'freelist:fit=first',
                                   'Freelist caches', 'unsorted')),
    eval_case('heap.report of what tells little', REPORT,
              options=['--allocator', 'malloc'],
              after=report_problem(*SECTIONS, 'unknown',
                                   "doesn't show its spans")),
    Case('heap.report escapes what it shows',
         ['-e', REPORT, '</td><script>x()</script>', '"\'&amp;', '\x01\x7f\u017e'],
         after=report_problem('</td><script>x()</script>', '"\'&amp;',
                              '\ufffd\ufffd\u017e')),
    eval_case('heap.report with patched built-ins',
              'const all = [];'
              'for (const on of [Array.prototype, String.prototype, Number.prototype])'
              ' for (const key of Reflect.ownKeys(on))'
              ' if (Reflect.getOwnPropertyDescriptor(on, key).configurable)'
              ' all.push([on, key]);'
              'for (let i = 0; i < all.length; i++)'
              ' Object.defineProperty(all[i][0], all[i][1],'
              ' { get() { throw new Error("patched") } });' + REPORT,
              after=report_problem(*SECTIONS)),
    eval_case('heap.report replaces a file', REPORT + ';' + REPORT,
              after=report_problem(*SECTIONS)),
    eval_case('heap.report where nothing can be written',
              'try { heap.report("/none/x") } catch (e) { print(String(e)) }'
              'try { heap.report(5) } catch (e) { print(String(e)) }',
              "Error: cannot write '/none/x': No such file or directory\n"
              'TypeError: path must be a string, got 5\n'),
]

# Makes 200 buffers of 1 MiB and drops each at once.
CHURN = 'for (let i = 0; i < 200; i++) new Uint8Array(1 << 20).fill(1);'

LIMITS = [
    eval_case('over the buffer limit is a RangeError, and the script goes on',
              'try { new ArrayBuffer(32 << 20) } catch (e) '
              '{ print(e.name) } print(new ArrayBuffer(1 << 20).byteLength)',
              'RangeError\n1048576\n', options=['--buffer-limit', '16MiB']),
    eval_case('dropped buffers make room under the limit',
              CHURN + ' print("ok")', 'ok\n',
              options=['--buffer-limit', '16MiB']),
    eval_case('room again after a refusal',
              'let a = []; try { for (;;) a.push(new ArrayBuffer(1 << 20)) } '
              'catch (e) { print(e.name, a.length <= 16) } a = null; ' +
              CHURN + ' print("ok")', 'RangeError true\nok\n',
              options=['--buffer-limit', '16MiB']),
    Case('an uncaught refusal', ['--buffer-limit', '16MiB', 's.js'],
         files={'s.js': 'const a = [];\n'
                        'for (;;) a.push(new ArrayBuffer(1 << 20))'},
         status=70, err=Holds('^jshost: buffer limit', mib(16), r's\.js:2:17')),
    Case('an uncaught refusal of one buffer over the limit',
         ['--buffer-limit', '16MiB', 's.js'],
         files={'s.js': '\nnew ArrayBuffer(32 << 20)'}, status=70,
         err=Holds('^jshost: buffer limit', mib(16), r's\.js:2:1')),
    Case('an uncaught refusal in a module', ['--buffer-limit', '16MiB',
                                             'm.mjs'],
         files={'m.mjs': 'await 0; const a = []; '
                         'for (;;) a.push(new ArrayBuffer(1 << 20))'},
         status=70, err=Holds('^jshost: buffer limit', mib(16))),
    eval_case('a RangeError of the script\'s own is no limit',
              'throw new RangeError("Array buffer allocation failed")',
              status=1, err=Holds('RangeError'),
              options=['--buffer-limit', '16MiB']),
    eval_case('an impossible size without any limit',
              'try { new ArrayBuffer(2 ** 50) } catch (e) { print(e.name) }',
              'RangeError\n'),
    eval_case('small typed arrays are never refused',
              'const a = []; for (let i = 0; i < 1000; i++) { '
              'a.push(new Uint8Array(64)); a[i].buffer } print(a.length)',
              '1000\n', options=['--buffer-limit', '16KiB']),
    eval_case('wasm memories are held to the buffer limit',
              'try { new WebAssembly.Memory({initial: 1024}) } '
              'catch (e) { print(e instanceof RangeError) }', 'true\n',
              options=['--buffer-limit', '16MiB']),
    eval_case('resizable buffers are held to the buffer limit',
              'const b = new ArrayBuffer(0, {maxByteLength: 16 << 20}); '
              'const other = new ArrayBuffer(8 << 20); '
              'try { b.resize(12 << 20) } catch (e) { print(e.name) } '
              'b.resize(1 << 20); print(b.byteLength)',
              'RangeError\n1048576\n', options=['--buffer-limit', '16MiB']),
    fills_heap('objects fill the JS heap',
               'const a = []; for (;;) a.push(new Array(1000).fill(a.length))'),
    fills_heap('strings fill the JS heap',
               'const a = []; for (let i = 0;; i++) a.push("x" + i)'),
    fills_heap('one huge array', 'new Array(1e8).fill(0)'),
    fills_heap('one huge growing array',
               'const a = []; for (;;) a.push(1.5)'),
    fills_heap('a map fills the JS heap',
               'const m = new Map(); for (let i = 0;; i++) m.set(i, {})'),
    fills_heap('catch can\'t hold a heap limit back',
               'const a = []; for (;;) try { for (;;) a.push({}) } catch {}'),
    fills_heap('the heap fills in a timer',
               'setTimeout(() => { const a = []; for (;;) a.push({}) })'),
    fills_heap('the heap fills in a job',
               'Promise.resolve().then(() => { const a = []; '
               'for (;;) a.push({}) })'),
    fills_heap('the heap fills with closures under a small young generation',
               'const a = []; for (;;) a.push(() => a)',
               options=['--young-limit', '4MiB']),
    Case('the limit\'s line says where', ['--js-heap-limit', '32MiB', 's.js'],
         files={'s.js': 'const a = [];\n\nfor (;;) a.push({});'}, status=70,
         err=limit_report(mib(32), r's\.js:3')),
    # No turn of the loop gets as far as looking at a request to stop.
    Case('the limit\'s line says where, inside V8',
         ['--js-heap-limit', '32MiB', 's.js'],
         files={'s.js': 'const m = new Map;\nfunction grow(i) {\n'
                        '  for (;;) m.set(i++, 0);\n}\ngrow(0);'},
         status=70,
         err=Holds(r'\Ajshost: .*' + mib(32) + r'.* at grow \(.*s\.js:3:14\)\n'
                   r'(  .*\n)*  Map +\d+.*\n(  .*\n)*  at .*s\.js:5:1\n')),
    Case('a full heap says what holds it', ['--js-heap-limit', '32MiB', 's.js'],
         files={'s.js': HOLDS_POINTS}, status=70, err=HELD_POINTS),
    Case('a full heap of a Worker says what holds it', ['main.js'],
         files={'main.js': 'new Worker("./s.js", {limits: {jsHeap: "32MiB"}})'
                           '.onerror = (e) => { printErr(e.error.stack); quit(3) }',
                's.js': HOLDS_POINTS}, status=3, err=HELD_POINTS),
    *[Case('a full heap of isolate.run says what holds it, ' + isolation,
           ['-e', 'isolate.run("s.js", {isolation: "%s", limits: {total: '
                  '"32MiB"}}).then((r) => printErr(r.error))' % isolation],
           files={'s.js': HOLDS_POINTS}, err=HELD_POINTS)
      for isolation in ('thread', 'process')],
    eval_case('no script runs while a full heap is looked at',
              'const run = () => print("ran"); const all = []; '
              'class Point { get [Symbol.toStringTag]() { run() } } '
              'const proxy = new Proxy({}, {get: run, getPrototypeOf: run}); '
              'for (;;) all.push(new Point(), Object.create(proxy))',
              status=70, err=Holds(r'^  Point +\d'),
              options=['--js-heap-limit', '32MiB']),
    fills_memory('objects', 'const a = []; for (;;) a.push({})'),
    fills_memory('buffers', 'const a = []; for (;;) a.push(new ArrayBuffer(1e5))'),
    fills_memory('one buffer', 'new ArrayBuffer(2 ** 33)'),
    fills_memory('objects and buffers', 'const a = []; for (;;) '
                 'a.push(new ArrayBuffer(1e3), [1, 2, 3, {}])'),
    fills_memory('a wasm memory', 'const m = new WebAssembly.Memory('
                 '{initial: 1, maximum: 65536}); for (;;) m.grow(10)'),
    fills_memory('a resizable buffer', 'const b = new ArrayBuffer(0, '
                 '{maxByteLength: 2 ** 32}); for (;;) '
                 'b.resize(b.byteLength + 1e5)'),
    fills_memory('an arena', 'const a = new Arena(); for (;;) a.alloc(1e5)'),
    fills_memory('native objects',
                 'const a = []; for (;;) a.push(new BitSet(1e6))'),
    fills_memory('timers', 'for (;;) setTimeout(() => {}, 1e6)'),
    eval_case('timers beyond the buffer limit',
              'try { for (;;) setTimeout(() => {}, 1e6) } '
              'catch (e) { print(e.code, e.limit) } quit(0)',
              'ERR_MEMORY_LIMIT buffers\n', options=['--buffer-limit', '1MiB']),
    fills_memory('records', 'const P = heap.struct("P", {x: "f64"}); '
                 'const a = []; for (;;) a.push(new P())'),
    fills_memory('one huge array', 'new Array(2 ** 27 - 10).fill(0)'),
    fills_memory('one huge string', 'let s = "abcdefgh"; const a = []; '
                 'for (;;) a.push((s += s).replace("x", "").split(""))'),
    fills_memory('JSON', 'JSON.parse("[" + "[1],".repeat(3e6) + "1]")'),
    fills_memory('a regular expression',
                 '"a".repeat(1e7).match(/a/g)'),
    fills_memory('a BigInt', 'let b = 2n; for (;;) b *= b'),
    fills_memory('closures', 'const a = []; for (let i = 0;; i++) '
                 'a.push(() => i)'),
    fills_memory('jobs', 'function f() { Promise.resolve().then(f); '
                 'Promise.resolve().then(f) } f()'),
    fills_memory('an iterator', 'function* g() { for (;;) yield 1 } '
                 'Uint8Array.from(g())'),
    eval_case('a caught memory limit says so',
              'try { for (const a = [];;) a.push(new BitSet(1e6)) } '
              'catch (e) { print(e.code, e.limit, e.requested) }',
              'ERR_MEMORY_LIMIT total 125000\n',
              options=['--memory-limit', '32MiB']),
    eval_case('buffers beyond the memory limit are a RangeError',
              'try { new ArrayBuffer(64 << 20) } catch (e) { print(e.name) } '
              'print(new ArrayBuffer(1 << 20).byteLength)',
              'RangeError\n1048576\n', options=['--memory-limit', '32MiB']),
    eval_case('churn of both kinds under a memory limit', CHURN +
              'for (let i = 0; i < 3e6; i++) ({ i }); print("ok")', 'ok\n',
              options=['--memory-limit', '16MiB']),
    eval_case('the smallest memory limit', 'print(1)', '1\n',
              options=['--memory-limit', '4MiB']),
    eval_case('a heap limit that is not reached',
              'let s = 0; for (let i = 0; i < 1e6; i++) s += [i].length; '
              'print(s)', '1000000\n', options=['--js-heap-limit', '32MiB']),
    Case('--stats after a heap limit', ['--stats', '--js-heap-limit', '32MiB',
         '-e', 'const a = []; for (;;) a.push({})'], status=70,
         err=Holds(mib(32), 'slab')),
    Case('--stats after a heap limit inside V8',
         ['--stats', '--js-heap-limit', '32MiB', '-e',
          'new Array(2 ** 27).fill(0)'], status=70, err=Holds(mib(32), 'slab')),
    Case('--stack-limit', shell='''
a=$("$JSHOST" --stack-limit 128KiB depth.js)
b=$("$JSHOST" --stack-limit 512KiB depth.js)
[ "$a" -gt 0 ] && [ "$b" -gt $((a * 2)) ] && echo deeper''',
         files={'depth.js': 'let n = 0; function f() { n++; f() } '
                            'try { f() } catch {} print(n)'},
         out='deeper\n'),
]

LINES = 'for (let i = 0; i < 200000; i++) print("line", i)'

STREAMS = [
    Case('stdout closed by its reader',
         shell='{ "$JSHOST" -e \'%s\' 2>err; echo $? >status; } | head -n 1; '
               'cat status; wc -l <err' % LINES,
         out=re.compile(r'line 0\n(1|141)\n[01]\n'), err=''),
    Case('console.log to a closed stdout',
         shell='{ "$JSHOST" -e \'%s\' 2>err; echo $? >status; } | head -n 1; '
               'cat status; wc -l <err' % LINES.replace('print',
                                                        'console.log'),
         out=re.compile(r'line 0\n(1|141)\n[01]\n'), err=''),
    Case('a full disk', shell='"$JSHOST" -e "%s" >/dev/full' %
         LINES.replace('"', "'"), status=1,
         err=one_line('standard output', 'No space left on device')),
    Case('stdout not open', shell='"$JSHOST" -e "print(1)" >&-', status=1,
         err=one_line('standard output')),
    Case('stderr not open', shell='"$JSHOST" -e "printErr(1); print(2)" 2>&-',
         out='2\n'),
    Case('stdin not open is empty', shell='"$JSHOST" - <&-'),
    Case('readline of a line that is longer than a pipe, and of the last one',
         ['-e', 'print(readline().length, readline(), readline(), readline())'],
         stdin='x' * 300000 + '\n\nlast', out='300000  last undefined\n'),
    # Somebody has the pipe open and says nothing.
    Case('what waits for standard input can be terminated',
         shell='mkfifo f; exec 3<>f; "$JSHOST" s.js <&3',
         files={'s.js': '''
             const wait = (timeout) =>
                 isolate.eval('readline(); 1', { timeout });
             Promise.all([wait(100), wait(100)]).then((results) => {
               for (const { outcome, result } of results) {
                 print(outcome, result);
               }
               const worker = new Worker('wait.js');
               worker.onmessage = async () => print(await worker.terminate());
             });''',
                'wait.js': 'postMessage(1); readline()'},
         out='timeout undefined\ntimeout undefined\n1\n'),
    Case('a DOMException that nobody catches says what it is',
         ['-e', 'structuredClone(() => 1)'], status=1,
         err=Holds(r'^\[eval\]:1:1: Uncaught DataCloneError: .*could not be '
                   r'cloned')),
    Case('stdout and stderr in order', shell='"$JSHOST" -e \'print("a"); '
         'printErr("b"); write("c"); printErr("d"); print("e")\' 2>&1',
         out='a\nb\ncd\ne\n'),
    eval_case('much output arrives whole',
              'for (let i = 0; i < 100000; i++) print(i)',
              ''.join('%d\n' % i for i in range(100000))),
    eval_case('one long line', 'print("x".repeat(5e6))', 'x' * 5000000 + '\n'),
]

# Isolates on threads of their own.
def with_worker(name, code, worker, **more):
    """The program `code` beside a script w.js."""
    return Case(name, ['s.js'], files={'s.js': code, 'w.js': worker}, **more)


ISOLATES = [
    with_worker('a worker that has nothing to do ends',
                "new Worker('w.js');", "print('hi');", out='hi\n'),
    with_worker('a worker keeps the program alive',
                "new Worker('w.js').onmessage = ({ data }) => print(data);",
                "setTimeout(() => postMessage('late'), 20);", out='late\n'),
    with_worker('an error in a worker that nobody listens for is uncaught',
                "new Worker('w.js'); setTimeout(() => print('no'), 1e8);",
                'const x = null;\nx.y;\n', status=1,
                err="w.js:2:3: Uncaught TypeError: Cannot read properties of "
                    "null (reading 'y')\nx.y;\n  ^\n    at w.js:2:3\n"),
    with_worker('so it is from a worker within a worker',
                "if (typeof name === 'undefined' || name !== 'in') "
                "new Worker('s.js', { name: 'in' }); else new Worker('w.js');",
                'throw new Error("deep");', status=1,
                err='w.js:1:1: Uncaught Error: deep\nthrow new Error("deep");\n'
                    '^\n    at w.js:1:7\n'),
    with_worker('a worker that is not there', "new Worker('none.js');", '',
                status=1, err=Holds(r"^jshost: Uncaught Error: cannot read "
                                    r"'.*/none\.js': No such file",
                                    lines=1)),
    with_worker('a worker that is listened to for errors',
                "new Worker('w.js').onerror = (e) => print(e.message);",
                'throw 1;', out='Uncaught 1\n'),
    with_worker('quit ends with workers that run endlessly',
                "new Worker('w.js'); new Worker('w.js').onmessage = "
                '() => quit(4);', "postMessage(''); for (;;);", status=4),
    with_worker('so does an uncaught error',
                "new Worker('w.js').onmessage = () => { throw 1; };",
                "postMessage(''); for (;;);", status=1,
                err=Holds('Uncaught 1')),
    Case('quit does not wait for a worker that waits for input',
         shell='mkfifo f; exec 3<>f; "$JSHOST" s.js <&3',
         files={'s.js': "new Worker('w.js').onmessage = () => quit(4);",
                'w.js': "postMessage(''); readline();"}, status=4),
    with_worker("threads' lines stay whole",
                "for (let i = 0; i < 3; i++) new Worker('w.js');\n"
                'for (let i = 0; i < 3000; i++) {\n'
                "  write('m'); write('mmmm'); write('\\n');\n"
                '}',
                "for (let i = 0; i < 3000; i++) {\n"
                "  write('w'.repeat(20)); write('\\n');\n"
                '}',
                out=re.compile(r'(m{5}\n|w{20}\n){12000}')),
    with_worker('and a line that a worker leaves open is ended',
                "new Worker('w.js');", "write('open');", out='open\n'),
    eval_case('output that is captured is not printed',
              "isolate.eval('print(1)').then((r) => write(r.output + 2))",
              '1\n2'),
    Case('the entry of such a process is none for people',
         ['--isolate-process'], status=2,
         err=one_line("--isolate-process is for jshost's own use")),
    eval_case('a process does as its starter does',
              "isolate.eval('typeof gc + heap.allocator', "
              "{ isolation: 'process' }).then((r) => print(r.result))",
              'functionmalloc\n',
              options=['--expose-gc', '--allocator', 'malloc']),
]

def waits(name, code, options='', out='timeout\n', more='{}'):
    """A program of an isolate that waits at the pipe f until it is stopped."""
    return Case('%s stops when its isolate is to end' % name,
                shell='mkfifo f; "$JSHOST" %s s.js' % options,
                files={'s.js': "isolate.run('p.mjs', { timeout: 100, ...%s })"
                               '.then((r) => print(r.outcome + r.output));' %
                               more,
                       'p.mjs': 'try { %s } catch { } print("no");' % code},
                out=out)


WAITING = [
    waits('read of a pipe without a writer', "read('f')"),
    waits('so does a loop that catches all',
          "for (;;) try { read('f') } catch { }"),
    waits("read of a pipe, 'binary',", "read('f', 'binary')"),
    waits('readbuffer of a pipe', "readbuffer('f')"),
    waits('load of a pipe', "load('f')"),
    waits('import of a pipe', "await import('./f')"),
    waits('writing to a pipe without a reader', "writeFile('f', 'x')"),
    waits('heap.report to such a pipe', "heap.report('f')"),
    waits('read of an endless device',
          "for (;;) try { read('/dev/zero', 'binary') } catch { }"),
    waits('read in a process of its own', "read('f')",
          more="{ isolation: 'process' }"),
    waits('read that is to be aborted', "read('f')", out='terminated\n',
          more='{ timeout: undefined, signal: AbortSignal.timeout(50) }'),
    Case('a program in a pipe is waited for until its time is over',
         shell='mkfifo f; "$JSHOST" s.js',
         files={'s.js': "isolate.run('f', { timeout: 100 })"
                        '.then((r) => print(r.outcome, r.exitCode, r.error))'},
         out='timeout 1 undefined\n'),
    Case('readline of a line that never ends stops with its isolate',
         shell='exec 2>/dev/null; yes | tr -d "\\n" | "$JSHOST" s.js',
         files={'s.js': "isolate.eval('readline()', { timeout: 100 })"
                        '.then((r) => print(r.outcome))'}, out='timeout\n'),
    Case('a worker that waits at a pipe can be terminated',
         shell='mkfifo f; "$JSHOST" s.js',
         files={'s.js': "const w = new Worker('w.js'); w.onmessage = () => "
                        'w.terminate().then((code) => print(code));',
                'w.js': "postMessage(''); try { read('f') } finally "
                        "{ print('no') }"}, out='1\n'),
    Case('read waits for the writer, and to the end',
         shell='mkfifo f; (for i in 1 2 3; do sleep 0.1; printf $i; done) >f &'
               ' "$JSHOST" -e "print(read(\'f\'))"', out='123\n'),
    Case('read of a pipe whose writer writes nothing',
         shell='mkfifo f; (sleep 0.1; : >f) & "$JSHOST" -p "read(\'f\') + 1"',
         out='1\n'),
    Case('writeFile waits for the reader, and until all is read',
         shell='mkfifo f; (sleep 0.1; wc -c <f) & "$JSHOST" -e '
               '"writeFile(\'f\', \'x\'.repeat(1e6))"; wait',
         out='1000000\n'),
    Case('writeFile to a pipe whose reader has left',
         shell='mkfifo f; head -c 1 <f >/dev/null & "$JSHOST" -e '
               '"try { writeFile(\'f\', \'x\'.repeat(1e6)) } '
               'catch (e) { print(e.message) }"',
         out="cannot write 'f': Broken pipe\n"),
    Case('Ctrl-C ends a program that waits at a pipe',
         shell='mkfifo f; timeout --preserve-status -s INT 0.3 "$JSHOST" '
               '-e "read(\'f\')"', status=130),
    Case('more text than memory is refused before it is read',
         shell='truncate -s 100G huge; "$JSHOST" --js-heap-limit 16M -e '
               '"for (const f of [\'huge\', \'/dev/zero\']) '
               'try { read(f) } catch (e) { print(e) }"',
         out="RangeError: 'huge' is more than 32.0 MiB, which is more than a "
             "string can hold here; read it with mode 'binary'\n"
             "RangeError: '/dev/zero' is more than 32.0 MiB, which is more "
             "than a string can hold here; read it with mode 'binary'\n"),
]

CASES = (PROGRAMS + ISOLATES + WAITING + MODULES + LIFE + ERRORS + FILES + BAD_SCRIPTS +
         BAD_OPTIONS + OPTIONS + LIMITS + STREAMS + lab_cases.CASES)
