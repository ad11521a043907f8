// Flags for V8, as `--v8-flags` takes them.

#ifndef HOST_RUNTIME_V8_FLAGS_H_
#define HOST_RUNTIME_V8_FLAGS_H_

#include <cstdint>
#include <string>

namespace jshost {

// What isolates need, whatever else is set.
inline constexpr char kBaseV8Flags[] =
    // The pages of an isolate that has ended go back to the system at once, not
    // after the 8 seconds in which another isolate may want them.
    "--no-memory-pool-share-memory-on-teardown "
    // With unrolling comes the removal of checks for interrupts from loops of
    // few iterations, and it takes the wrong one where such a loop has none,
    // like that which fills `new Array(1000)`: the next loop's, which nothing
    // could stop any more, no limit, no timeout and no terminate().
    "--no-turboshaft-loop-unrolling "
    // Where V8 runs out of memory it can't look up lines any more. For
    // compiling and running 9 MB of TypeScript's compiler knowing them from the
    // start cost 2 % of the time and 1 % of the heap.
    "--no-enable-lazy-source-positions ";

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
