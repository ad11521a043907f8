// Who decides when buffers are worth a collection, set once at the start: V8's
// flags freeze when it is initialized.

#ifndef HOST_V8_MEMORY_GC_POLICY_H_
#define HOST_V8_MEMORY_GC_POLICY_H_

#include <optional>
#include <string>
#include <string_view>

namespace jshost {

enum class GcPolicy {
  kV8,        // everything about external memory as V8 has it
  kAdaptive,  // the growing factor that measures best, and a buffer nursery
};

// Reads "v8" or "adaptive".
std::optional<GcPolicy> ParseGcPolicy(std::string_view text);

// The policy as flags for V8, separated by spaces. `limits_js_heap` tells
// whether some isolate's heap will be limited.
std::string GcPolicyFlags(GcPolicy policy, bool limits_js_heap);

}  // namespace jshost

#endif  // HOST_V8_MEMORY_GC_POLICY_H_
