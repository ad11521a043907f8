#include "host/globals/file_error.h"

#include <fmt/format.h>

#include "host/globals/files.h"
#include "host/globals/values.h"

namespace jshost {

void ThrowFileError(v8::Isolate* isolate, const char* verb,
                    const std::string& path, int error) {
  Throw(isolate, ErrorKind::kError,
        fmt::format("cannot {} '{}': {}", verb, path, ErrorText(error)));
}

}  // namespace jshost
