#include "host/shell/v8_settings.h"

#include "host/runtime/v8_flags.h"
#include "host/v8_memory/gc_policy.h"

namespace jshost {
std::optional<V8Settings> SetV8Settings(const Options& options,
                                        bool limits_js_heap,
                                        std::string* error) {
  const std::string flags = std::string(kBaseV8Flags) +
                            (options.expose_gc ? "--expose-gc " : "") +
                            GcPolicyFlags(options.gc_policy, limits_js_heap);
  if (!SetV8Flags(flags, error)) return std::nullopt;
  const uint32_t tag = V8FlagsTag();
  if (!SetV8Flags(options.v8_flags, error)) {
    *error = "--v8-flags: " + *error;
    return std::nullopt;
  }
  // The code in the snapshot was compiled without the user's flags, and what it
  // found in V8 is what V8 has without them.
  return V8Settings{.use_snapshot = V8FlagsTag() == tag};
}

}  // namespace jshost
