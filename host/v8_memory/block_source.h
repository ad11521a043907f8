// Where an isolate's buffers come from for a while instead of its heap.

#ifndef HOST_V8_MEMORY_BLOCK_SOURCE_H_
#define HOST_V8_MEMORY_BLOCK_SOURCE_H_

#include <cstddef>

namespace jshost {

// On the isolate's thread. Called from inside V8: must not call V8 back.
class BlockSource {
 public:
  virtual ~BlockSource() = default;

  // A counted block of an arena (see ArenaHeap), or null. `bytes` > 0.
  virtual void* AllocateBlock(size_t bytes, bool zeroed) = 0;
};

// Memory that is kept only to be used again.
class SpareMemory {
 public:
  virtual ~SpareMemory() = default;

  // Gives all of it back to its heap; the bytes given back. The same rules.
  virtual size_t DropSpare() = 0;
};

}  // namespace jshost

#endif  // HOST_V8_MEMORY_BLOCK_SOURCE_H_
