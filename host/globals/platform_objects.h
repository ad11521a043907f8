// The web's own objects that are written in JavaScript (host/js), as structured
// clones see them.

#ifndef HOST_GLOBALS_PLATFORM_OBJECTS_H_
#define HOST_GLOBALS_PLATFORM_OBJECTS_H_

#include <v8-local-handle.h>
#include <v8-object.h>

#include <memory>
#include <optional>
#include <string>

#include "host/globals/environment.h"
#include "host/globals/message_pipe.h"

namespace jshost {

class PortHandle;

// UTF-8.
struct DOMExceptionParts {
  std::string message;
  std::string name;
  std::string stack;
};

// Numbers as in platform_objects.js.
enum class PlatformKind {
  kNone,
  kDOMException,
  kMessagePort,
  kNotCloneable,
};

// Empty, with an exception pending, when there is no stack left to ask.
std::optional<PlatformKind> PlatformKindOf(Environment& env,
                                           v8::Local<v8::Object> object);

// The handle of a MessagePort; null with an exception pending.
PortHandle* HandleOfPort(Environment& env, v8::Local<v8::Object> port);

// A MessagePort with this end; empty with an exception pending.
v8::MaybeLocal<v8::Object> MakePort(Environment& env,
                                    std::unique_ptr<PipeEnd> end);

// A DOMException's message, name and stack, and one with these; empty with an
// exception pending.
std::optional<DOMExceptionParts> PartsOfDOMException(
    Environment& env, v8::Local<v8::Object> exception);
v8::MaybeLocal<v8::Object> MakeDOMException(Environment& env,
                                            const DOMExceptionParts& parts);

}  // namespace jshost

#endif  // HOST_GLOBALS_PLATFORM_OBJECTS_H_
