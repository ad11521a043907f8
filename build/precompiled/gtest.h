// What every GoogleTest file includes, parsed once for all of them; see
// build/config/BUILD.gn, "precompile_gtest".

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>
