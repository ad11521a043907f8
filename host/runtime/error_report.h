// What people see of an error that nobody caught:
//
//   a.js:3:9: Uncaught TypeError: x is not a function
//     x(1, 2);
//     ^
//       at f (a.js:3:9)
//       at a.js:7:1
//   Caused by: Error: …

#ifndef HOST_RUNTIME_ERROR_REPORT_H_
#define HOST_RUNTIME_ERROR_REPORT_H_

#include <v8-context.h>
#include <v8-message.h>

#include <functional>
#include <string>

#include "host/globals/error_place.h"

namespace jshost {

struct ErrorReport {
  v8::Local<v8::Message> message;
  v8::Local<v8::Value> error;
  bool in_promise = false;
  // Shows a thrown value that is no error.
  std::function<std::string(v8::Local<v8::Value>)> show;
};

// The report, ending with a newline. May run the error's getters; the caller
// catches what they throw.
std::string FormatError(v8::Local<v8::Context> context,
                        const ErrorReport& report);

// Its headline alone, without the place: "Uncaught TypeError: x is not a
// function". May run getters as well.
std::string SummaryOfError(v8::Local<v8::Context> context,
                           const ErrorReport& report);

// Where it says that the error belongs; no file when that isn't known.
ErrorPlace PlaceOfError(v8::Local<v8::Context> context,
                        const ErrorReport& report);

}  // namespace jshost

#endif  // HOST_RUNTIME_ERROR_REPORT_H_
