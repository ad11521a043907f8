// Whole files, read and written at once. What waits (for whoever has the other
// end of a pipe, say) ends with ECANCELED when its interruption is raised.

#ifndef HOST_GLOBALS_FILES_H_
#define HOST_GLOBALS_FILES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "host/globals/interruption.h"

namespace jshost {

// Reads the file at `path` straight into memory that `allocate(bytes)` gives.
// Regular files ask once, with their size; what has no size (pipes, /proc) is
// gathered first, and asks early when it grows beyond `limit`. Returns 0 and
// sets `*size`, or errno; ENOMEM when `allocate` returned null, EFBIG when
// what has no size is larger than 4 GiB. Reading a directory is EISDIR.
int ReadFileInto(const std::string& path, uint64_t limit,
                 const std::function<void*(size_t)>& allocate, size_t* size,
                 Interruption* interruption);

// The same into a string; "-" isn't special. More than `most` bytes is EFBIG.
int ReadFile(const std::string& path, uint64_t most, std::string* text,
             Interruption* interruption);

// All of standard input. Returns 0 or errno.
int ReadStandardInput(std::string* text);

// Replaces the file's contents. Returns 0 or errno. A named pipe has a reader
// first.
int WriteFile(const std::string& path, std::string_view data,
              Interruption* interruption);
// The same, and nothing interrupts it.
int WriteFile(const std::string& path, std::string_view data);

// "No such file or directory" and its like.
std::string ErrorText(int error);

// "cannot write to standard output: Broken pipe; …", with the remedy.
std::string OutputErrorText(int error);

}  // namespace jshost

#endif  // HOST_GLOBALS_FILES_H_
