#include "host/shell/v8_settings.h"

#include "host/runtime/v8_flags.h"
#include "host/v8_memory/gc_policy.h"

namespace jshost {
namespace {

constexpr const char* kBaseFlags =
    // The pages of an isolate that has ended go back to the system at once, not
    // after the 8 seconds in which another isolate may want them.
    "--no-memory-pool-share-memory-on-teardown "
    // With unrolling comes the removal of checks for interrupts from loops of
    // few iterations, and it takes the wrong one where such a loop has none,
    // like that which fills `new Array(1000)`: the next loop's, which nothing
    // could stop any more, no limit, no timeout and no terminate().
    "--no-turboshaft-loop-unrolling ";

}  // namespace

std::optional<V8Settings> SetV8Settings(const Options& options,
                                        bool limits_js_heap,
                                        std::string* error) {
  const std::string flags =
      kBaseFlags +
      (options.expose_gc ? std::string("--expose-gc ") : std::string()) +
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
