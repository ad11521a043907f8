// Which kinds of objects the report of a full heap names.

#include "host/v8_memory/object_census.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "host/v8_memory/object_kind.h"
#include "tests/host/runtime_fixture.h"

namespace jshost {
namespace {

constexpr uint64_t kMiB = 1 << 20;

struct Kind {
  std::string name;
  double bytes = 0;
  uint64_t count = 0;
};

// "  NAME              1.23 MiB in 45"; other lines are left out.
std::vector<Kind> Parse(const std::string& report) {
  std::vector<Kind> kinds;
  std::istringstream lines(report);
  for (std::string line; std::getline(lines, line);) {
    constexpr size_t kName = 2;
    constexpr size_t kNumber = 30;
    const size_t in = line.find(" in ", kNumber);
    if (in == std::string::npos) continue;
    Kind kind{.name = line.substr(kName, line.find("  ", kName) - kName)};
    std::istringstream number(line.substr(kNumber));
    std::string unit;
    number >> kind.bytes >> unit;
    kind.bytes *= unit == "KiB" ? 1024 : unit == "MiB" ? kMiB : 1;
    kind.count = std::stoull(line.substr(in + 4));
    kinds.push_back(kind);
  }
  return kinds;
}

Kind Find(const std::vector<Kind>& kinds, const std::string& name) {
  for (const Kind& kind : kinds) {
    if (kind.name == name) return kind;
  }
  return {};
}

// Of what is alive after `code`.
std::vector<Kind> CensusOf(TestProgram& program, const std::string& code) {
  EXPECT_EQ(program.Run(code + "\n;gc();"), Ending::Kind::kFinished)
      << program.uncaught();
  v8::Isolate* const isolate = program.runtime().isolate();
  const v8::HandleScope handles(isolate);
  const v8::Context::Scope entered(program.runtime().context());
  return Parse(DescribeObjects(isolate));
}

std::vector<Kind> CensusOf(const std::string& code) {
  TestProgram program;
  return CensusOf(program, code);
}

// Of what a program held that ran into its limit.
std::vector<Kind> AtTheLimit(const std::string& code, Limits limits) {
  TestProgram program(limits);
  EXPECT_EQ(program.Run(code), Ending::Kind::kMemoryLimit);
  if (!program.heap_limit()) return {};
  std::vector<Kind> kinds = Parse(program.heap_limit()->details);
  EXPECT_FALSE(kinds.empty()) << program.heap_limit()->details;
  return kinds;
}

TEST(ObjectCensusTest, ClassesAreCountedOneByOne) {
  const std::vector<Kind> kinds = CensusOf(R"(
    class Point { constructor(i) { this.x = i; this.y = i; } }
    class Row extends Array {}
    function Old() { this.z = 1; }
    globalThis.points = Array.from({ length: 100000 }, (_, i) => new Point(i));
    globalThis.rows = Array.from({ length: 20000 }, () => new Row(1, 2, 3));
    globalThis.olds = Array.from({ length: 30000 }, () => new Old());
  )");
  ASSERT_FALSE(kinds.empty());
  EXPECT_EQ(kinds[0].name, "Point");
  EXPECT_EQ(kinds[0].count, 100000U);
  // Header, properties, elements, two fields of eight bytes each.
  EXPECT_NEAR(kinds[0].bytes, 100000 * 40, 100000);
  EXPECT_EQ(Find(kinds, "Row").count, 20000U);
  EXPECT_EQ(Find(kinds, "Old").count, 30000U);
}

TEST(ObjectCensusTest, WhatAnObjectHasBesideItselfIsItsOwn) {
  const std::vector<Kind> kinds = CensusOf(R"(
    globalThis.array = new Array(300000).fill(1);
    globalThis.map = new Map();
    for (let i = 0; i < 100000; i++) map.set(i, i);
    class Wide {}
    globalThis.wide = new Wide();
    for (let i = 0; i < 20000; i++) wide['key' + i] = i;
  )");
  EXPECT_NEAR(Find(kinds, "Array").bytes, 300000 * 8, 200000);
  EXPECT_GT(Find(kinds, "Map").bytes, 100000 * 16);
  EXPECT_GT(Find(kinds, "Wide").bytes, 20000 * 16);
  EXPECT_EQ(Find(kinds, "Wide").count, 1U);
  EXPECT_LT(Find(kinds, "arrays (V8)").bytes, 500000);
}

// Copies of an array literal have their elements in common until one is
// written to.
TEST(ObjectCensusTest, WhatIsSharedIsNotCountedForEach) {
  const std::vector<Kind> kinds = CensusOf(R"(
    globalThis.copies = [];
    for (let i = 0; i < 10000; i++) copies.push([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  )");
  const Kind arrays = Find(kinds, "Array");
  EXPECT_GE(arrays.count, 10000U);
  EXPECT_LT(arrays.bytes, 10000 * (32 + 16));
}

TEST(ObjectCensusTest, WhatHasNoClassIsNamedAsInJavaScript) {
  const std::vector<Kind> kinds = CensusOf(R"(
    globalThis.all = [];
    for (let i = 0; i < 10000; i++) {
      all.push('number ' + i + '!', () => i, 10n ** 40n + BigInt(i),
               Symbol(i), new Proxy({}, {}), i + 0.5, new Map());
    }
  )");
  EXPECT_GE(Find(kinds, "string").count, 20000U);  // symbols' names too
  EXPECT_GE(Find(kinds, "closure").count, 10000U);
  EXPECT_GE(Find(kinds, "variables of closures").count, 10000U);
  EXPECT_GE(Find(kinds, "Map").count, 10000U);
}

// Each of the objects has a hidden class of its own.
TEST(ObjectCensusTest, ManyHiddenClassesDoNotHideALargeOne) {
  const std::vector<Kind> kinds = CensusOf(R"(
    globalThis.all = [];
    for (let i = 0; i < 40000; i++) all.push({ ['key' + i]: i });
    class Point { constructor() { this.x = 1; } }
    for (let i = 0; i < 50000; i++) all.push(new Point());
  )");
  EXPECT_EQ(Find(kinds, "Point").count, 50000U);
  EXPECT_GE(Find(kinds, "hidden classes (V8)").count, 40000U);
  EXPECT_GE(Find(kinds, "Object").count + Find(kinds, "other objects").count,
            40000U);
}

TEST(ObjectCensusTest, NoScriptRuns) {
  TestProgram program;
  CensusOf(program, R"(
    globalThis.ran = 0;
    const run = () => { ran++; };
    const traps = new Proxy({}, { get: run, has: run, getPrototypeOf: run,
                                  getOwnPropertyDescriptor: run, ownKeys: run });
    class Tagged { get [Symbol.toStringTag]() { run(); return 'x'; } }
    class Named { static get name() { run(); return 'x'; } }
    const makers = [
      () => Object.create(traps), () => new Proxy(traps, traps),
      () => new Proxy(class {}, traps), () => new Tagged(), () => new Named(),
      () => Object.create({ get constructor() { run(); } }),
      () => Object.defineProperty({}, Symbol.toStringTag, { get: run }),
    ];
    globalThis.all = makers.map((make) => Array.from({ length: 2000 }, make));
    ran = 0;
  )");
  v8::Isolate* const isolate = program.runtime().isolate();
  const v8::HandleScope handles(isolate);
  const v8::Local<v8::Context> context = program.runtime().context();
  const v8::Local<v8::Value> ran =
      context->Global()
          ->Get(context, v8::String::NewFromUtf8Literal(isolate, "ran"))
          .ToLocalChecked();
  EXPECT_EQ(ran.As<v8::Number>()->Value(), 0);
}

TEST(ObjectCensusTest, NamesAreShortAndOnOneLine) {
  const std::vector<Kind> kinds = CensusOf(R"(
    const make = (name) => {
      const prototype = { [Symbol.toStringTag]: name };
      return Array.from({ length: 10000 }, () => Object.create(prototype));
    };
    globalThis.all = [make('a\nb\x1b[1m'), make('\u00e9'.repeat(30)),
                      make('x'.repeat(100000)), make('')];
  )");
  EXPECT_GE(Find(kinds, "a b [1m").count, 10000U);
  std::string cut;
  for (int i = 0; i < 12; ++i) cut += "\u00e9";
  EXPECT_GE(Find(kinds, cut + "\u2026").count, 10000U);
  EXPECT_GE(Find(kinds, "(a long name)").count, 10000U);
  EXPECT_GE(Find(kinds, "(no name)").count, 10000U);
}

TEST(ObjectCensusTest, AFullHeapIsExplained) {
  const std::string points =
      "class Point { constructor(x) { this.x = x } }"
      "const all = []; for (;;) all.push(new Point(1))";
  for (const Limits& limits :
       {Limits{.js_heap = 32 * kMiB}, Limits{.total = 32 * kMiB}}) {
    const std::vector<Kind> kinds = AtTheLimit(points, limits);
    ASSERT_GE(kinds.size(), 2U);
    EXPECT_EQ(kinds[0].name, "Point");
    EXPECT_EQ(kinds[1].name, "Array");
    EXPECT_GT(kinds[0].bytes + kinds[1].bytes, 20.0 * kMiB);
    EXPECT_LT(kinds[0].bytes + kinds[1].bytes, 35.0 * kMiB);
  }
  EXPECT_EQ(AtTheLimit("const all = [];"
                       "for (let i = 0;; i++) all.push('a longer text ' + i)",
                       {.js_heap = 16 * kMiB})[0]
                .name,
            "string");
  EXPECT_EQ(AtTheLimit("const all = []; for (;;) all.push([1.5, {}])",
                       {.js_heap = 16 * kMiB})[0]
                .name,
            "Array");
}

TEST(ObjectKindTest, WhatScriptsSeeHasTheirNames) {
  EXPECT_EQ(KindOfType("CONS_ONE_BYTE_STRING_TYPE").name, "string");
  EXPECT_EQ(KindOfType("JS_CLASS_CONSTRUCTOR_TYPE").name, "closure");
  EXPECT_EQ(KindOfType("JS_FUNCTION_TYPE").name, "closure");
  EXPECT_EQ(KindOfType("FUNCTION_CONTEXT_TYPE").name, "variables of closures");
  EXPECT_EQ(KindOfType("MAP_TYPE").name, "hidden classes (V8)");
  EXPECT_EQ(KindOfType("ORDERED_HASH_MAP_TYPE").name, "arrays (V8)");
  EXPECT_EQ(KindOfType("BYTECODE_ARRAY_TYPE").name, "code (V8)");
  EXPECT_EQ(KindOfType("").name, "other (V8)");
}

TEST(ObjectKindTest, ObjectsAreCalledByTheirClass) {
  EXPECT_EQ(KindOfType("JS_MAP_TYPE").name, "");
  EXPECT_TRUE(KindOfType("JS_MAP_TYPE").has_table);
  EXPECT_FALSE(KindOfType("JS_MAP_KEY_ITERATOR_TYPE").has_table);
  EXPECT_EQ(KindOfType("JS_ASYNC_FUNCTION_OBJECT_TYPE").name, "");
  EXPECT_FALSE(KindOfType("JS_PROXY_TYPE").has_parts);
}

}  // namespace
}  // namespace jshost
