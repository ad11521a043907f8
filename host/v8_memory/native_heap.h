// operator new and delete of the whole process out of a slab heap of its own.
//
// Beside every ArrayBuffer V8 makes three small objects with operator new, on
// the script's thread, and deletes them on its sweeper's: they cost what the
// bytes cost, so they get the same heap. It is a heap apart, so that what
// scripts allocate is counted by itself.
//
// Until it is started, and in builds with a sanitizer, operator new is the
// process's malloc. Every pointer's owner is told by its address, so blocks of
// both may be deleted at any time.

#ifndef HOST_V8_MEMORY_NATIVE_HEAP_H_
#define HOST_V8_MEMORY_NATIVE_HEAP_H_

#include <string>

#include "allocator/allocator.h"

namespace jshost {

// From now on, for the life of the process. False, with `*error`, when the
// system refuses. Call once, before other threads run.
bool StartNativeHeap(std::string* error);

// The heap behind operator new; null when it is the process's malloc.
jsheap::Allocator* NativeHeap();

}  // namespace jshost

#endif  // HOST_V8_MEMORY_NATIVE_HEAP_H_
