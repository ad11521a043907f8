// SQLite's own wasm build, unmodified, used from JavaScript through
// LinearMemory: C strings and out-pointers in scopes, SQL functions and
// callbacks in its table, and its memory grown by LinearMemory's strategy.
//
//   jshost examples/sqlite.mjs [ROWS]
//
// Two LinearMemory objects share the module's memory. One allocates in a piece
// that the module's malloc has set apart: an Emscripten module takes what lies
// beyond its break for its own. The other stands for the whole memory and grows
// it when the module asks for more.

const KiB = 1024;
const MiB = 1024 * KiB;
const rows = Number(scriptArgs[0] ?? 10_000);

// ------------------------------------------------------------- the module

const memory = new WebAssembly.Memory({ initial: 16 * MiB / (64 * KiB), maximum: 32_768 });
const whole = new LinearMemory({ memory });

const module = new WebAssembly.Module(
  readbuffer(`${import.meta.dirname}/../third_party/sqlite-wasm/sqlite3.wasm`));
const { exports: sqlite } = new WebAssembly.Instance(module, imports());
sqlite.__wasm_call_ctors();

// What an Emscripten program asks of its host. A database in memory needs the
// time and more memory; there are no files.
function imports() {
  const kNoEntry = 44;
  const given = {
    memory,
    emscripten_resize_heap: (bytes) => whole.resize(bytes >>> 0) ? 1 : 0,
    emscripten_date_now: () => Date.now(),
    emscripten_get_now: () => performance.now(),
    _emscripten_get_now_is_monotonic: () => 1,
    environ_sizes_get: (count, bytes) => { whole.pokePtr([count, bytes]); return 0; },
    environ_get: () => 0,
  };
  const env = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    env[from] ??= {};
    env[from][name] = given[name] ?? (() => from === 'env' ? -kNoEntry : kNoEntry);
  }
  return env;
}

// Whole pages inside of a block of the module's: the maximum is a page's end.
const reserved = sqlite.malloc(1 * MiB);
const linear = new LinearMemory({
  memory, base: reserved, maximum: Math.floor((reserved + MiB) / (64 * KiB)) * 64 * KiB,
  table: sqlite.__indirect_function_table,
});

// ------------------------------------------------------------ the database

const kOk = 0;
const kRow = 100;
const kDone = 101;
const kUtf8 = 1;
const kTransient = -1;  // SQLite copies what it is given

function check(code, database, expected = kOk) {
  if (code === expected) return;
  throw new Error(`SQLite: ${linear.cstrToJs(sqlite.sqlite3_errmsg(database))} (${code})`);
}

function open(name) {
  return linear.scopedAllocCall(() => {
    const out = linear.scopedAlloc(4);
    const code = sqlite.sqlite3_open(linear.scopedAllocCString(name), out);
    const database = whole.peekPtr(out);
    check(code, database);
    return database;
  });
}

// Calls fn with each row's columns as text.
function exec(database, sql, fn = () => {}) {
  linear.scopedAllocCall(() => {
    const onRow = linear.scopedInstallFunction('i(pipp)', (_, count, values) => {
      const pointers = Array.from({ length: count }, (_, i) => whole.peekPtr(values + 4 * i));
      fn(pointers.map((pointer) => whole.cstrToJs(pointer)));
      return 0;
    });
    check(sqlite.sqlite3_exec(database, linear.scopedAllocCString(sql), onRow, 0, 0), database);
  });
}

function prepare(database, sql) {
  return linear.scopedAllocCall(() => {
    const out = linear.scopedAlloc(4);
    const code = sqlite.sqlite3_prepare_v2(database, linear.scopedAllocCString(sql), -1, out, 0);
    check(code, database);
    return whole.peekPtr(out);
  });
}

