// Errors that the web wants reported instead of thrown.

#include "host/globals/binding.h"
#include "host/globals/globals.h"

namespace jshost {
namespace {

void ReportError(Environment& env, v8::Local<v8::Value> error) {
  env.host->ReportUncaught(error);
}

}  // namespace

void AddReportErrorNatives(v8::Local<v8::Context> context,
                           v8::Local<v8::Object> natives) {
  Method<&ReportError, "error">(context, natives, "reportError");
}

}  // namespace jshost
