// operator new and delete of the whole process out of a slab heap of its own.
//
// Beside every ArrayBuffer V8 makes three small objects with operator new, on
// the script's thread, and deletes them on its sweeper's: they cost what the
// bytes cost, so they get the same kind of heap. It is a heap apart, so that
// what scripts allocate is counted by itself.
//
// For programs that link the target //allocator:operator_new.
//
// Until it is started, and in builds with a sanitizer, operator new is the
// process's malloc. Every pointer's owner is told by its address, so blocks of
// both may be deleted at any time.

#ifndef ALLOCATOR_OPERATOR_NEW_OPERATOR_NEW_H_
#define ALLOCATOR_OPERATOR_NEW_OPERATOR_NEW_H_

#include <string>

#include "allocator/allocator.h"

namespace jsheap {

// From now on, for the life of the process. False, with `*error`, when the
// system refuses. Call once, before other threads run.
bool StartOperatorNewHeap(std::string* error);

// The heap behind operator new; null when it is the process's malloc.
Allocator* OperatorNewHeap();

}  // namespace jsheap

#endif  // ALLOCATOR_OPERATOR_NEW_OPERATOR_NEW_H_
