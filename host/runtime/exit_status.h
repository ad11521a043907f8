// The process's exit statuses: a part of the command line's contract.

#ifndef HOST_SHELL_EXIT_STATUS_H_
#define HOST_SHELL_EXIT_STATUS_H_

#include "host/v8_memory/fatal.h"

namespace jshost {

inline constexpr int kExitOk = 0;
// An uncaught exception, or a rejection that nobody handled.
inline constexpr int kExitUncaught = 1;
// An unusable command line or an unreadable script.
inline constexpr int kExitUsage = 2;
// Top-level await never settled.
inline constexpr int kExitUnsettledAwait = 13;
// A memory limit was hit and not handled.
inline constexpr int kExitMemoryLimit = kMemoryLimitExitStatus;

}  // namespace jshost

#endif  // HOST_SHELL_EXIT_STATUS_H_
