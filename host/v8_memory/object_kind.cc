#include "host/v8_memory/object_kind.h"

#include <algorithm>
#include <array>

namespace jshost {
namespace {

struct Rule {
  std::string_view part;  // of V8's name
  std::string_view name;
};

constexpr std::string_view kClosure = "closure";

// The first that fits holds.
constexpr std::array kPrimitives = std::to_array<Rule>({
    {"_STRING_TYPE", "string"},
    {"HEAP_NUMBER_TYPE", "number"},
    {"BIG_INT_BASE_TYPE", "bigint"},
    {"SYMBOL_TYPE", "symbol"},
    {"_CONSTRUCTOR_TYPE", kClosure},
    {"_CONTEXT_TYPE", "variables of closures"},
    {"CONTEXT_CELL_TYPE", "variables of closures"},
    {"WASM_", "WebAssembly"},
    {"PROMISE_", "promise reactions"},
});

// What V8 has for itself.
constexpr std::array kInternals = std::to_array<Rule>({
    {"DESCRIPTOR_ARRAY", "hidden classes (V8)"},
    {"TRANSITION_ARRAY", "hidden classes (V8)"},
    {"PROTOTYPE_", "hidden classes (V8)"},
    {"ENUM_CACHE", "hidden classes (V8)"},
    {"CODE", "code (V8)"},
    {"FUNCTION", "code (V8)"},
    {"INSTRUCTION_", "code (V8)"},
    {"SCRIPT", "code (V8)"},
    {"SCOPE_INFO", "code (V8)"},
    {"FEEDBACK_", "code (V8)"},
    {"PREPARSE_", "code (V8)"},
    {"UNCOMPILED_", "code (V8)"},
    {"INTERPRETER_", "code (V8)"},
    {"BOILERPLATE", "code (V8)"},
    {"ALLOCATION_SITE", "code (V8)"},
    {"TRUSTED_", "code (V8)"},
    {"PROTECTED_", "code (V8)"},
    {"REG_EXP", "code (V8)"},
    {"_ARRAY", "arrays (V8)"},
    {"_HASH_", "arrays (V8)"},
    {"DICTIONARY", "arrays (V8)"},
});

template <size_t kSize>
std::string_view Find(const std::array<Rule, kSize>& rules,
                      std::string_view type) {
  const auto* const found = std::find_if(
      rules.begin(), rules.end(),
      [&](const Rule& rule) { return type.find(rule.part) != type.npos; });
  return found == rules.end() ? std::string_view() : found->name;
}

// Of a JSObject or a Proxy, which is all that begins like this.
ObjectKind KindOfJsType(std::string_view type) {
  if (type == "JS_PROXY_TYPE") return {.name = "Proxy"};
  if (type.find("FUNCTION_") != type.npos && !type.starts_with("JS_ASYNC_")) {
    return {.name = kClosure, .has_parts = true};
  }
  if (type.ends_with("_CONSTRUCTOR_TYPE")) {
    return {.name = kClosure, .has_parts = true};
  }
  const bool has_table = type == "JS_MAP_TYPE" || type == "JS_SET_TYPE" ||
                         type == "JS_WEAK_MAP_TYPE" ||
                         type == "JS_WEAK_SET_TYPE";
  return {.name = {}, .has_parts = true, .has_table = has_table};
}

}  // namespace

ObjectKind KindOfType(std::string_view type) {
  if (type.starts_with("JS_")) return KindOfJsType(type);
  if (type == "MAP_TYPE") return {.name = "hidden classes (V8)"};
  std::string_view name = Find(kPrimitives, type);
  if (name.empty()) name = Find(kInternals, type);
  return {.name = name.empty() ? "other (V8)" : name};
}

}  // namespace jshost
