#include "host/globals/native/native_object.h"

#include <gtest/gtest.h>

#include "tests/host/runtime_fixture.h"

namespace jshost {
namespace {

int g_live = 0;

// A class as native_object.h describes it.
class Counter final : public NativeObject<Counter> {
 public:
  static constexpr char kName[] = "Counter";
  static void Describe(NativeClass<Counter>& about) {
    about.Constructor<&Counter::Start, "start">();
    about.Method<&Counter::Add, "by">("add");
    about.Method<&Counter::AddAll, "other">("addAll");
    about.Method<&Counter::Hold, "bytes">("hold");
    about.Getter<&Counter::Total>("total");
  }

  Counter() { ++g_live; }
  ~Counter() override { --g_live; }

  bool Start(Environment& env, std::optional<Number> start) {
    total_ = start.value_or(Number()).value;
    if (total_ >= 0) return true;
    Throw(env.isolate, ErrorKind::kRangeError, "start must not be negative");
    return false;
  }
  Self Add(Environment&, double by) {
    total_ += by;
    return {};
  }
  void AddAll(Environment&, Counter* other) { total_ += other->total_; }
  void Hold(Environment& env, Number bytes) {
    NativeMemory memory;
    if (Allocate(env, static_cast<size_t>(bytes.value), Contents::kZero,
                 &memory)) {
      Keep(env, std::move(memory));
    }
  }
  double Total(Environment&) { return total_; }

 private:
  double total_ = 0;
};

// One without a constructor of its own.
class Plain final : public NativeObject<Plain> {
 public:
  static constexpr char kName[] = "Plain";
  static void Describe(NativeClass<Plain>&) {}
};

class NativeObjectTest : public testing::Test {
 protected:
  explicit NativeObjectTest(Limits limits = {}) : program_(limits) {
    Runtime& runtime = program_.runtime();
    const v8::HandleScope handles(runtime.isolate());
    const v8::Local<v8::Context> context = runtime.context();
    const v8::Context::Scope entered(context);
    Define(context, context->Global(), "Counter", NewClass<Counter>(context));
    Define(context, context->Global(), "Plain", NewClass<Plain>(context));
  }

  // What leaves the code uncaught, or nothing.
  std::string Error(const std::string& code) {
    program_.Run("{ " + code + " }", Program::Kind::kClassic);
    return program_.uncaught();
  }

