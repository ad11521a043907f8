// The end of the process when V8 can't go on for want of memory: one line on
// standard error and exit status 70, never V8's own dump.

#ifndef HOST_V8_MEMORY_FATAL_H_
#define HOST_V8_MEMORY_FATAL_H_

#include <string_view>

namespace jshost {

inline constexpr int kMemoryLimitExitStatus = 70;

// Called, if set, before the line is written: flushes what the script printed.
// Process-wide; set before the first isolate. Must not enter V8.
void SetBeforeDeath(void (*hook)());

// Writes "jshost: " + `message` and ends the process. Allocates nothing.
[[noreturn]] void DieOfMemory(std::string_view message);

// For out-of-memory errors that reach no isolate's own handlers.
// Process-wide; call before V8::Initialize.
void InstallFatalHandlers();

}  // namespace jshost

#endif  // HOST_V8_MEMORY_FATAL_H_
