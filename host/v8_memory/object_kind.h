// How the kinds of objects in V8's heap are called in JavaScript.

#ifndef HOST_V8_MEMORY_OBJECT_KIND_H_
#define HOST_V8_MEMORY_OBJECT_KIND_H_

#include <string_view>

namespace jshost {

struct ObjectKind {
  std::string_view name;   // empty: it is called by its class
  bool has_parts = false;  // elements and properties beside itself
  bool has_table = false;  // as a Map has
};

// `type` is V8's name of an instance type, like "JS_MAP_TYPE".
ObjectKind KindOfType(std::string_view type);

}  // namespace jshost

#endif  // HOST_V8_MEMORY_OBJECT_KIND_H_
