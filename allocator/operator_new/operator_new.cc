#include "allocator/operator_new/operator_new.h"

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include "allocator/backends/slab/slab_allocator.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define JSHEAP_SANITIZED 1
#endif
#endif

namespace jsheap {
namespace {

// Never destroyed: objects are deleted until the process is gone.
constinit slab::SlabAllocator* g_heap = nullptr;

}  // namespace

bool StartOperatorNewHeap(std::string* error) {
#ifdef JSHEAP_SANITIZED
  (void)error;
#else
  // Nobody asks for zeroes here.
  auto heap = slab::SlabAllocator::Make({.track_zero = false}, error);
  if (heap == nullptr) return false;
  heap->set_name("slab");
  g_heap = heap.release();
#endif
  return true;
}

Allocator* OperatorNewHeap() { return g_heap; }

#ifndef JSHEAP_SANITIZED

namespace {

void* AllocateOrNull(size_t bytes) {
  if (g_heap != nullptr) [[likely]]
    return g_heap->Allocate(bytes);
  return std::malloc(bytes != 0 ? bytes : 1);
}

void* AllocateOrNull(size_t bytes, std::align_val_t alignment) {
  const size_t align = static_cast<size_t>(alignment);
  if (g_heap != nullptr && align <= kPageBytes) {
    return g_heap->AllocateAligned(bytes, align);
  }
  return std::aligned_alloc(align, (bytes + align - 1) / align * align);
}

// As the standard says: as long as there is a handler, it may free memory.
template <typename... Alignment>
void* Allocate(size_t bytes, Alignment... alignment) {
  for (;;) {
    void* block = AllocateOrNull(bytes, alignment...);
    if (block != nullptr) [[likely]]
      return block;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

template <typename... Alignment>
void* AllocateNothrow(size_t bytes, Alignment... alignment) noexcept {
  try {
    return Allocate(bytes, alignment...);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void Delete(void* block) {
  if (g_heap != nullptr && g_heap->Owns(block)) [[likely]] {
    g_heap->FreeUnsized(block);
  } else {
    std::free(block);
  }
}

}  // namespace

#endif

}  // namespace jsheap

#ifndef JSHEAP_SANITIZED

void* operator new(size_t n) { return jsheap::Allocate(n); }
void* operator new[](size_t n) { return jsheap::Allocate(n); }
void* operator new(size_t n, std::align_val_t a) {
  return jsheap::Allocate(n, a);
}
void* operator new[](size_t n, std::align_val_t a) {
  return jsheap::Allocate(n, a);
}
void* operator new(size_t n, const std::nothrow_t&) noexcept {
  return jsheap::AllocateNothrow(n);
}
void* operator new[](size_t n, const std::nothrow_t&) noexcept {
  return jsheap::AllocateNothrow(n);
}
void* operator new(size_t n, std::align_val_t a,
                   const std::nothrow_t&) noexcept {
  return jsheap::AllocateNothrow(n, a);
}
void* operator new[](size_t n, std::align_val_t a,
                     const std::nothrow_t&) noexcept {
  return jsheap::AllocateNothrow(n, a);
}

void operator delete(void* p) noexcept { jsheap::Delete(p); }
void operator delete[](void* p) noexcept { jsheap::Delete(p); }
void operator delete(void* p, size_t) noexcept { jsheap::Delete(p); }
void operator delete[](void* p, size_t) noexcept { jsheap::Delete(p); }
void operator delete(void* p, std::align_val_t) noexcept { jsheap::Delete(p); }
void operator delete[](void* p, std::align_val_t) noexcept {
  jsheap::Delete(p);
}
void operator delete(void* p, size_t, std::align_val_t) noexcept {
  jsheap::Delete(p);
}
void operator delete[](void* p, size_t, std::align_val_t) noexcept {
  jsheap::Delete(p);
}
void operator delete(void* p, const std::nothrow_t&) noexcept {
  jsheap::Delete(p);
}
void operator delete[](void* p, const std::nothrow_t&) noexcept {
  jsheap::Delete(p);
}
void operator delete(void* p, std::align_val_t,
                     const std::nothrow_t&) noexcept {
  jsheap::Delete(p);
}
void operator delete[](void* p, std::align_val_t,
                       const std::nothrow_t&) noexcept {
  jsheap::Delete(p);
}

#endif
