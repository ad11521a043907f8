#include "host/globals/file_error.h"

#include <fmt/format.h>

#include <cerrno>

#include "host/globals/files.h"
#include "host/globals/values.h"

namespace jshost {

void ThrowFileError(Environment& env, const char* verb, const std::string& path,
                    int error) {
  if (error == ECANCELED) return env.host->OnInterrupted();
  Throw(env.isolate, ErrorKind::kError,
        fmt::format("cannot {} '{}': {}", verb, path, ErrorText(error)));
}

}  // namespace jshost
