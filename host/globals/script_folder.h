// The folder that paths in a script are relative to.

#ifndef HOST_GLOBALS_SCRIPT_FOLDER_H_
#define HOST_GLOBALS_SCRIPT_FOLDER_H_

#include <v8-isolate.h>

#include <string>

namespace jshost {

// Of the script that calls: of the innermost that isn't the shell's own.
// Empty, which means the working directory, for one without a file.
std::string CallerFolder(v8::Isolate* isolate);

}  // namespace jshost

#endif  // HOST_GLOBALS_SCRIPT_FOLDER_H_
