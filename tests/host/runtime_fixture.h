// A V8 for all tests of the process, and a runtime for each.

#ifndef TESTS_HOST_RUNTIME_FIXTURE_H_
#define TESTS_HOST_RUNTIME_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "allocator/registry.h"
#include "host/globals/values.h"
#include "host/runtime/runtime.h"
#include "host/runtime/v8_flags.h"
#include "host/runtime/v8_process.h"
#include "host/v8_memory/gc_policy.h"

namespace jshost {

// Never ended: V8 can't be initialized again.
inline V8Process& Process() {
  static V8Process* const process = [] {
    std::string error;
    const std::string policy = GcPolicyFlags(GcPolicy::kAdaptive, true);
    EXPECT_TRUE(SetV8Flags(kBaseV8Flags + policy + " --expose-gc", &error))
        << error;
    return new V8Process([] {});
  }();
  return *process;
}

// One program and what became of it.
class TestProgram final : public RuntimeObserver {
 public:
  explicit TestProgram(Limits limits = {}, bool use_snapshot = true,
                       const char* allocator = "slab",
                       std::shared_ptr<jsheap::Budget> family = nullptr,
                       GcPolicy gc_policy = GcPolicy::kAdaptive) {
    std::string error;
    RuntimeOptions options{.limits = limits,
                           .heap = jsheap::MakeAllocator(allocator, &error),
                           .gc_policy = gc_policy,
                           .family_budget = std::move(family),
                           .script_args = {},
                           .out = &out_,
                           .err = &err_,
                           .use_snapshot = use_snapshot};
    runtime_ = Runtime::Create(&Process().platform(), std::move(options), this,
                               &error);
    EXPECT_NE(runtime_, nullptr) << error;
  }

  Ending::Kind Run(const std::string& code,
                   Program::Kind kind = Program::Kind::kDetect) {
    runtime_->Start({.name = "test.js",
                     .path = "/test.js",
                     .text = code,
                     .kind = kind,
                     .print_result = false});
    return runtime_->RunToEnd().kind;
  }

  Runtime& runtime() { return *runtime_; }
  const std::string& uncaught() const { return uncaught_; }
  bool in_promise() const { return in_promise_; }
  const std::optional<HeapLimitGuard::Hit>& heap_limit() const { return hit_; }
  const std::string& buffer_limit() const { return buffer_limit_; }

  void OnUncaught(v8::Local<v8::Context>, v8::Local<v8::Message> message,
                  v8::Local<v8::Value>, bool in_promise) override {
    uncaught_ = ToText(runtime_->isolate(), message->Get());
    in_promise_ = in_promise;
  }
  void OnHeapLimit(const HeapLimitGuard::Hit& hit) override { hit_ = hit; }
  void OnBufferLimit(const ArrayBufferAllocator&, const std::string& where,
                     const std::string&) override {
    buffer_limit_ = where;
  }
  void OnUnsettledAwait(const std::string&) override {}
  void OnOutputFailed(int) override {}

 private:
  FileOutput out_{1};
  FileOutput err_{2};
  std::string uncaught_;
  std::string buffer_limit_;
  bool in_promise_ = false;
  std::optional<HeapLimitGuard::Hit> hit_;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace jshost

#endif  // TESTS_HOST_RUNTIME_FIXTURE_H_
