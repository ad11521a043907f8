// What a script gets when a file can't be read or written.

#ifndef HOST_GLOBALS_FILE_ERROR_H_
#define HOST_GLOBALS_FILE_ERROR_H_

#include <v8-isolate.h>

#include <string>

namespace jshost {

// Throws Error "cannot VERB 'PATH': why"; `error` is an errno.
void ThrowFileError(v8::Isolate* isolate, const char* verb,
                    const std::string& path, int error);

}  // namespace jshost

#endif  // HOST_GLOBALS_FILE_ERROR_H_
