// Where in a source an error belongs that no script threw: a failed import
// stands in the importing module's text. Kept on the error itself, under a
// private name that scripts can't see.

#ifndef HOST_GLOBALS_ERROR_PLACE_H_
#define HOST_GLOBALS_ERROR_PLACE_H_

#include <v8-context.h>

#include <optional>
#include <string>

namespace jshost {

struct ErrorPlace {
  std::string file;
  int line = 0;    // from 1
  int column = 0;  // from 1
  std::string source_line;
};

// Nothing happens to what is no object, or has a place.
void SetErrorPlace(v8::Local<v8::Context> context, v8::Local<v8::Value> error,
                   const ErrorPlace& place);

std::optional<ErrorPlace> GetErrorPlace(v8::Local<v8::Context> context,
                                        v8::Local<v8::Value> error);

}  // namespace jshost

#endif  // HOST_GLOBALS_ERROR_PLACE_H_
