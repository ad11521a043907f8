// Which program to run: a file, -e, -p or standard input.

#ifndef HOST_SHELL_PROGRAM_SOURCE_H_
#define HOST_SHELL_PROGRAM_SOURCE_H_

#include <string>

#include "host/options.h"
#include "host/runtime/runtime.h"

namespace jshost {

// Reads the program that `options` name. On failure returns false with one
// line in `*error`.
bool ReadProgram(const Options& options, Program* program, std::string* error);

}  // namespace jshost

#endif  // HOST_SHELL_PROGRAM_SOURCE_H_
