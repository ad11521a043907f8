#include "host/globals/message.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "host/runtime/compile.h"
#include "tests/host/runtime_fixture.h"

namespace jshost {
namespace {

// One isolate of the two.
class Side {
 public:
  explicit Side(const char* allocator = "slab", Limits limits = {})
      : program_(limits, true, allocator) {}

  Environment& env() { return Environment::For(program_.runtime().isolate()); }
  uint64_t live() { return env().buffers->account().live_bytes(); }
  uint64_t charged() { return env().buffers->budget().used(); }

  // Of `{value, transfer: []}`; with null, `error` is what was thrown.
  std::unique_ptr<Message> Write(const std::string& code) {
    const Entered entered(program_);
    v8::Isolate* const isolate = env().isolate;
    const v8::Local<v8::Context> context = isolate->GetCurrentContext();
    const v8::TryCatch caught(isolate);
    const auto parts = Evaluate(code).As<v8::Object>();
    const v8::Local<v8::Object> list = GetObject(context, parts, "transfer");
    Message::TransferList transfer(isolate);
    for (uint32_t i = 0; i < list.As<v8::Array>()->Length(); ++i) {
      transfer.push_back(list->Get(context, i).ToLocalChecked());
    }
    std::unique_ptr<Message> message = Message::Write(
        env(), parts->Get(context, Name(isolate, "value")).ToLocalChecked(),
        transfer);
    if (message == nullptr) error = ToText(isolate, caught.Exception());
    return message;
  }

  // Puts what was read into `got` and evaluates `code`, as text.
  std::string Read(std::unique_ptr<Message> message, const std::string& code) {
    const Entered entered(program_);
    v8::Isolate* const isolate = env().isolate;
    const v8::TryCatch caught(isolate);
    v8::Local<v8::Value> value;
    if (!message->Read(env()).ToLocal(&value)) {
      return ToText(isolate, caught.Exception());
    }
    const v8::Local<v8::Context> context = isolate->GetCurrentContext();
    Define(context, context->Global(), "got", value);
    return ToText(isolate, Evaluate(code));
  }

  std::string Get(const std::string& code) {
    const Entered entered(program_);
    return ToText(env().isolate, Evaluate(code));
  }

  // All that no script has any more is gone.
  void Collect() { Get("got = undefined; gc(); gc()"); }

  std::string error;

 private:
  struct Entered {
    explicit Entered(TestProgram& program)
        : handles(program.runtime().isolate()),
          context(program.runtime().context()) {}
    const v8::HandleScope handles;
    const v8::Context::Scope context;
  };

  v8::Local<v8::Value> Evaluate(const std::string& code) {
    v8::Isolate* const isolate = env().isolate;
    return CompileScript(isolate, "test.js", code)
        .ToLocalChecked()
        ->Run(isolate->GetCurrentContext())
        .ToLocalChecked();
  }

