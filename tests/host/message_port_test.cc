// Message ports between isolates on different threads.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "host/globals/message_pipe.h"
#include "host/globals/platform_objects.h"
#include "tests/host/runtime_fixture.h"

namespace jshost {
namespace {

// An isolate whose global `port` is one end of a pipe.
class PortProgram {
 public:
  explicit PortProgram(std::unique_ptr<PipeEnd> end,
                       const char* allocator = "slab", Limits limits = {})
      : program_(limits, true, allocator) {
    v8::Isolate* const isolate = program_.runtime().isolate();
    const v8::HandleScope handles(isolate);
    const v8::Local<v8::Context> context = program_.runtime().context();
    const v8::Context::Scope entered(context);
    Define(context, context->Global(), "port",
           MakePort(env(), std::move(end)).ToLocalChecked());
  }

  Environment& env() { return Environment::For(program_.runtime().isolate()); }
  uint64_t live() { return env().buffers->account().live_bytes(); }
  // Until nothing is left to wait for; what was uncaught, or nothing.
  std::string Run(const std::string& code) {
    program_.Run(code);
    return program_.uncaught();
  }

 private:
  TestProgram program_;
};

// Runs both programs, the second on a thread of its own, until both end.
void RunBoth(const std::string& one, const std::string& other,
             const char* allocator = "slab") {
  auto [end, other_end] = PipeEnd::Make();
  std::thread thread([&other, allocator, end = std::move(other_end)]() mutable {
    PortProgram program(std::move(end), allocator);
    EXPECT_EQ(program.Run(other), "");
  });
  PortProgram program(std::move(end));
  EXPECT_EQ(program.Run(one), "");
  thread.join();
}

TEST(MessagePortTest, TheProgramsEndWhenOneCloses) {
  RunBoth(
      "let sum = 0;"
      "port.onmessage = ({data}) => { sum += data; port.postMessage(data); };"
      "port.onclose = () => { if (sum !== 499500) throw new Error(sum); };",
      "for (let i = 0; i < 1000; i++) port.postMessage(i);"
      "let next = 0;"
      "port.onmessage = ({data}) => {"
      "  if (data !== next++) throw new Error(`${data} came after ${next}`);"
      "  if (next === 1000) port.close();"
      "};");
}

TEST(MessagePortTest, BuffersGoToAndFroBetweenAllocators) {
  RunBoth(
      "port.onmessage = ({data}) => {"
      "  if (data[5] !== data.length % 256) throw new Error('bytes');"
      "  port.postMessage(data, [data.buffer]);"
      "};"
      "port.onclose = () => {"
      "  gc(); gc();"
      "  if (heap.stats().liveBytes > 200_000) throw new Error('leak');"
      "};",
      "let left = 2000;"
      "const send = () => {"
      "  const bytes = new Uint8Array(60_000 + left).fill((60_000 + left) % "
      "256);"
      "  port.postMessage(bytes, [bytes.buffer]);"
      "  if (bytes.length !== 0) throw new Error('not taken');"
      "};"
      "for (let i = 0; i < 8; i++) send();"
      "port.onmessage = ({data}) => {"
      "  if (data[5] !== data.length % 256) throw new Error('bytes');"
      "  if (--left === 0) port.close(); else send();"
      "};",
      "freelist");
}

TEST(MessagePortTest, APortMovesOn) {
  RunBoth(
      "const {port1, port2} = new MessageChannel();"
      "port2.postMessage('early');"
      "port.postMessage(port1, [port1]);"
      "port2.onmessage = ({data}) => {"
      "  if (data !== 'answer to early') throw new Error(data);"
      "  port2.close();"
      "};",
      "port.onmessage = ({data, ports}) => {"
      "  if (data !== ports[0]) throw new Error('ports');"
      "  ports[0].onmessage = ({data}) => ports[0].postMessage('answer to ' + "
      "data);"
      "  ports[0].onclose = () => port.close();"
      "};");
}

TEST(MessagePortTest, AnIsolateThatEndsClosesItsPorts) {
  auto [end, other_end] = PipeEnd::Make();
  std::thread thread([end = std::move(other_end)]() mutable {
    PortProgram program(std::move(end));
    EXPECT_EQ(program.Run("port.onmessage = () => quit(3);"
                          "port.postMessage('ready');"),
              "");
  });
  PortProgram program(std::move(end));
  EXPECT_EQ(program.Run("port.onmessage = () => port.postMessage('go');"
                        "port.onclose = () => { globalThis.closed = true; };"),
            "");
  thread.join();
  EXPECT_EQ(program.Run("if (!closed) throw new Error('still open');"
                        "port.postMessage(new ArrayBuffer(100_000));"),
            "");
  EXPECT_EQ(program.Run("gc(); gc()"), "");
  EXPECT_LT(program.live(), 100000u);
}

TEST(MessagePortTest, WhatNobodyTakesIsFreedWithThePort) {
  auto [end, other_end] = PipeEnd::Make();
  PortProgram program(std::move(end));
  const uint64_t before = program.live();
  EXPECT_EQ(program.Run("for (let i = 0; i < 10; i++) {"
                        "  const b = new ArrayBuffer(10_000);"
                        "  port.postMessage(b, [b]);"
                        "}"),
            "");
  EXPECT_GE(program.live(), before + 100000);
  other_end.reset();
  EXPECT_EQ(program.live(), before);
}

TEST(MessagePortTest, MessagesThatPileUpMeetTheLimit) {
  auto [end, other_end] = PipeEnd::Make();
  PortProgram program(std::move(end), "slab", {.buffers = 1 << 20});
  EXPECT_EQ(program.Run("let posted = 0, error;"
                        "try {"
                        "  for (;;) {"
                        "    port.postMessage(new Uint8Array(10_000));"
                        "    posted++;"
                        "  }"
                        "} catch (e) { error = e; }"
                        "if (error.code !== 'ERR_MEMORY_LIMIT') throw error;"
                        "if (posted < 80) throw new Error(posted);"),
            "");
}

TEST(MessagePortTest, AReceiverWithoutMemoryHearsOfIt) {
  auto [end, other_end] = PipeEnd::Make();
  std::thread thread([end = std::move(other_end)]() mutable {
    PortProgram program(std::move(end), "slab", {.buffers = 1 << 20});
    EXPECT_EQ(
        program.Run(
            "let errors = [], got = [];"
            "port.onmessageerror = ({data}) => errors.push(data);"
            "port.onmessage = ({data}) => got.push(data.byteLength ?? data);"
            "port.onclose = () => {"
            "  if (errors.length !== 2 || String(got) !== '1000,last')"
            "    throw new Error(`${errors}; ${got}`);"
            "  for (const error of errors)"
            "    if (error.code !== 'ERR_MEMORY_LIMIT') throw error;"
            "};"),
        "");
  });
  PortProgram program(std::move(end));
  EXPECT_EQ(program.Run("const moved = new ArrayBuffer(2_000_000);"
                        "port.postMessage(moved, [moved]);"
                        "port.postMessage(new ArrayBuffer(2_000_000));"
                        "port.postMessage(new ArrayBuffer(1000));"
                        "port.postMessage('last');"
                        "port.close();"),
            "");
  thread.join();
  EXPECT_EQ(program.Run("gc(); gc()"), "");
  EXPECT_LT(program.live(), 1000000u);
}

TEST(MessagePortTest, APortThatArrivesNowhereIsClosed) {
  auto [end, other_end] = PipeEnd::Make();
  PortProgram program(std::move(other_end));
  // Before or after the port was sent.
  std::thread thread([end = std::move(end)]() mutable { end.reset(); });
  EXPECT_EQ(program.Run("const {port1, port2} = new MessageChannel();"
                        "port1.onclose = () => { globalThis.done = true; };"
                        "port1.start();"
                        "port.postMessage(0, [port2]);"),
            "");
  thread.join();
  EXPECT_EQ(program.Run("if (!done) throw new Error('never closed')"), "");
}

}  // namespace
}  // namespace jshost
