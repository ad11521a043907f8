// An allocator that passes everything on, for others to spoil or to add to.

#ifndef TESTS_ALLOCATOR_MODEL_FORWARDING_H_
#define TESTS_ALLOCATOR_MODEL_FORWARDING_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "allocator/allocator.h"

namespace jsheap {

class Forwarding : public Allocator {
 public:
  explicit Forwarding(std::unique_ptr<Allocator> heap)
      : heap_(std::move(heap)) {}

  void* Allocate(size_t bytes) override { return heap_->Allocate(bytes); }
  void* AllocateZeroed(size_t bytes) override {
    return heap_->AllocateZeroed(bytes);
  }
  void Free(void* block, size_t bytes) override { heap_->Free(block, bytes); }
  size_t UsableSize(const void* block) const override {
    return heap_->UsableSize(block);
  }
  void FlushThread() override { heap_->FlushThread(); }
  void IdleThread() override { heap_->IdleThread(); }
  Reclaimable* reclaimable() override { return heap_->reclaimable(); }
  const Inspectable* inspectable() const override {
    return heap_->inspectable();
  }
  AllocatorStats Stats(bool detail) const override {
    return heap_->Stats(detail);
  }
  using Allocator::Stats;

 private:
  const std::unique_ptr<Allocator> heap_;
};

}  // namespace jsheap

#endif  // TESTS_ALLOCATOR_MODEL_FORWARDING_H_
