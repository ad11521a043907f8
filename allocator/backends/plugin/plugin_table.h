// Loads a plug-in's table of functions and makes sure that it can be used.

#ifndef ALLOCATOR_BACKENDS_PLUGIN_PLUGIN_TABLE_H_
#define ALLOCATOR_BACKENDS_PLUGIN_PLUGIN_TABLE_H_

#include <optional>
#include <string>

#include "allocator/plugin.h"

namespace jsheap::plugin {

// `file` is a path, also without a '/'. What the plug-in's table doesn't reach
// to is null. Empty, with one line in `*error` that names the file and the
// remedy, when it isn't a plug-in of this version with all that is required.
std::optional<JsheapPlugin> LoadPluginTable(const std::string& file,
                                            std::string* error);

}  // namespace jsheap::plugin

#endif  // ALLOCATOR_BACKENDS_PLUGIN_PLUGIN_TABLE_H_
