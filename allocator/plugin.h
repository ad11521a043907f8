// The interface for allocators from outside: a shared library that defines
// the one symbol `jsheap_plugin` can be used with `--allocator ./libx.so`.
//
// Plain C11 (and C++), and all that an author needs. examples/plugin/mapper.c
// is a whole plug-in.
//
// Units are bytes. Every block is aligned to JSHEAP_PLUGIN_ALIGNMENT.
//
// Threads. `create` and `destroy` are called by one thread at a time for an
// instance, but there may be several instances. All other functions are called
// by any thread at any time, and a block is often freed by another thread than
// the one that allocated it. The library is never unloaded.
//
// Errors. No function may throw or leave by longjmp. Out of memory is a null
// pointer from `allocate` or `allocate_zeroed`, which the host may answer with
// a collection and another try. What `create` refuses is told in its own words.
//
// Versions. JSHEAP_PLUGIN_VERSION changes only when what was built before can
// no longer work; the host loads no other version than its own. Within a
// version both structs only grow at the end, by what may be left out, and each
// side says in `size` how much of a struct it knows: a plug-in works with
// older and newer hosts of its version. A plug-in writes no field of
// JsheapPluginStats that lies beyond the `size` it was given.

#ifndef ALLOCATOR_PLUGIN_H_
#define ALLOCATOR_PLUGIN_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JSHEAP_PLUGIN_VERSION 1
#define JSHEAP_PLUGIN_ALIGNMENT 16

// One heap of the plug-in: the plug-in defines the struct, the host only hands
// its address around.
typedef struct JsheapInstance JsheapInstance;

// What an allocator can tell of itself at one moment. The host sets every
// field to JSHEAP_UNKNOWN; the plug-in sets those that it knows exactly.
#define JSHEAP_UNKNOWN UINT64_MAX

typedef struct JsheapPluginStats {
  size_t size;               // of this struct, as the host knows it
  uint64_t allocated_bytes;  // live blocks, with what rounding up adds
  uint64_t committed_bytes;  // readable and writable memory
  uint64_t peak_committed_bytes;
  uint64_t reserved_bytes;  // address space
  uint64_t zeroed_bytes;    // free memory known to read as zero
  uint64_t cached_bytes;    // free memory kept for later
} JsheapPluginStats;

typedef struct JsheapPlugin {
  uint32_t version;  // JSHEAP_PLUGIN_VERSION
  uint32_t size;     // sizeof(JsheapPlugin)

  // A new heap. `options` is what follows the path and a ':', "" if nothing
  // does. On failure null, with one line in `error`
  // (`error_bytes` with the terminating zero) that names the value and the
  // remedy.
  JsheapInstance* (*create)(const char* options, char* error,
                            size_t error_bytes);

  // Ends a heap that no thread uses any more. Nobody touches the blocks that
  // are still live.
  void (*destroy)(JsheapInstance* instance);

  // `bytes` bytes with unspecified contents, or null. `bytes` is at least 1,
  // and may be more than there can be.
  void* (*allocate)(JsheapInstance* instance, size_t bytes);

  // The same, and every byte reads as zero.
  void* (*allocate_zeroed)(JsheapInstance* instance, size_t bytes);

  // Ends a block's life. `block` isn't null, `bytes` is what was asked for.
  void (*free)(JsheapInstance* instance, void* block, size_t bytes);

  // The bytes that a live block may use, at least what was asked for.
  size_t (*usable_size)(JsheapInstance* instance, const void* block);

  // From here on a null pointer stands for "no such thing".

  // Fills in what is known. Rarely called; may take a while.
  void (*stats)(JsheapInstance* instance, JsheapPluginStats* stats);

  // Hands back what the calling thread holds for later, such as frees not yet
  // published: it is about to be idle.
  void (*flush_thread)(JsheapInstance* instance);
} JsheapPlugin;

// The symbol that the plug-in defines:
//   const JsheapPlugin jsheap_plugin = {.version = JSHEAP_PLUGIN_VERSION, …};
extern const JsheapPlugin jsheap_plugin __attribute__((visibility("default")));

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // ALLOCATOR_PLUGIN_H_
