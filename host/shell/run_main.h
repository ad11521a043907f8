// Runs the program that the command line names, to its end.

#ifndef HOST_SHELL_RUN_MAIN_H_
#define HOST_SHELL_RUN_MAIN_H_

#include "host/options.h"

namespace jshost {

// Returns the process's exit status; everything is flushed, and V8 may still be
// up: the process should end now.
int RunMain(const Options& options);

// One line on standard error: "jshost: " + `message`.
void PrintError(const std::string& message);

}  // namespace jshost

#endif  // HOST_SHELL_RUN_MAIN_H_
