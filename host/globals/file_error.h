// What a script gets when a file can't be read or written.

#ifndef HOST_GLOBALS_FILE_ERROR_H_
#define HOST_GLOBALS_FILE_ERROR_H_

#include <string>

#include "host/globals/environment.h"

namespace jshost {

// Throws Error "cannot VERB 'PATH': why"; `error` is an errno. When it is that
// of an interruption, the program ends instead.
void ThrowFileError(Environment& env, const char* verb, const std::string& path,
                    int error);

}  // namespace jshost

#endif  // HOST_GLOBALS_FILE_ERROR_H_