  TestProgram program_;
};

void OnThread(const std::function<void()>& fn) { std::thread(fn).join(); }

constexpr uint64_t kBytes = 100000;
constexpr char kBuffer[] =
    "globalThis.b = new ArrayBuffer(100000);"
    "new Uint8Array(b).fill(7);"
    "({value: {b, text: 'x'}, transfer: [b]})";

TEST(MessageTest, ABufferMovesBetweenAllocatorsWithItsCharge) {
  Side sender("slab");
  const uint64_t before = sender.live();
  std::unique_ptr<Message> message = sender.Write(kBuffer);
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(sender.Get("b.detached"), "true");
  EXPECT_GE(message->size(), kBytes);
  EXPECT_GE(sender.live(), before + kBytes);
  OnThread([&] {
    Side receiver("malloc");
    const uint64_t start = receiver.live();
    EXPECT_EQ(receiver.Read(std::move(message),
                            "[got.text, got.b.byteLength,"
                            " new Uint8Array(got.b).every((x) => x === 7)]"),
              "x,100000,true");
    EXPECT_EQ(sender.live(), before);
    EXPECT_EQ(receiver.live(), start + kBytes);
    receiver.Collect();
    EXPECT_EQ(receiver.live(), start);
  });
  EXPECT_EQ(sender.live(), before);
  // Less than a buffer: the sources of its scripts.
  EXPECT_LT(sender.charged(), before + 1000);
}

TEST(MessageTest, ABufferThatComesBackIsTheSameMemory) {
  Side sender("slab");
  const uint64_t before = sender.live();
  std::unique_ptr<Message> message = sender.Write(kBuffer);
  ASSERT_NE(message, nullptr);
  OnThread([&] {
    Side receiver("freelist");
    EXPECT_EQ(receiver.Read(std::move(message), "got.b.byteLength"), "100000");
    message = receiver.Write("({value: got.b, transfer: [got.b]})");
    ASSERT_NE(message, nullptr);
    EXPECT_EQ(receiver.Get("got.b.detached"), "true");
    const std::unique_ptr<Message> dropped = receiver.Write(kBuffer);
    ASSERT_NE(dropped, nullptr);
  });
  // Its isolate is gone.
  EXPECT_EQ(sender.Read(std::move(message), "new Uint8Array(got)[99999]"), "7");
  EXPECT_EQ(sender.live(), before + kBytes);
  sender.Collect();
  EXPECT_EQ(sender.live(), before);
  // Less than a buffer: the sources of its scripts.
  EXPECT_LT(sender.charged(), before + 1000);
}

TEST(MessageTest, WhatNobodyReadsIsFreed) {
  std::unique_ptr<Message> message;
  std::shared_ptr<ArrayBufferAllocator> buffers;
  {
    Side sender;
    message = sender.Write(kBuffer);
    buffers = sender.env().buffers;
  }
  EXPECT_GE(buffers->account().live_bytes(), kBytes);
  message.reset();
  EXPECT_EQ(buffers->account().live_bytes(), 0u);
}

TEST(MessageTest, AReceiverWithoutRoomForATransferredBufferThrows) {
  Side sender;
  const uint64_t before = sender.live();
  std::unique_ptr<Message> message = sender.Write(kBuffer);
  OnThread([&] {
    Side receiver("slab", {.buffers = 65536});
    EXPECT_EQ(receiver.Read(std::move(message), "got"),
              "RangeError: a transferred ArrayBuffer needs 97.7 KiB more, but "
              "of the 64KiB that --buffer-limit allows 0 B are in use");
    EXPECT_EQ(receiver.live(), 0u);
    EXPECT_EQ(receiver.Get("new ArrayBuffer(60000).byteLength"), "60000");
  });
  EXPECT_EQ(sender.live(), before);
}

TEST(MessageTest, AReceiverWithoutRoomForAClonedBufferThrows) {
  Side sender;
  std::unique_ptr<Message> message =
      sender.Write("({value: [new Uint8Array(100000)], transfer: []})");
  OnThread([&] {
    Side receiver("slab", {.buffers = 65536});
    EXPECT_EQ(receiver.Read(std::move(message), "got"),
              "RangeError: a message needs 97.7 KiB more, but "
              "of the 64KiB that --buffer-limit allows 0 B are in use");
    EXPECT_EQ(receiver.live(), 0u);
  });
}

TEST(MessageTest, ASenderWithoutRoomForTheMessageThrowsAndKeepsAll) {
  Side sender("slab", {.buffers = 150000});
  EXPECT_EQ(sender.Write("globalThis.kept = new ArrayBuffer(10);"
                         "globalThis.big = new Uint8Array(100000);"
                         "({value: [big, kept], transfer: [kept]})"),
            nullptr);
  EXPECT_NE(sender.error.find("RangeError: a message needs"), std::string::npos)
      << sender.error;
  EXPECT_EQ(sender.Get("kept.detached"), "false");
  EXPECT_EQ(sender.live(), 100010u);
}

TEST(MessageTest, GarbageMakesRoomForAMessage) {
  Side sender("slab", {.buffers = 250000});
  EXPECT_NE(sender.Write("new Uint8Array(100000);"
                         "({value: new Uint8Array(100000), transfer: []})"),
            nullptr)
      << sender.error;
}

// What may send large buffers is looked at more closely; so it is done twice.
std::unique_ptr<Message> WriteTwice(Side& sender, const std::string& code) {
  EXPECT_NE(sender.Write(code), nullptr) << sender.error;
  return sender.Write(code);
}

TEST(MessageTest, ALargeBufferIsCopiedOnce) {
  // Room for the buffer and its clone, and not for a third.
  Side side("slab", {.buffers = 250000});
  for (const char* value : {"b", "new Uint8Array(b)", "{b, text: 'x'}",
                            "['x', new Float64Array(b)]", "{deep: {b}}"}) {
    const std::string code =
        "globalThis.got = 0; globalThis.b = new ArrayBuffer(100000); gc();"
        "({value: " +
        std::string(value) + ", transfer: []})";
    std::unique_ptr<Message> message = WriteTwice(side, code);
    ASSERT_NE(message, nullptr) << value << side.error;
    EXPECT_GE(message->size(), kBytes);
    EXPECT_LT(message->size(), kBytes + 1000);
    EXPECT_EQ(side.Read(std::move(message), "typeof got"), "object") << value;
  }
}

TEST(MessageTest, ACopyCountsForWhoHasIt) {
  Side sender;
  const uint64_t before = sender.live();
  std::unique_ptr<Message> message = sender.Write(
      "globalThis.b = new Uint8Array(100000).fill(7);"
      "({value: b, transfer: []})");
  ASSERT_NE(message, nullptr) << sender.error;
  EXPECT_EQ(sender.Get("b[0] = 8; b.length"), "100000");
  EXPECT_GE(sender.live(), before + 2 * kBytes);
  OnThread([&] {
    Side receiver("malloc");
    const uint64_t start = receiver.live();
    EXPECT_EQ(receiver.Read(std::move(message),
                            "[got.length, got.every((x) => x === 7)]"),
              "100000,true");
    EXPECT_EQ(receiver.live(), start + kBytes);
    EXPECT_EQ(sender.live(), before + kBytes);
  });
  EXPECT_EQ(sender.live(), before + kBytes);
  message = sender.Write("({value: b, transfer: []})");
  message.reset();
  EXPECT_EQ(sender.live(), before + kBytes);
}

TEST(MessageTest, ACopyIsOfTheMomentWhenItsTurnComes) {
  Side side;
  const std::string code =
      "globalThis.b = new Uint8Array(100000);"
      "({value: {get a() { b[0] = 1; return 0; }, b,"
      "          c: {get d() { b[1] = 2; return 0; }}}, transfer: []})";
  std::unique_ptr<Message> message = WriteTwice(side, code);
  ASSERT_NE(message, nullptr) << side.error;
  EXPECT_EQ(side.Read(std::move(message), "[...got.b.subarray(0, 2)]"), "1,0");
}

TEST(MessageTest, CopiesAndTransfersDontMix) {
  Side side;
  const std::string code =
      "const of = (n) => new Uint8Array(100000).fill(n);"
      "globalThis.all = [1, 2, 3, 4].map(of);"
      "({value: [all[0], all[1], all[2].subarray(5), all[2], all[3].buffer,"
      "          all[1].buffer],"
      "  transfer: [all[1].buffer, all[3].buffer]})";
  const std::string in_block = "{" + code + "}";
  std::unique_ptr<Message> message = WriteTwice(side, in_block);
  ASSERT_NE(message, nullptr) << side.error;
  EXPECT_EQ(side.Get("all.map((x) => x.length)"), "100000,0,100000,0");
  EXPECT_EQ(side.Read(std::move(message),
                      "[got[0][9], got[1][9], got[2][9], got[3][9],"
                      " new Uint8Array(got[4])[9], got[1].buffer === got[5],"
                      " got[2].buffer === got[3].buffer, got[2].byteOffset,"
                      " got.map((x) => x.byteLength)]"),
            "1,2,3,3,4,true,true,5,100000,100000,99995,100000,100000,100000");
}

TEST(MessageTest, WhatIsNoPlainBufferIsClonedAsEver) {
  Side side;
  std::unique_ptr<Message> message = WriteTwice(
      side,
      "globalThis.r = new ArrayBuffer(100000, {maxByteLength: 200000});"
      "globalThis.m = new WebAssembly.Memory({initial: 2});"
      "new Uint8Array(m.buffer)[70000] = 5;"
      "({value: {r, track: new Uint8Array(r), w: m.buffer,"
      "          s: new Uint8Array(new SharedArrayBuffer(100000))},"
      "  transfer: []})");
  ASSERT_NE(message, nullptr) << side.error;
  EXPECT_EQ(side.Read(std::move(message),
                      "got.r.resize(150000); [got.track.length,"
                      " new Uint8Array(got.w)[70000], got.w.byteLength,"
                      " got.s.buffer instanceof SharedArrayBuffer]"),
            "150000,5,131072,true");
  message = WriteTwice(side,
                       "globalThis.a = new Arena();"
                       "globalThis.v = a.alloc(100000).fill(6);"
                       "({value: {v, again: v}, transfer: []})");
  ASSERT_NE(message, nullptr) << side.error;
  EXPECT_EQ(side.Read(std::move(message),
                      "[got.v.every((x) => x === 6), got.v.buffer.byteLength,"
                      " got.v === got.again, v[0]]"),
            "true,100000,true,6");
  EXPECT_EQ(side.Write("const gone = new ArrayBuffer(100000);"
                       "structuredClone(gone, {transfer: [gone]});"
                       "({value: gone, transfer: []})"),
            nullptr);
  EXPECT_NE(side.error.find("DataCloneError"), std::string::npos) << side.error;
}

TEST(MessageTest, LookingForBuffersRunsNoScript) {
  Side side;
  std::unique_ptr<Message> message =
      WriteTwice(side,
                 "globalThis.ran = 0;"
                 "for (const name of ['value', 'get'])"
                 "  Object.prototype.__defineGetter__(name, () => ran++);"
                 "globalThis.calls = [];"
                 "globalThis.watched = {get a() { calls.push('a'); return 1; },"
                 "                 b: new ArrayBuffer(100000)};"
                 "({value: watched, transfer: []})");
  EXPECT_EQ(side.Get("[ran, calls]"), "0,a");
}

TEST(MessageTest, SharedMemoryIsShared) {
  Side sender;
  std::unique_ptr<Message> message = sender.Write(
      "globalThis.s = new Int32Array(new SharedArrayBuffer(16));"
      "globalThis.m = new WebAssembly.Memory("
      "    {initial: 1, maximum: 3, shared: true});"
      "({value: {s, m, again: s.buffer}, transfer: []})");
  ASSERT_NE(message, nullptr) << sender.error;
  OnThread([&] {
    Side receiver("malloc");
    EXPECT_EQ(
        receiver.Read(std::move(message),
                      "got.s[1] = 5; new Uint8Array(got.m.buffer)[3] = 6;"
                      "got.m.grow(1);"
                      "[got.s.buffer === got.again, got.m.buffer.byteLength]"),
        "true,131072");
  });
  EXPECT_EQ(sender.Get("[s[1], new Uint8Array(m.buffer)[3],"
                       " m.buffer.byteLength]"),
            "5,6,131072");
}

TEST(MessageTest, AWebAssemblyModuleIsCompiledOnce) {
  Side sender;
  // (module (func (export "f") (result i32) i32.const 42))
  std::unique_ptr<Message> message = sender.Write(
      "({value: new WebAssembly.Module(new Uint8Array("
      "[0,97,115,109,1,0,0,0,1,5,1,96,0,1,127,3,2,1,0,7,5,1,1,102,0,0,"
      "10,6,1,4,0,65,42,11])), transfer: []})");
  ASSERT_NE(message, nullptr) << sender.error;
  OnThread([&] {
    Side receiver;
    EXPECT_EQ(receiver.Read(std::move(message),
                            "new WebAssembly.Instance(got).exports.f()"),
              "42");
  });
}

TEST(MessageTest, AnErrorKeepsWhatItSays) {
  Side sender;
  std::unique_ptr<Message> message = sender.Write(
      "globalThis.e = new RangeError('big', {cause: new TypeError('small')});"
      "({value: e, transfer: []})");
  ASSERT_NE(message, nullptr) << sender.error;
  const std::string stack = sender.Get("e.stack");
  OnThread([&] {
    Side receiver;
    EXPECT_EQ(receiver.Read(std::move(message),
                            "[got instanceof RangeError, got.message,"
                            " got.cause instanceof TypeError,"
                            " got.cause.message]"),
              "true,big,true,small");
    EXPECT_EQ(receiver.Get("got.stack"), stack);
  });
}

TEST(MessageTest, ViewsOfArenasAndRecordsBringTheirOwnBytes) {
  Side sender;
  std::unique_ptr<Message> message = sender.Write(
      "globalThis.a = new Arena(); a.alloc(50).fill(9);"
      "globalThis.v = a.copy(new Uint8Array([1, 2, 3]));"
      "({value: v, transfer: []})");
  ASSERT_NE(message, nullptr) << sender.error;
  OnThread([&] {
    Side receiver;
    EXPECT_EQ(
        receiver.Read(std::move(message), "[...got, got.buffer.byteLength]"),
        "1,2,3,3");
  });
  EXPECT_EQ(sender.Write("({value: 1, transfer: [new ArrayBuffer(1),"
                         " v.buffer]})"),
            nullptr);
  EXPECT_NE(sender.error.find("the chunk of an arena"), std::string::npos)
      << sender.error;
}

}  // namespace
}  // namespace jshost
