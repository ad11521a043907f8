#include "host/v8_memory/transferred_store.h"

#include <mutex>
#include <unordered_map>
#include <utility>

namespace jshost {
namespace {

// A block that is not with the isolate that made it. Whoever has the only
// buffer over it, or has taken it from there, may change it.
struct Moved {
  std::shared_ptr<v8::BackingStore> original;
  std::shared_ptr<ArrayBufferAllocator> maker;
  std::shared_ptr<ArrayBufferAllocator> owner;  // who is charged
  const v8::BackingStore* stand_in = nullptr;
};

// All of the process that live, by the store that stands for it: V8 can't tell
// where a store comes from.
class MovedStores {
 public:
  static MovedStores& Get() {
    static auto* const stores = new MovedStores;
    return *stores;
  }

  Moved* Find(const v8::BackingStore* store) {
    const std::lock_guard lock(mutex_);
    const auto found = stores_.find(store);
    return found == stores_.end() ? nullptr : found->second;
  }
  void Add(Moved* moved) {
    const std::lock_guard lock(mutex_);
    stores_.emplace(moved->stand_in, moved);
  }
  void Remove(const Moved* moved) {
    const std::lock_guard lock(mutex_);
    stores_.erase(moved->stand_in);
  }

 private:
  std::mutex mutex_;
  std::unordered_map<const v8::BackingStore*, Moved*> stores_;
};

// The last buffer over the block is gone: on any thread.
void EndMoved(void*, size_t bytes, void* data) {
  const std::unique_ptr<Moved> moved(static_cast<Moved*>(data));
  MovedStores::Get().Remove(moved.get());
  moved->owner->Disown(bytes);
  // Who is about to free it, and gives the charge back then.
  moved->maker->TakeBack(bytes);
}

// Whether the allocator that it came from is charged for just this block.
bool IsPaidByMaker(const v8::BackingStore& store,
                   const ArrayBufferAllocator& sender) {
  return store.ByteLength() != 0 && !store.IsResizableByUserJavaScript() &&
         !sender.arena_heap()->Owns(store.Data());
}

}  // namespace

TransferredStore::TransferredStore(std::shared_ptr<v8::BackingStore> store,
                                   std::shared_ptr<ArrayBufferAllocator> sender)
    : store_(std::move(store)), sender_(std::move(sender)) {}

std::shared_ptr<v8::BackingStore> TransferredStore::TakeFor(
    const std::shared_ptr<ArrayBufferAllocator>& receiver) {
  if (receiver == sender_) return std::move(store_);
  const size_t bytes = store_->ByteLength();
  Moved* moved = MovedStores::Get().Find(store_.get());
  if (moved == nullptr && !IsPaidByMaker(*store_, *sender_)) {
    return std::move(store_);
  }
  // In this order, since one budget may be above both.
  sender_->Disown(bytes);
  if (!receiver->Adopt(bytes)) {
    sender_->TakeBack(bytes);
    return nullptr;
  }
  if (moved != nullptr) {
    moved->owner = receiver;
    return std::move(store_);
  }
  void* const block = store_->Data();
  moved = new Moved{std::move(store_), std::move(sender_), receiver};
  std::shared_ptr<v8::BackingStore> stand_in =
      v8::ArrayBuffer::NewBackingStore(block, bytes, EndMoved, moved);
  moved->stand_in = stand_in.get();
  MovedStores::Get().Add(moved);
  return stand_in;
}

}  // namespace jshost