// An SQL function of one number, in JavaScript.
function defineFunction(database, name, fn) {
  const onCall = linear.installFunction('v(pip)', (context, _, values) => {
    sqlite.sqlite3_result_double(context, fn(sqlite.sqlite3_value_double(whole.peekPtr(values))));
  });
  linear.scopedAllocCall(() => check(sqlite.sqlite3_create_function_v2(
    database, linear.scopedAllocCString(name), 1, kUtf8, 0, onCall, 0, 0, 0), database));
  return onCall;
}

// ---------------------------------------------------------------- the work

const textOf = (i) => `row ${i} `.repeat(200 + i % 50);
const scoreOf = (i) => (i * 7919 % 1000) / 8;

print(`SQLite ${whole.cstrToJs(sqlite.sqlite3_libversion())}, ${rows} rows`);
const database = open(':memory:');
const square = defineFunction(database, 'square', (x) => x * x);
exec(database, 'CREATE TABLE item (id INTEGER PRIMARY KEY, kind INTEGER, score REAL, text TEXT)');

const started = performance.now();
exec(database, 'BEGIN');
const insert = prepare(database, 'INSERT INTO item (kind, score, text) VALUES (?, ?, ?)');
for (let i = 0; i < rows; i++) {
  linear.scopedAllocCall(() => {
    check(sqlite.sqlite3_bind_int(insert, 1, i % 3), database);
    check(sqlite.sqlite3_bind_double(insert, 2, scoreOf(i)), database);
    const text = linear.scopedAllocCString(textOf(i));
    check(sqlite.sqlite3_bind_text(insert, 3, text, -1, kTransient), database);
  });
  check(sqlite.sqlite3_step(insert), database, kDone);
  check(sqlite.sqlite3_reset(insert), database);
}
check(sqlite.sqlite3_finalize(insert), database);
exec(database, 'COMMIT');
const inserted = performance.now();

const expected = [0, 1, 2].map((kind) => {
  let count = 0, score = 0, bytes = 0;
  for (let i = kind; i < rows; i += 3) {
    count++;
    score += scoreOf(i) ** 2;
    bytes += textOf(i).length;
  }
  return [kind, count, score, bytes];
});
const got = [];
exec(database, 'SELECT kind, count(*), sum(square(score)), sum(length(text)) FROM item GROUP BY kind ORDER BY kind',
     (row) => got.push(row.map(Number)));
const queried = performance.now();
if (JSON.stringify(got) !== JSON.stringify(expected.filter(([, count]) => count > 0))) {
  throw new Error(`the query says ${JSON.stringify(got)}, not ${JSON.stringify(expected)}`);
}

const select = prepare(database, 'SELECT text FROM item WHERE id = ?');
for (let i = 0; i < rows; i += 97) {
  check(sqlite.sqlite3_bind_int(select, 1, i + 1), database);
  check(sqlite.sqlite3_step(select), database, kRow);
  if (whole.cstrToJs(sqlite.sqlite3_column_text(select, 0)) !== textOf(i)) throw new Error(`row ${i} differs`);
  sqlite.sqlite3_reset(select);
}
sqlite.sqlite3_finalize(select);
let message;
try {
  exec(database, 'SELECT nonsense');
} catch (error) {
  ({ message } = error);
}
if (message !== 'SQLite: no such column: nonsense (1)') throw new Error(`wrong SQL says ${message}`);

check(sqlite.sqlite3_close_v2(database), 0);
linear.uninstallFunction(square);
const { blocks, usedBytes } = linear.stats();
if (blocks !== 0 || usedBytes !== 0) throw new Error(`${blocks} blocks are left`);
linear.dispose();
sqlite.free(reserved);

print(`inserts  ${(inserted - started).toFixed(0).padStart(6)} ms`);
print(`query    ${(queried - inserted).toFixed(0).padStart(6)} ms`);
for (const [kind, count, score] of got) print(`kind ${kind}: ${count} rows, sum of squares ${score}`);
print(`memory   ${whole.byteLength / MiB} MiB after ${whole.stats().growths} growths`);
