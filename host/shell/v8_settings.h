// V8's flags, from the command line's options.

#ifndef HOST_SHELL_V8_SETTINGS_H_
#define HOST_SHELL_V8_SETTINGS_H_

#include <optional>
#include <string>

#include "host/options.h"

namespace jshost {

struct V8Settings {
  // What the user's flags leave as it is when the startup snapshot is made.
  bool use_snapshot = true;
};

// Sets V8's flags; before it is initialized. `limits_js_heap` is as
// GcPolicyFlags has it. None, with one line in `*error`, when V8 doesn't know
// one of the user's flags.
std::optional<V8Settings> SetV8Settings(const Options& options,
                                        bool limits_js_heap,
                                        std::string* error);

}  // namespace jshost

#endif  // HOST_SHELL_V8_SETTINGS_H_
