// The text of a program, and where it comes from.

#ifndef HOST_RUNTIME_PROGRAM_FILE_H_
#define HOST_RUNTIME_PROGRAM_FILE_H_

#include <string>
#include <utility>

#include "host/globals/interruption.h"

namespace jshost {

// `name` is what messages call it: a path as DisplayPath makes it, or
// "[eval]". `path` is absolute and may not exist.
struct Program {
  enum class Kind { kDetect, kClassic, kModule };
  std::string name;
  std::string path;
  std::string text;
  Kind kind = Kind::kDetect;
  bool print_result = false;  // of a classic script
  bool keep_result = false;   // for Runtime::CloneResult
};

// Reads the file; its name tells the kind. On failure returns false with one
// line in `*error`.
bool ReadProgramFile(const std::string& script, Program* program,
                     std::string* error, Interruption* interruption);

// A program without a file; what it imports is relative to the working
// directory.
void SetInlineProgram(const char* name, std::string text, Program* program);

}  // namespace jshost

#endif  // HOST_RUNTIME_PROGRAM_FILE_H_
