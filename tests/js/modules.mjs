// ES modules: what is imported, how often it runs, and what is said when it
// can't be.

import data from './modules/data.json' with { type: 'json' };
import { a } from './modules/cycle_a.mjs';
import pack, { part } from './modules/uses_package.mjs';
import * as late from './modules/late.mjs';

const check = (what, got, expected) => {
  const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: got ${a}, expected ${b}`);
};
const failure = async (specifier, options) => {
  try { await import(specifier, options); } catch (error) { return error; }
  throw new Error(`${specifier} was imported`);
};

check('json', data, { answer: 42, list: [1, 2] });
check('cycle', a(), 'aba');
check('package', [pack, part.default], ['main own', 'own']);
check('top-level await of an import', late.late, true);

// import.meta
check('url', import.meta.url, 'file://' + import.meta.filename);
check('filename', import.meta.filename, import.meta.dirname + '/modules.mjs');
check('resolve', import.meta.resolve('./x/../modules.mjs'), import.meta.url);
check('keys', Object.keys(import.meta).sort(), ['dirname', 'filename', 'resolve', 'url']);

// One instance for each URL; a query makes another.
const meta = await import('./modules/meta.mjs');
check('same', await import('./modules/../modules/meta.mjs') === meta, true);
check('by URL', await import(meta.url) === meta, true);
const other = await import('./modules/meta.mjs?v=2');
check('query', [other === meta, other.url], [false, meta.url + '?v=2']);

// Errors are kept, and each is the same object.
const thrown = await failure('./modules/throws.mjs');
check('thrown', thrown.message, 'thrown once');
check('thrown again', await failure('./modules/throws.mjs') === thrown, true);
const syntax = await failure('./modules/syntax_error.mjs');
check('syntax', [syntax.name, await failure('./modules/syntax_error.mjs') === syntax],
      ['SyntaxError', true]);

const says = async (specifier, pattern, options) => {
  const { message } = await failure(specifier, options);
  if (!pattern.test(message)) throw new Error(`${specifier}: ${message}`);
};
await says('./none.mjs', /'\.\/none\.mjs'.*tried \/.*none\.mjs.*\n.*imported from .*modules\.mjs/s);
await says('no-such-package', /'no-such-package'.*node_modules\/no-such-package/);
await says('./modules', /is a directory/);
await says('./modules/meta.mjs\0x', /NUL/);
await says('node:fs', /Node/);
await says('https://example.org/x.js', /not from https:/);
await says('./modules/data.json', /type: 'json'/);
await says('./modules/bad.json', /bad\.json/, { with: { type: 'json' } });
await says('./modules/meta.mjs', /not supported/, { with: { type: 'css' } });
