// Flags for V8, as `--v8-flags` takes them.

#ifndef HOST_RUNTIME_V8_FLAGS_H_
#define HOST_RUNTIME_V8_FLAGS_H_

#include <cstdint>
#include <string>

namespace jshost {

// Sets the space-separated flags, of which later ones win; before V8 is
// initialized. A flag that V8 doesn't know, or a value that it doesn't
// take, returns false with one line in `*error`; V8's own complaints about it
// are kept off standard error.
bool SetV8Flags(const std::string& flags, std::string* error);

// Changes with every flag that V8 holds to matter to code that is compiled
// already. After flags were set; before V8 is initialized.
uint32_t V8FlagsTag();

}  // namespace jshost

#endif  // HOST_RUNTIME_V8_FLAGS_H_
