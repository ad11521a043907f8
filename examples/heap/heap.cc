// The heap without V8: an allocator by name, an arena, and what they hold.
//
//   scripts/install_heap /tmp/jsheap
//   export PKG_CONFIG_PATH=/tmp/jsheap/lib/pkgconfig
//   g++ examples/heap/heap.cc $(pkg-config --cflags --libs jsheap) -o heap
//   LD_LIBRARY_PATH=/tmp/jsheap/lib ./heap slab

#include <cstdio>
#include <string>

#include "allocator/arena/arena.h"
#include "allocator/registry.h"

int main(int argc, char** argv) {
  std::string error;
  auto heap = jsheap::MakeAllocator(argc > 1 ? argv[1] : "slab", &error);
  if (heap == nullptr) return std::fprintf(stderr, "%s\n", error.c_str()), 2;

  char* block = static_cast<char*>(heap->AllocateZeroed(1 << 20));
  std::printf("%s: 1 MiB, first byte %d, %zu usable\n", heap->name().c_str(),
              block[0], heap->UsableSize(block));
  heap->Free(block, 1 << 20);

  jsheap::PageHeap pages(1 << 30, /*or_less=*/true);
  jsheap::Arena arena(pages, {.lifetime = jsheap::Lifetime::kTransient});
  for (int request = 0; request < 1000; ++request) {
    for (int i = 0; i < 100; ++i) arena.Allocate(1000);
    arena.Reset();
  }
  const jsheap::ArenaStats stats = arena.Stats();
  std::printf("arena: %zu blocks in %zu chunks\n", size_t{stats.allocations},
              size_t{stats.chunks});
}
