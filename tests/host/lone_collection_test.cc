#include "host/v8_memory/lone_collection.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "host/runtime/lone_job.h"
#include "tests/host/runtime_fixture.h"

namespace jshost {
namespace {

// Whether the first collection while `code` runs is kept to this thread.
struct Seen {
  int collections = 0;
  bool is_alone = false;
};

Seen Collect(const std::string& code, GcPolicy policy = GcPolicy::kAdaptive) {
  TestProgram program({}, true, "slab", nullptr, policy);
  Seen seen;
  const auto look = [](v8::Isolate*, v8::GCType, v8::GCCallbackFlags,
                       void* data) {
    auto* const first = static_cast<Seen*>(data);
    if (first->collections++ != 0) return;
    first->is_alone = LoneCollection::Current() != nullptr;
  };
  v8::Isolate* const isolate = program.runtime().isolate();
  isolate->AddGCPrologueCallback(look, &seen, v8::kGCTypeAll);
  EXPECT_EQ(program.Run(code), Ending::Kind::kFinished) << program.uncaught();
  isolate->RemoveGCPrologueCallback(look, &seen);
  EXPECT_EQ(LoneCollection::Current(), nullptr);
  return seen;
}

std::string Drop(int count, const char* kind) {
  return "for (let i = 0; i < " + std::to_string(count) +
         "; i++) new Uint8Array(128); isolate.gc('" + kind + "');";
}

TEST(LoneCollectionTest, FewBuffersAreNoWorkForOthers) {
  for (const char* kind : {"minor", "major"}) {
    const Seen seen = Collect(Drop(100, kind));
    EXPECT_GT(seen.collections, 0);
    EXPECT_TRUE(seen.is_alone) << kind;
  }
}

TEST(LoneCollectionTest, ManyAre) {
  for (const char* kind : {"minor", "major"}) {
    const Seen seen = Collect(Drop(2000, kind));
    EXPECT_GT(seen.collections, 0);
    EXPECT_FALSE(seen.is_alone) << kind;
  }
}

TEST(LoneCollectionTest, V8sPolicyIsV8s) {
  const Seen seen = Collect(Drop(100, "minor"), GcPolicy::kV8);
  EXPECT_GT(seen.collections, 0);
  EXPECT_FALSE(seen.is_alone);
}

TEST(LoneCollectionTest, BuffersAreFreedBeforeItEnds) {
  for (const char* kind : {"minor", "major"}) {
    TestProgram program;
    EXPECT_EQ(program.Run("const kind = '" + std::string(kind) + R"(';
      const before = isolate.memory().arrayBuffers;
      (() => { for (let i = 0; i < 100; i++) new Uint8Array(65536); })();
      isolate.gc(kind);
      const left = isolate.memory().arrayBuffers - before;
      if (left > 2 * 65536) throw new Error(`${left} bytes are left`);
    )"),
              Ending::Kind::kFinished)
        << program.uncaught();
  }
}

// Does `left` pieces of work, and tells who did them.
class Work final : public v8::JobTask {
 public:
  Work(int left, std::vector<std::thread::id>* workers)
      : left_(left), workers_(workers) {}
  void Run(v8::JobDelegate* delegate) override {
    EXPECT_TRUE(delegate->IsJoiningThread());
    EXPECT_FALSE(delegate->ShouldYield());
    workers_->push_back(std::this_thread::get_id());
    --left_;
  }
  size_t GetMaxConcurrency(size_t workers) const override {
    return workers + static_cast<size_t>(left_);
  }

 private:
  int left_;
  std::vector<std::thread::id>* const workers_;
};

// Stands for a platform's.
class SharedJob final : public v8::JobHandle {
 public:
  explicit SharedJob(int* notices) : notices_(notices) {}
  void NotifyConcurrencyIncrease() override { ++*notices_; }
  void Join() override {}
  void Cancel() override {}
  void CancelAndDetach() override {}
  bool IsActive() override { return true; }
  bool IsValid() override { return true; }

 private:
  int* const notices_;
};

class LoneJobTest : public testing::Test {
 protected:
  LoneJob Make(v8::TaskPriority priority, int pieces) {
    return LoneJob(&lone_, priority, std::make_unique<Work>(pieces, &workers_),
                   [this](std::unique_ptr<v8::JobTask>) {
                     return std::make_unique<SharedJob>(&notices_);
                   });
  }

  TestProgram program_;
  LoneCollection lone_{program_.runtime().isolate(),
                       program_.runtime().environment().buffers.get()};
  std::vector<std::thread::id> workers_;
  int notices_ = 0;
};

TEST_F(LoneJobTest, WhoeverJoinsItDoesIt) {
  LoneJob job = Make(v8::TaskPriority::kUserVisible, 3);
  EXPECT_TRUE(job.IsValid());
  EXPECT_TRUE(job.IsActive());
  job.Join();
  EXPECT_EQ(workers_, std::vector(3, std::this_thread::get_id()));
  EXPECT_FALSE(job.IsValid());
  EXPECT_FALSE(job.IsActive());
  EXPECT_EQ(notices_, 0);
}

TEST_F(LoneJobTest, WhatIsNotOnlyJoinedGetsThreads) {
  LoneJob job = Make(v8::TaskPriority::kUserVisible, 3);
  job.NotifyConcurrencyIncrease();
  EXPECT_EQ(notices_, 1);
  job.NotifyConcurrencyIncrease();
  EXPECT_EQ(notices_, 2);
  EXPECT_TRUE(job.IsValid());
  job.Join();
  EXPECT_TRUE(workers_.empty());
}

TEST_F(LoneJobTest, ACancelledOneIsOver) {
  LoneJob job = Make(v8::TaskPriority::kUserVisible, 3);
  job.Cancel();
  job.NotifyConcurrencyIncrease();
  EXPECT_FALSE(job.IsValid());
  EXPECT_FALSE(job.IsActive());
  EXPECT_EQ(notices_, 0);
  EXPECT_TRUE(workers_.empty());
}

}  // namespace
}  // namespace jshost
