// A program's text as V8 keeps it for as long as there are functions of it.

#ifndef HOST_RUNTIME_SOURCE_STRING_H_
#define HOST_RUNTIME_SOURCE_STRING_H_

#include <v8-isolate.h>
#include <v8-primitive.h>

#include <string>

namespace jshost {

// ASCII stays where it is, outside of V8's heap, until V8 forgets it, and is
// counted in heap.stats().nativeObjects as Source; other text becomes a string
// of V8's. Empty, with an exception, when it is more than a string can hold.
// `text` is UTF-8.
v8::MaybeLocal<v8::String> SourceString(v8::Isolate* isolate, std::string text);

}  // namespace jshost

#endif  // HOST_RUNTIME_SOURCE_STRING_H_
