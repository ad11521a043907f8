#include "allocator/backends/plugin/plugin_table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "allocator/os/shared_library.h"

namespace jsheap::plugin {
namespace {

constexpr char kSymbol[] = "jsheap_plugin";

// What is the same in every version.
struct TableHead {
  uint32_t version;
  uint32_t size;
};
static_assert(offsetof(JsheapPlugin, version) == offsetof(TableHead, version));
static_assert(offsetof(JsheapPlugin, size) == offsetof(TableHead, size));

// The first required function that isn't there, or null.
const char* MissingFunction(const JsheapPlugin& table) {
  const std::pair<bool, const char*> required[] = {
      {table.create != nullptr, "create"},
      {table.destroy != nullptr, "destroy"},
      {table.allocate != nullptr, "allocate"},
      {table.allocate_zeroed != nullptr, "allocate_zeroed"},
      {table.free != nullptr, "free"},
      {table.usable_size != nullptr, "usable_size"},
  };
  for (const auto& [present, name] : required) {
    if (!present) return name;
  }
  return nullptr;
}

}  // namespace

std::optional<JsheapPlugin> LoadPluginTable(const std::string& file,
                                            std::string* error) {
  const bool is_path = file.find('/') != file.npos;
  os::LoadError load_error;
  const auto library = os::SharedLibrary::Load(
      is_path ? file : "./" + file, os::Binding::kProcessFirst, &load_error);
  const std::string plugin = "plug-in '" + file + "'";
  if (!library) {
    *error = load_error.kind == os::LoadError::Kind::kNotFound
                 ? plugin + " doesn't exist; give the path of a shared library"
                 : plugin + " can't be loaded: " + load_error.text +
                       "; build it as a shared library, see plugin.h";
    return std::nullopt;
  }
  const void* symbol = library->Find(kSymbol);
  if (symbol == nullptr) {
    *error = plugin + " has no symbol '" + kSymbol +
             "'; define and export it, see plugin.h";
    return std::nullopt;
  }
  TableHead head;
  std::memcpy(&head, symbol, sizeof head);
  if (head.version != JSHEAP_PLUGIN_VERSION) {
    *error = plugin + " is for version " + std::to_string(head.version) +
             " of the plug-in interface, this program has version " +
             std::to_string(JSHEAP_PLUGIN_VERSION) +
             "; build it with this program's plugin.h";
    return std::nullopt;
  }
  JsheapPlugin table = {};
  std::memcpy(&table, symbol, std::min<size_t>(head.size, sizeof table));
  if (const char* missing = MissingFunction(table)) {
    *error = plugin + " has no function '" + missing + "'; set it in " +
             kSymbol + ", see plugin.h";
    return std::nullopt;
  }
  return table;
}

}  // namespace jsheap::plugin
