#include "host/runtime/lone_job.h"

#include <optional>
#include <utility>

namespace jshost {
namespace {

class LoneDelegate final : public v8::JobDelegate {
 public:
  bool ShouldYield() override { return false; }
  void NotifyConcurrencyIncrease() override {}
  uint8_t GetTaskId() override { return 0; }
  bool IsJoiningThread() const override { return true; }
};

}  // namespace

LoneJob::LoneJob(LoneCollection* collection, v8::TaskPriority priority,
                 std::unique_ptr<v8::JobTask> task, Create create)
    : collection_(collection),
      is_blocking_(priority == v8::TaskPriority::kUserBlocking),
      task_(std::move(task)),
      create_(std::move(create)) {}

LoneJob::~LoneJob() = default;

void LoneJob::NotifyConcurrencyIncrease() {
  if (task_ != nullptr) {
    if (is_blocking_ && collection_->is_scavenge()) return;
    shared_ = create_(std::move(task_));
  }
  if (shared_ != nullptr) shared_->NotifyConcurrencyIncrease();
}

void LoneJob::Join() {
  if (shared_ != nullptr) return shared_->Join();
  // What isn't urgent and yet joined within a collection frees buffers.
  std::optional<LoneCollection::Freeing> freeing;
  if (!is_blocking_) freeing.emplace(collection_);
  LoneDelegate delegate;
  while (task_->GetMaxConcurrency(0) != 0) task_->Run(&delegate);
  task_.reset();
}

void LoneJob::Cancel() {
  if (shared_ != nullptr) return shared_->Cancel();
  task_.reset();
}

void LoneJob::CancelAndDetach() {
  if (shared_ != nullptr) return shared_->CancelAndDetach();
  task_.reset();
}

bool LoneJob::IsActive() {
  if (shared_ != nullptr) return shared_->IsActive();
  return task_ != nullptr && task_->GetMaxConcurrency(0) != 0;
}

bool LoneJob::IsValid() {
  return shared_ != nullptr ? shared_->IsValid() : task_ != nullptr;
}

bool LoneJob::UpdatePriorityEnabled() const {
  return shared_ != nullptr && shared_->UpdatePriorityEnabled();
}

void LoneJob::UpdatePriority(v8::TaskPriority priority) {
  if (shared_ != nullptr) shared_->UpdatePriority(priority);
}

}  // namespace jshost
