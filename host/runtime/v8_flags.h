// Flags for V8, as `--v8-flags` takes them.

#ifndef HOST_RUNTIME_V8_FLAGS_H_
#define HOST_RUNTIME_V8_FLAGS_H_

#include <string>

namespace jshost {

// Sets the space-separated flags, of which later ones win; before V8 is
// initialized. A flag that V8 doesn't know, or a value that it doesn't
// take, returns false with one line in `*error`; V8's own complaints about it
// are kept off standard error.
bool SetV8Flags(const std::string& flags, std::string* error);

}  // namespace jshost

#endif  // HOST_RUNTIME_V8_FLAGS_H_
