// The global `console`: the WHATWG console namespace with Node's output format.
// Logging strings and other primitives needs only this file; what shows
// objects is loaded with the first of them. No method throws, whatever it is
// given, and what is here relies on no built-in that a script can patch.
(function (natives) {
  'use strict';

  const {
    ArrayIsArray, ArrayPrototypeJoin, ArrayPrototypePush, ArrayPrototypeSlice,
    ArrayPrototypeUnshift, ErrorCaptureStackTrace, MapPrototypeForEach, MathFloor, MathMax, Number,
    NumberPrototypeToFixed, ObjectDefineProperty, ObjectIs, ObjectKeys,
    ObjectPrototypeHasOwnProperty, ReflectApply, SafeMap, SetPrototypeForEach,
    StringPrototypeIncludes, StringPrototypeIndexOf, StringPrototypePadStart,
    StringPrototypeRepeat, StringPrototypeSlice, SymbolPrototypeToString, SymbolToStringTag,
  } = natives.requireInternal('primordials');

  const kOut = 1;
  const kErr = 2;
  const kGroupIndent = 2;

  let loaded;
  const inspector = () => loaded ??= natives.requireInternal('inspect');

  // By file descriptor, asked once each: the answer takes system calls.
  const colors = { __proto__: null };
  const wantsColors = (fd) => colors[fd] ??= natives.wantsColors(fd);
  const styleOf = (fd) => ({ colors: wantsColors(fd) });

  // ------------------------------------------------------------ formatting

  const isPrimitive = (value) =>
    value === null || (typeof value !== 'object' && typeof value !== 'function');

  function showPrimitive(value) {
    switch (typeof value) {
      case 'string': return value;
      case 'number': return ObjectIs(value, -0) ? '-0' : `${value}`;
      case 'bigint': return `${value}n`;
      case 'symbol': return SymbolPrototypeToString(value);
      default: return `${value}`;
    }
  }

  // The usual lines: one string, or primitives without directives or colours.
  // Undefined when it takes the inspector.
  function formatSimply(args, fd) {
    const first = args[0];
    if (args.length === 1 && typeof first === 'string') return first;
    if (typeof first === 'string' && StringPrototypeIncludes(first, '%')) return undefined;
    let text = '';
    for (let i = 0; i < args.length; i++) {
      if (!isPrimitive(args[i])) return undefined;
      if (typeof args[i] !== 'string' && wantsColors(fd)) return undefined;
      text += i === 0 ? showPrimitive(args[i]) : ' ' + showPrimitive(args[i]);
    }
    return text;
  }

  // When a value throws while it is formatted: each by itself, directives unused.
  function formatApart(args, fd) {
    let text = '';
    for (let i = 0; i < args.length; i++) {
      if (i > 0) text += ' ';
      try {
        text += isPrimitive(args[i]) ? showPrimitive(args[i])
          : inspector().show(args[i], styleOf(fd));
      } catch {
        // The inspector itself is broken: it uses a few Array methods as they are.
        text += `[object ${natives.getConstructorName(args[i])}]`;
      }
    }
    return text;
  }

  function format(args, fd) {
    try {
      return formatSimply(args, fd) ??
        ReflectApply(inspector().formatWithOptions, undefined, withFirst(styleOf(fd), args));
    } catch {
      return formatApart(args, fd);
    }
  }

  function withFirst(first, args) {
    const all = ArrayPrototypeSlice(args);
    ArrayPrototypeUnshift(all, first);
    return all;
  }

  function show(value, fd, options) {
    return inspector().show(value, { __proto__: null, ...styleOf(fd), ...options });
  }

  // --------------------------------------------------------------- writing

  let indent = '';

  function indented(text) {
    let result = indent;
    let start = 0;
    for (;;) {
      const end = StringPrototypeIndexOf(text, '\n', start);
      if (end === -1) return result + StringPrototypeSlice(text, start);
      result += StringPrototypeSlice(text, start, end + 1) + indent;
      start = end + 1;
    }
  }

  function writeLine(fd, text) {
    try {
      const line = (indent === '' ? text : indented(text)) + '\n';
      if (fd === kOut) natives.writeOut(line);
      else natives.writeErr(line);
    } catch {
      // A line too long for one string: nothing is left to say it with.
    }
  }

  const print = (fd, args) => writeLine(fd, format(args, fd));
  const warn = (text) => writeLine(kErr, `Warning: ${text}`);

  // ------------------------------------------------- counters and timers

  const counts = new SafeMap();
  const timers = new SafeMap();

  function labelOf(label) {
    try {
      return typeof label === 'symbol' ? SymbolPrototypeToString(label) : `${label}`;
    } catch {
      return `[${typeof label}]`;
    }
  }

  const pad = (number) => StringPrototypePadStart(`${number}`, 2, '0');

  function duration(ms) {
    if (ms < 1000) return `${Number(NumberPrototypeToFixed(ms, 3))}ms`;
    if (ms < 60_000) return `${NumberPrototypeToFixed(ms / 1000, 3)}s`;
    const hours = MathFloor(ms / 3_600_000);
    const minutes = MathFloor(ms % 3_600_000 / 60_000);
    const seconds = StringPrototypePadStart(NumberPrototypeToFixed(ms % 60_000 / 1000, 3), 6, '0');
    return hours > 0 ? `${hours}:${pad(minutes)}:${seconds} (h:mm:ss.mmm)`
      : `${minutes}:${seconds} (m:ss.mmm)`;
  }

  function reportTimer(name, method, data) {
    const start = timers.get(name);
    if (start === undefined) return warn(`No such label '${name}' for console.${method}()`);
    const line = `${name}: ${duration(natives.now() - start)}`;
    writeLine(kOut, data.length === 0 ? line : `${line} ${formatData(data)}`);
  }

  // Behind a text of ours, a string is data and its % no directive.
  function formatData(data) {
    const text = format(withFirst('', data), kOut);
    return StringPrototypeSlice(text, 1);
  }

  // ----------------------------------------------------------------- table

  const kIndex = '(index)';
  const kIteration = '(iteration index)';

  function tableCell(value) {
    const deep = isPrimitive(value) || ArrayIsArray(value) ||
      inspector().types.isTypedArray(value) || ObjectKeys(value).length <= 2;
    return show(value, kOut, { depth: deep ? 0 : -1, maxArrayLength: 3, breakLength: Infinity });
  }

  // Columns: [heading, cells][]; a cell that isn't there is empty.
  function drawTable(columns, rows) {
    const { getStringWidth } = inspector();
    const widths = [];
    for (let c = 0; c < columns.length; c++) {
      widths[c] = getStringWidth(columns[c][0]) + 2;
      for (let r = 0; r < rows; r++) {
        widths[c] = MathMax(widths[c], getStringWidth(columns[c][1][r] ?? '') + 2);
      }
    }
    const rule = (left, middle, right) => {
      const parts = [];
      for (let c = 0; c < widths.length; c++) {
        ArrayPrototypePush(parts, StringPrototypeRepeat('\u2500', widths[c]));
      }
      return left + ArrayPrototypeJoin(parts, middle) + right;
    };
    const line = (cellOf) => {
      const parts = [];
      for (let c = 0; c < widths.length; c++) {
        const cell = cellOf(columns[c]) ?? '';
        const space = StringPrototypeRepeat(' ', widths[c] - 1 - getStringWidth(cell));
        ArrayPrototypePush(parts, ` ${cell}${space}`);
      }
      return `\u2502${ArrayPrototypeJoin(parts, '\u2502')}\u2502`;
    };
    const lines = [
      rule('\u250c', '\u252c', '\u2510'),
      line((column) => column[0]),
      rule('\u251c', '\u253c', '\u2524'),
    ];
    for (let r = 0; r < rows; r++) ArrayPrototypePush(lines, line((column) => column[1][r]));
    ArrayPrototypePush(lines, rule('\u2514', '\u2534', '\u2518'));
    return ArrayPrototypeJoin(lines, '\n');
  }

  // Maps, sets and their iterators, which are shown without being advanced.
  // Undefined for all else.
  function collectionTable(data) {
    const { types, previewEntries } = inspector();
    const indices = [];
    const keys = [];
    const values = [];
    const add = (value, key) => {
      ArrayPrototypePush(indices, tableCell(indices.length));
      ArrayPrototypePush(keys, key);
      ArrayPrototypePush(values, tableCell(value));
    };
    let keyed = false;
    if (types.isMap(data)) {
      keyed = true;
      MapPrototypeForEach(data, (value, key) => add(value, tableCell(key)));
    } else if (types.isSet(data)) {
      SetPrototypeForEach(data, (value) => add(value));
    } else if (types.isMapIterator(data) || types.isSetIterator(data)) {
      const preview = previewEntries(data);
      const entries = preview[0];
      keyed = preview[1];
      for (let i = 0; i < entries.length; i += keyed ? 2 : 1) {
        if (keyed) add(entries[i + 1], tableCell(entries[i]));
        else add(entries[i]);
      }
    } else {
      return undefined;
    }
    const columns = [[kIteration, indices]];
    if (keyed) ArrayPrototypePush(columns, ['Key', keys]);
    ArrayPrototypePush(columns, ['Values', values]);
    return drawTable(columns, indices.length);
  }

  function objectTable(data, properties) {
    const indices = ObjectKeys(data);
    const columns = [[kIndex, indices]];
    const byKey = new SafeMap();
    const values = [];
    let hasValues = false;

    for (let r = 0; r < indices.length; r++) {
      const row = data[indices[r]];
      if (isPrimitive(row) && properties === undefined) {
        values[r] = tableCell(row);
        hasValues = true;
        continue;
      }
      const keys = properties ?? ObjectKeys(row);
      for (let k = 0; k < keys.length; k++) {
        const key = labelOf(keys[k]);
        let cells = byKey.get(key);
        if (cells === undefined) {
          cells = [];
          byKey.set(key, cells);
          ArrayPrototypePush(columns, [key, cells]);
        }
        if (!isPrimitive(row) && ObjectPrototypeHasOwnProperty(row, key)) {
          cells[r] = tableCell(row[key]);
        }
      }
    }
    if (hasValues) ArrayPrototypePush(columns, ['Values', values]);
    return drawTable(columns, indices.length);
  }

  // --------------------------------------------------------------- methods

  const methods = {
    log(...data) { print(kOut, data); },
    info(...data) { print(kOut, data); },
    debug(...data) { print(kOut, data); },
    warn(...data) { print(kErr, data); },
    error(...data) { print(kErr, data); },
    dirxml(...data) { print(kOut, data); },

    trace(...data) {
      const holder = { name: 'Trace', message: format(data, kErr) };
      let text = holder.message;
      try {
        ErrorCaptureStackTrace(holder, methods.trace);
        text = holder.stack;
      } catch {
        // A script's own Error.prepareStackTrace threw.
      }
      writeLine(kErr, typeof text === 'string' ? text : format([text], kErr));
    },

    assert(condition, ...data) {
      if (condition) return;
      if (typeof data[0] === 'string') data[0] = `Assertion failed: ${data[0]}`;
      else ArrayPrototypeUnshift(data, 'Assertion failed');
      print(kErr, data);
    },

    dir(value, options) {
      let text;
      try {
        text = show(value, kOut, { customInspect: false, ...options });
      } catch {
        text = format([value], kOut);
      }
      writeLine(kOut, text);
    },

    table(data, properties) {
      let text;
      try {
        if (!isPrimitive(data)) {
          text = collectionTable(data) ??
            objectTable(data, ArrayIsArray(properties) ? properties : undefined);
        }
      } catch {
        // Something in it throws when read: shown as log would.
      }
      writeLine(kOut, text ?? format([data], kOut));
    },

    count(label = 'default') {
      const name = labelOf(label);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      writeLine(kOut, `${name}: ${count}`);
    },
    countReset(label = 'default') {
      const name = labelOf(label);
      if (!counts.delete(name)) warn(`Count for '${name}' does not exist`);
    },

    time(label = 'default') {
      const name = labelOf(label);
      if (timers.has(name)) warn(`Label '${name}' already exists for console.time()`);
      else timers.set(name, natives.now());
    },
    timeLog(label = 'default', ...data) { reportTimer(labelOf(label), 'timeLog', data); },
    timeEnd(label = 'default') {
      const name = labelOf(label);
      reportTimer(name, 'timeEnd', []);
      timers.delete(name);
    },

    group(...data) {
      if (data.length > 0) print(kOut, data);
      indent += StringPrototypeRepeat(' ', kGroupIndent);
    },
    groupCollapsed(...data) { ReflectApply(methods.group, undefined, data); },
    groupEnd() { indent = StringPrototypeSlice(indent, kGroupIndent); },

    clear() {
      if (natives.isTerminal(kOut)) natives.writeOut('\x1b[1;1H\x1b[0J');
    },
  };

  // A namespace object as Web IDL has it: an empty object between it and Object.prototype.
  const console = { __proto__: {} };
  const keys = ObjectKeys(methods);
  for (let i = 0; i < keys.length; i++) console[keys[i]] = methods[keys[i]];
  // Only a profiler or an inspector hears these; V8 has them.
  const { console: builtin } = natives.global;
  for (const name of ['profile', 'profileEnd', 'timeStamp']) {
    if (typeof builtin?.[name] === 'function') console[name] = builtin[name];
  }
  ObjectDefineProperty(console, SymbolToStringTag,
                       { __proto__: null, value: 'console', configurable: true });
  ObjectDefineProperty(natives.global, 'console',
                       { __proto__: null, value: console, writable: true, configurable: true });
})
