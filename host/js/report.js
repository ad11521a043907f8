// The page that heap.report writes: one HTML file that needs nothing else.
(function (natives) {
  'use strict';

  const {
    NumberPrototypeToFixed, ObjectHasOwn, ObjectKeys, String, StringPrototypeReplaceAll,
    StringPrototypeSlice,
  } = natives.requireInternal('primordials');

  const kStyle = `
:root { color-scheme: light dark; --line: #d8dce2; --soft: #5c6570; --back: #ffffff; --text: #1b1f24; --head: #f3f5f7; }
@media (prefers-color-scheme: dark) {
  :root { --line: #363c44; --soft: #9aa4b0; --back: #15181c; --text: #e4e8ed; --head: #1f242a; }
}
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .3rem 0; color: var(--soft); }
.wide { overflow-x: auto; }
div + div { margin-top: 1rem; }
table { border-collapse: collapse; min-width: 50%; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .75rem; text-align: left; font-weight: normal;
  vertical-align: top; overflow-wrap: anywhere; }
thead th { background: var(--head); color: var(--soft); white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
`;

  const kEscapes = [['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;'], ['"', '&quot;'], ["'", '&#39;']];

  function escape(value) {
    let text = String(value);
    for (let i = 0; i < kEscapes.length; i++) {
      text = StringPrototypeReplaceAll(text, kEscapes[i][0], kEscapes[i][1]);
    }
    // What HTML has no character for: NUL and other controls.
    let clean = '';
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      clean += c < ' ' && c !== '\n' && c !== '\t' || c >= '\x7f' && c <= '\x9f' ? '\ufffd' : c;
    }
    return clean;
  }

  // ------------------------------------------------------------------ cells

  const text = (value) => `<td>${escape(value)}</td>`;
  const number = (shown) => `<td class="number">${shown}</td>`;
  const kUnknown = number('unknown');

  function count(value) {
    if (value === null) return kUnknown;
    if (value === Infinity) return number('none');
    let digits = String(value), grouped = '';
    while (digits.length > 3) {
      grouped = `&#8239;${StringPrototypeSlice(digits, -3)}${grouped}`;
      digits = StringPrototypeSlice(digits, 0, -3);
    }
    return number(digits + grouped);
  }

  // Three significant digits and a binary unit; the exact number is the title.
  function bytes(value) {
    if (value === null) return kUnknown;
    if (value === Infinity) return number('none');
    if (value < 1024) return number(`${value} B`);
    const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
    let unit = 0, scaled = value / 1024;
    for (; scaled >= 1023.5 && unit < units.length - 1; unit++) scaled /= 1024;
    const shown = NumberPrototypeToFixed(scaled, scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0);
    return `<td class="number" title="${value} bytes">${shown} ${units[unit]}</td>`;
  }

  const milliseconds = (value) => number(`${NumberPrototypeToFixed(value, 2)} ms`);
  const percent = (value) => (value === null ? kUnknown : number(`${NumberPrototypeToFixed(value * 100, 1)} %`));

  // ----------------------------------------------------------------- tables

  // `columns` are headings, with `#` before those of numbers; `cells(item)` is a
  // row, which begins with a heading's text.
  function table(columns, items, cells) {
    let head = '', body = '';
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i];
      head += column[0] === '#' ? `<th scope="col" class="number">${StringPrototypeSlice(column, 1)}</th>`
        : `<th scope="col">${column}</th>`;
    }
    for (let i = 0; i < items.length; i++) {
      const row = cells(items[i]);
      body += `<tr><th scope="row">${escape(row[0])}</th>`;
      for (let k = 1; k < row.length; k++) body += row[k];
      body += '</tr>\n';
    }
    return `<div class="wide"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}</tbody>\n</table></div>\n`;
  }

  // A table of one row each.
  const facts = (rows) => table(['figure', '#value'], rows, (row) => row);

  const section = (id, title, content) =>
    `<section aria-labelledby="${id}">\n<h2 id="${id}">${title}</h2>\n${content}</section>\n`;
  const note = (words) => `<p>${words}</p>\n`;

  // --------------------------------------------------------------- sections

  function options({ options }) {
    return options.length === 0 ? note('The program that embeds this heap told none.')
      : table(['option', 'value'], options, ({ name, value }) => [name, text(value)]);
  }

  function statistics({ stats }) {
    const { fragmentation } = stats;
    return facts([
      ['live', bytes(stats.liveBytes)],
      ['live blocks', count(stats.liveBlocks)],
      ['occupied by them', bytes(stats.allocatedBytes)],
      ['committed', bytes(stats.committedBytes)],
      ['resident', bytes(stats.residentBytes)],
      ['reserved address space', bytes(stats.reservedBytes)],
      ['free, known to be zero', bytes(stats.zeroedBytes)],
      ['free, in caches and spans', bytes(stats.cachedBytes)],
      ['peak live', bytes(stats.peakLiveBytes)],
      ['peak committed', bytes(stats.peakCommittedBytes)],
      ['allocations', count(stats.allocations)],
      ['frees', count(stats.frees)],
      ['refused', count(stats.failures)],
      ['limit', bytes(stats.limit)],
      ['internal fragmentation', percent(fragmentation === null ? null : fragmentation.internal)],
      ['external fragmentation', percent(fragmentation === null ? null : fragmentation.external)],
    ]);
  }

  function spans({ map }) {
    if (map === null) return note('This allocator doesn\'t show its spans.');
    if (map.spans.length === 0) return note('There are none.');
    const kinds = { __proto__: null };
    for (let i = 0; i < map.spans.length; i++) {
      const span = map.spans[i];
      const kind = kinds[span.kind] ??= { spans: 0, pages: 0, live: 0, capacity: 0 };
      kind.spans++;
      kind.pages += span.pages;
      if (ObjectHasOwn(span, 'live')) kind.live += span.live;
      if (ObjectHasOwn(span, 'capacity')) kind.capacity += span.capacity;
    }
    const row = (name) => {
      const kind = kinds[name];
      const blocks = kind.capacity === 0 && kind.live === 0;
      return [name, count(kind.spans), count(kind.pages), bytes(kind.pages * map.pageSize),
              blocks ? number('') : count(kind.live), kind.capacity === 0 ? number('') : count(kind.capacity)];
    };
    return table(['kind', '#spans', '#pages', '#size', '#live blocks', '#room for blocks'],
                 ObjectKeys(kinds), row);
  }

  function sizeClasses({ stats }) {
    if (!ObjectHasOwn(stats, 'sizeClasses')) return '';
    const row = ({ size, slabs, live, free }) => [size, count(slabs), count(live), count(free), bytes(size * live),
                                                  percent(live + free === 0 ? 0 : live / (live + free))];
    return section('classes', 'Size classes',
                   table(['block bytes', '#slabs', '#live', '#free', '#live size', '#in use'],
                         stats.sizeClasses, row));
  }

  function caches({ stats }) {
    if (!ObjectHasOwn(stats, 'caches')) return '';
    return section('caches', 'Freelist caches',
                   table(['cache', '#blocks', '#size'], stats.caches,
                         (c) => [c.name, count(c.blocks), bytes(c.bytes)]));
  }

  function lifetimes({ stats }) {
    const row = (name) => {
      const { arenas, usedBytes, chunkBytes } = stats.lifetimes[name];
      return [name, count(arenas), bytes(usedBytes), bytes(chunkBytes)];
    };
    return table(['lifetime', '#arenas', '#used', '#in chunks'], ObjectKeys(stats.lifetimes), row);
  }

  function nativeObjects({ stats }) {
    if (stats.nativeObjects.length === 0) return note('There are none.');
    return table(['type', '#objects', '#size'], stats.nativeObjects,
                 (o) => [o.type, count(o.count), bytes(o.bytes)]);
  }

  function v8Heap({ v8 }) {
    return facts([
      ['used', bytes(v8.used)], ['committed', bytes(v8.committed)], ['limit', bytes(v8.limit)],
      ['external memory', bytes(v8.external)], ['V8\'s own native memory', bytes(v8.native)],
    ]) + table(['space', '#used', '#committed', '#available'], v8.spaces,
               (s) => [s.name, bytes(s.used), bytes(s.committed), bytes(s.available)]);
  }

  function collections({ gc }) {
    return facts([
      ['minor', count(gc.minor)], ['major', count(gc.major)],
      ['all pauses', milliseconds(gc.pauseMs)], ['longest pause', milliseconds(gc.maxPauseMs)],
    ]);
  }

  return function report(data) {
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>jshost heap report</title>
<style>${kStyle}</style>
</head>
<body>
<main>
<h1>Heap report</h1>
<p>${escape(data.time)}, ${NumberPrototypeToFixed(data.sinceStartMs / 1000, 3)} s after the start.
Allocator <code>${escape(data.stats.allocator)}</code>, V8 ${escape(data.v8.version)}.</p>
${section('options', 'Options in effect', options(data))}${
  section('statistics', 'Statistics', statistics(data))}${
  section('spans', 'Spans by kind', spans(data))}${
  sizeClasses(data)}${
  caches(data)}${
  section('arenas', 'Lifetimes and arenas', lifetimes(data))}${
  section('natives', 'Native objects', nativeObjects(data))}${
  section('v8', 'V8\'s heap', v8Heap(data))}${
  section('gc', 'Garbage collections', collections(data))}</main>
</body>
</html>
`;
  };
})
