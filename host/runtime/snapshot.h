// The startup snapshot: V8's heap with a context that has all globals and the
// shell's own JavaScript, made when the program is built and read by every
// isolate. What belongs to a process or an isolate isn't in it.
//
// The blob's default context is bare, and everything can be put into it as it
// was for the snapshot: for V8 flags that change what is compiled.

#ifndef HOST_RUNTIME_SNAPSHOT_H_
#define HOST_RUNTIME_SNAPSHOT_H_

#include <v8-snapshot.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jshost {

class Snapshot {
 public:
  // Index of the context with globals, as Context::FromSnapshot counts.
  static constexpr size_t kContext = 0;

  // This program's; null when it has none, or one that was made for another
  // program. All isolates of a process must be made with it, or none: V8 has
  // one read-only heap. Thread-safe.
  static const Snapshot* Embedded();

  // For Isolate::CreateParams; V8 never writes to them.
  v8::StartupData* blob() const { return &blob_; }
  const intptr_t* references() const { return references_.data(); }

 private:
  Snapshot() = default;

  mutable v8::StartupData blob_{};
  std::vector<intptr_t> references_;
};

// The addresses of the references with these ids, then those of the builtins'
// texts, then 0: what V8 wants. Empty when one is missing.
std::vector<intptr_t> ExternalReferenceTable(std::span<const uint64_t> ids);

}  // namespace jshost

#endif  // HOST_RUNTIME_SNAPSHOT_H_
