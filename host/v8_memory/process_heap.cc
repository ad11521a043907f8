#include "host/v8_memory/process_heap.h"

#include <utility>

#include "allocator/budget/account.h"
#include "allocator/operator_new/operator_new.h"
#include "allocator/reclaimer/reclaimer.h"
#include "allocator/registry.h"

namespace jshost {
namespace {

jsheap::Reclaimable* ReclaimableOf(jsheap::Allocator* heap) {
  return heap != nullptr ? heap->reclaimable() : nullptr;
}

bool IsMalloc(const std::string& allocator) {
  return allocator.substr(0, allocator.find(':')) == "malloc";
}

}  // namespace

std::unique_ptr<ProcessHeap> ProcessHeap::Make(const std::string& allocator,
                                               const std::string& reclaimer,
                                               std::string* error) {
  // Nothing in this process closes files that it didn't open.
  jsheap::TrustDescriptors();
  jsheap::Account::Prepare();
  jsheap::ReclaimerOptions options;
  if (!jsheap::ParseReclaimer(reclaimer, &options, error)) {
    *error = "--reclaimer: " + *error;
    return nullptr;
  }
  std::shared_ptr<jsheap::Allocator> buffers =
      jsheap::MakeAllocator(allocator, error);
  if (buffers == nullptr ||
      (!IsMalloc(allocator) && !jsheap::StartOperatorNewHeap(error))) {
    *error = "--allocator: " + *error;
    return nullptr;
  }
  std::unique_ptr<ProcessHeap> heap(new ProcessHeap(std::move(buffers)));
  // Which the allocator's own covers unless it is apart.
  heap->arenas_ = jsheap::ArenaHeap::For(heap->buffers_);
  heap->reclaimer_ = std::make_unique<jsheap::Reclaimer>(
      std::initializer_list<jsheap::Reclaimable*>{
          ReclaimableOf(heap->buffers_.get()),
          ReclaimableOf(jsheap::OperatorNewHeap()),
          heap->arenas_->is_apart() ? &heap->arenas_->pages() : nullptr},
      options);
  return heap;
}

ProcessHeap::ProcessHeap(std::shared_ptr<jsheap::Allocator> buffers)
    : buffers_(std::move(buffers)) {}

ProcessHeap::~ProcessHeap() = default;

void ProcessHeap::OnTaskDone() {
  buffers_->FlushThread();
  if (jsheap::Allocator* native = jsheap::OperatorNewHeap())
    native->FlushThread();
}

void ProcessHeap::OnThreadIdle() {
  buffers_->IdleThread();
  if (jsheap::Allocator* native = jsheap::OperatorNewHeap())
    native->IdleThread();
}

}  // namespace jshost
