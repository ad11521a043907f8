#include "host/runtime/isolate_threads.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "allocator/registry.h"
#include "host/globals/files.h"

namespace jshost {
namespace {

constexpr std::chrono::milliseconds kPatience{2000};

}  // namespace

class IsolateThreads::EndTask final : public v8::Task {
 public:
  EndTask(IsolateThreads* isolates, Id id, IsolateResult result)
      : isolates_(isolates), id_(id), result_(std::move(result)) {}
  void Run() override { isolates_->OnEnd(id_, std::move(result_)); }

 private:
  IsolateThreads* const isolates_;
  const Id id_;
  IsolateResult result_;
};

IsolateThreads::IsolateThreads(FamilyOptions family,
                               std::shared_ptr<ForegroundTasks> tasks)
    : family_(std::move(family)), tasks_(std::move(tasks)) {}

IsolateThreads::~IsolateThreads() = default;

IsolateHandle* IsolateThreads::Start(IsolateOptions options,
                                     std::unique_ptr<IsolateEvents> events,
                                     std::string* error) {
  // Said now, not when it has started.
  v8::ResourceConstraints ignored;
  if (!ApplyLimits(options.limits, &ignored, error)) return nullptr;
  std::shared_ptr<jsheap::Allocator> heap = family_.heap;
  if (!options.allocator.empty()) {
    heap = jsheap::MakeAllocator(options.allocator, error);
    if (heap == nullptr) {
      *error = "allocator: " + *error;
      return nullptr;
    }
  }
  const Id id = ++last_id_;
  auto thread = std::make_unique<IsolateThread>(
      &family_, std::move(options), std::move(heap),
      [this, id, tasks = tasks_](IsolateResult result) {
        tasks->PostTask(std::make_unique<EndTask>(this, id, std::move(result)));
      });
  if (!thread->Begin()) {
    *error = fmt::format("cannot start a thread: {}", ErrorText(errno));
    return nullptr;
  }
  Entry& entry = isolates_[id];
  entry.thread = std::move(thread);
  entry.events = std::move(events);
  return entry.thread.get();
}

void IsolateThreads::OnEnd(Id id, IsolateResult result) {
  auto node = isolates_.extract(id);
  if (node.empty()) return;
  node.mapped().thread->Join();
  node.mapped().events->OnEnd(std::move(result));
}

void IsolateThreads::EndAll(bool may_leave) {
  for (auto& [id, entry] : isolates_) entry.thread->Terminate();
  for (auto& [id, entry] : isolates_) {
    if (!may_leave) {
      entry.thread->Join();
    } else if (!entry.thread->JoinWithin(kPatience)) {
      static_cast<void>(entry.thread.release());
    }
  }
  isolates_.clear();
}

}  // namespace jshost
