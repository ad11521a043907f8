#include "host/runtime/snapshot.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/host/runtime_fixture.h"

namespace jshost {
namespace {

using Kind = Ending::Kind;

TEST(SnapshotTest, TheProgramHasOneThatFitsIt) {
  EXPECT_NE(Snapshot::Embedded(), nullptr);
}

TEST(SnapshotTest, AReferenceThatTheProgramLacksMakesNoTable) {
  const std::array<uint64_t, 1> unknown{1};
  EXPECT_TRUE(ExternalReferenceTable(unknown).empty());
}

// Everything that a script can reach: names, attributes, functions' lengths.
constexpr char kShape[] = R"(
  const seen = new Set();
  const lines = [];
  function look(object, path) {
    if (object === null || seen.has(object) ||
        (typeof object !== 'object' && typeof object !== 'function')) return;
    seen.add(object);
    for (const key of Reflect.ownKeys(object)) {
      const { value, get, set, writable, enumerable, configurable } =
        Object.getOwnPropertyDescriptor(object, key);
      const name = `${path}.${String(key)}`;
      lines.push([name, writable, enumerable, configurable, typeof value,
                  typeof value === 'function' ? value.name + value.length : '',
                  Object.isExtensible(object)].join());
      for (const next of [value, get, set]) look(next, name);
    }
    look(Object.getPrototypeOf(object), path + '.__proto__');
  }
  look(globalThis, '');
  throw lines.length > 1000 ? lines.sort().join('\n') : 'too few';
)";

TEST(SnapshotTest, ScriptsSeeTheSameWithoutIt) {
  TestProgram with;
  EXPECT_EQ(with.Run(kShape), Kind::kUncaught);
  TestProgram without({}, false);
  EXPECT_EQ(without.Run(kShape), Kind::kUncaught);
  EXPECT_EQ(with.uncaught(), without.uncaught());
  EXPECT_GT(with.uncaught().size(), 10000u);
}

class SnapshotUseTest : public testing::TestWithParam<bool> {};

TEST_P(SnapshotUseTest, GlobalsWork) {
  TestProgram program({}, GetParam());
  EXPECT_EQ(program.Run("const arena = new Arena();"
                        "arena.array(Float16Array, 3)[0] = 1;"
                        "using scope = arena.scope();"
                        "scope.alloc(100);"
                        "const inspected = []; console.table(inspected);"
                        "console.log({ map: new Map([[1, { a: [2] }]]) });"
                        "setTimeout(() => queueMicrotask(() => {"
                        "  heap.stats(); throw structuredClone('done'); }));"),
            Kind::kUncaught);
  EXPECT_EQ(program.uncaught(), "Uncaught done");
}

TEST_P(SnapshotUseTest, RandomNumbersDifferFromContextToContext) {
  const char code[] = "throw Math.random()";
  TestProgram one({}, GetParam());
  EXPECT_EQ(one.Run(code), Kind::kUncaught);
  TestProgram other({}, GetParam());
  EXPECT_EQ(other.Run(code), Kind::kUncaught);
  EXPECT_NE(one.uncaught(), other.uncaught());
}

TEST_P(SnapshotUseTest, TwoContextsShareNothing) {
  TestProgram one({}, GetParam());
  EXPECT_EQ(one.Run("console.log.mark = Arena.prototype.mark = 1;"
                    "Array.prototype.mark = 1; heap.mark = 1"),
            Kind::kFinished);
  TestProgram other({}, GetParam());
  EXPECT_EQ(other.Run("throw [console.log.mark, Arena.prototype.mark, [].mark, "
                      "heap.mark].join('-')"),
            Kind::kUncaught);
  EXPECT_EQ(other.uncaught(), "Uncaught ---");
}

TEST_P(SnapshotUseTest, ASmallHeapHasRoomForIt) {
  Limits limits;
  limits.js_heap = 16 << 20;
  limits.buffers = 64 << 10;
  TestProgram program(limits, GetParam());
  EXPECT_EQ(program.Run("console.log({}); new Uint8Array(1000)"),
            Kind::kFinished);
}

INSTANTIATE_TEST_SUITE_P(, SnapshotUseTest, testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "With" : "Without";
                         });

}  // namespace
}  // namespace jshost
