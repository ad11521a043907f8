// How long memory is meant to live. It is the programmer who knows; memory that
// dies together lies together.

#ifndef ALLOCATOR_ARENA_LIFETIME_H_
#define ALLOCATOR_ARENA_LIFETIME_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jsheap {

enum class Lifetime : uint8_t {
  kTransient,     // a request, a frame: reset often, and soon filled again
  kIntermediate,  // a session, a cache's entry: reset now and then
  kPersistent,    // the program: hardly ever reset
};
inline constexpr size_t kLifetimes = 3;

struct LifetimePolicy {
  std::string_view name;
  size_t chunk_bytes;  // unless the arena asks for another size
  // Of the chunks that a reset empties, the arena keeps this many bytes for
  // itself; the page heap gets the rest, and purges it when it isn't used.
  size_t kept_bytes;
};

// A transient arena keeps what it had, so that after the first rounds it takes
// nothing from anybody; a persistent one that is reset starts anew.
inline constexpr std::array<LifetimePolicy, kLifetimes> kLifetimePolicies = {{
    {"transient", size_t{256} << 10, size_t{16} << 20},
    {"intermediate", size_t{256} << 10, size_t{1} << 20},
    {"persistent", size_t{1} << 20, 0},
}};

constexpr const LifetimePolicy& PolicyOf(Lifetime lifetime) {
  return kLifetimePolicies[static_cast<size_t>(lifetime)];
}

}  // namespace jsheap

#endif  // ALLOCATOR_ARENA_LIFETIME_H_
