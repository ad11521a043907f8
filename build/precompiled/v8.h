// What nearly every file of the V8 embedder includes, parsed once for all of
// them; see build/config/BUILD.gn, "precompile_v8".

#include <v8.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
