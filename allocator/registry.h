// From a name on the command line to an allocator.

#ifndef ALLOCATOR_REGISTRY_H_
#define ALLOCATOR_REGISTRY_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "allocator/allocator.h"

namespace jsheap {

struct AllocatorInfo {
  std::string name;
  std::string summary;               // one line
  std::vector<std::string> options;  // "key=VALUE  what it does"
};

// The allocators that `MakeAllocator` knows, the default first.
const std::vector<AllocatorInfo>& KnownAllocators();

// How plug-ins are named, for people to read; `name` is a pattern.
const AllocatorInfo& PluginInfo();

// Makes the allocator that `spec` names: NAME[:key=value,…], or
// PATH[:options] of a plug-in, where PATH has a '/' or ends in ".so", and a ':'
// in it is written "\:". On failure returns null and sets `*error` to one line
// that names the value and the remedy. Thread-safe.
std::unique_ptr<Allocator> MakeAllocator(std::string_view spec,
                                         std::string* error);

// For a program that never closes file descriptors which it didn't open: heaps
// then needn't make sure, each time, that one of theirs is still what it was
// (os/residency.h). Thread-safe.
void TrustDescriptors();

}  // namespace jsheap

#endif  // ALLOCATOR_REGISTRY_H_