  TestProgram program_;
};

class LimitedNativeObjectTest : public NativeObjectTest {
 protected:
  LimitedNativeObjectTest() : NativeObjectTest({.buffers = 1 << 20}) {}
};

TEST_F(NativeObjectTest, IsConstructedUsedAndDisposed) {
  EXPECT_EQ(Error("const c = new Counter(3);"
                  "if (c.add(4) !== c || c.total !== 7) throw 1;"
                  "c.addAll(new Counter(5)); if (c.total !== 12) throw 2;"
                  "if (!(new Plain() instanceof Plain)) throw 3;"
                  "if (Counter.prototype.add.name !== 'add') throw 4;"
                  "if (String(c) !== '[object Counter]') throw 5;"
                  "c[Symbol.dispose](); c[Symbol.dispose]();"),
            "");
  EXPECT_EQ(g_live, 1);
}

TEST_F(NativeObjectTest, ADisposedOneSaysSo) {
  EXPECT_EQ(Error("const c = new Counter(); c[Symbol.dispose](); c.add(1)"),
            "Uncaught TypeError: Counter.add: this Counter was disposed; make "
            "a new one");
}

TEST_F(NativeObjectTest, AGetterOfADisposedOneSaysSo) {
  EXPECT_EQ(Error("const c = new Counter(); c[Symbol.dispose](); c.total"),
            "Uncaught TypeError: Counter.total: this Counter was disposed; "
            "make a new one");
}

TEST_F(NativeObjectTest, AnotherReceiverIsRefused) {
  EXPECT_EQ(Error("Counter.prototype.add.call(new Plain(), 1)"),
            "Uncaught TypeError: Counter.add: the receiver must be a Counter, "
            "got an object of class Plain");
}

TEST_F(NativeObjectTest, ThePrototypeIsNoReceiver) {
  EXPECT_EQ(Error("Counter.prototype.total"),
            "Uncaught TypeError: Counter.total: the receiver must be a "
            "Counter, got an object of class Counter");
}

TEST_F(NativeObjectTest, AProxyIsNoReceiver) {
  EXPECT_EQ(Error("new Proxy(new Counter(), {})[Symbol.dispose]()"),
            "Uncaught TypeError: Counter[Symbol.dispose]: the receiver must "
            "be a Counter, got an object of class Object");
}

TEST_F(NativeObjectTest, NeedsNew) {
  EXPECT_EQ(Error("Counter(1)"),
            "Uncaught TypeError: Counter is a class: write new Counter(…)");
}

TEST_F(NativeObjectTest, AFailingConstructorLeavesNothing) {
  EXPECT_EQ(Error("new Counter(-1)"),
            "Uncaught RangeError: start must not be negative");
  EXPECT_EQ(g_live, 0);
}

TEST_F(NativeObjectTest, AnArgumentMustBeALiveObject) {
  EXPECT_EQ(Error("const c = new Counter(); c[Symbol.dispose]();"
                  "new Counter().addAll(c)"),
            "Uncaught TypeError: other must be a Counter in use, got an "
            "object of class Counter");
}

// Reading an argument runs a script, which disposes the receiver.
TEST_F(NativeObjectTest, AnArgumentMayDisposeTheReceiver) {
  EXPECT_EQ(Error("const c = new Counter();"
                  "c.add({ valueOf() { c[Symbol.dispose](); return 1 } })"),
            "Uncaught TypeError: Counter.add: this Counter was disposed; make "
            "a new one");
}

TEST_F(NativeObjectTest, DroppedOnesAreCollected) {
  EXPECT_EQ(Error("for (let i = 0; i < 1000; i++) new Counter(i).hold(100);"
                  "(function wait(turns) {"
                  "  gc();"
                  "  const { count, bytes } = heap.stats().nativeObjects.find("
                  "      ({ type }) => type === 'Counter');"
                  "  if (count === 0 && bytes === 0) return;"
                  "  if (turns === 0) throw new Error(count + ' are left');"
                  "  setTimeout(wait, 1, turns - 1);"
                  "})(1000)"),
            "");
  EXPECT_EQ(g_live, 0);
}

TEST_F(NativeObjectTest, MemoryIsCountedAndFreed) {
  EXPECT_EQ(
      Error("const live = () => heap.stats().liveBytes;"
            "const counted = () => heap.stats().nativeObjects.find("
            "    ({ type }) => type === 'Counter').bytes;"
            "const c = new Counter(); const alone = counted();"
            "const before = live();"
            "c.hold(100000);"
            "if (counted() !== alone + 100000) throw new Error(counted());"
            "if (live() !== before + 100000) throw new Error(live());"
            "c.hold(1000);"
            "if (live() !== before + 1000) throw new Error(live());"
            "c[Symbol.dispose]();"
            "if (counted() !== 0) throw new Error(counted());"
            "if (live() !== before - alone) throw new Error(live());"),
      "");
}

TEST_F(LimitedNativeObjectTest, TheLimitIsAnErrorThatChangesNothing) {
  EXPECT_EQ(
      Error("const c = new Counter(3); c.hold(1000);"
            "try { c.hold(2 ** 21); throw 1 } catch (e) {"
            "  if (!(e instanceof RangeError)) throw e;"
            "  if (e.code !== 'ERR_MEMORY_LIMIT') throw e;"
            "  if (e.limit !== 'buffers' || e.requested !== 2 ** 21) throw e;"
            "} if (c.total !== 3) throw 2; c.hold(2000);"),
      "");
}

TEST_F(LimitedNativeObjectTest, ObjectsThatAreKeptMeetTheLimit) {
  EXPECT_EQ(program_.Run("const all = [];"
                         "for (;;) all.push(new Counter(1));"),
            Ending::Kind::kMemoryLimit);
  EXPECT_NE(program_.uncaught().find("RangeError: Counter needs"),
            std::string::npos)
      << program_.uncaught();
}

TEST(NativeObjectLifeTest, TheEndOfTheIsolateEndsAll) {
  {
    class Kept : public NativeObjectTest {
     public:
      void TestBody() override {}
      void Go() {
        EXPECT_EQ(Error("globalThis.kept = new Counter(); kept.hold(1000)"),
                  "");
      }
    } kept;
    kept.Go();
    EXPECT_EQ(g_live, 1);
  }
  EXPECT_EQ(g_live, 0);
}

}  // namespace
}  // namespace jshost
