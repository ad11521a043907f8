// From an import's specifier to a file, as Node's ES modules do it: relative
// and absolute paths and file: URLs without guessing extensions, "#names"
// through the package's "imports", bare names through node_modules and
// "exports". Knows nothing of V8.

#ifndef HOST_RUNTIME_MODULE_RESOLVER_H_
#define HOST_RUNTIME_MODULE_RESOLVER_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/runtime/package_json.h"

namespace jshost {

struct ResolvedModule {
  std::string path;    // absolute, symbolic links resolved
  std::string suffix;  // "?query#fragment" as written: part of the identity
};

// Keeps the package.json files that it has read. One thread.
class ModuleResolver {
 public:
  // `folder` is the importing file's, absolute. On failure returns false and
  // sets `*error` to what is wrong with the specifier and what was tried; who
  // imports is for the caller to add.
  bool Resolve(std::string_view specifier, const std::string& folder,
               ResolvedModule* result, std::string* error);

 private:
  using Package = std::shared_ptr<const PackageJson>;

  bool ResolvePath(std::string_view specifier, const std::string& folder,
                   ResolvedModule* result, std::string* error);
  bool ResolveBare(std::string_view specifier, const std::string& folder,
                   std::string* path, std::string* error);
  bool ResolveInPackage(const Package& package, std::string_view name,
                        std::string_view subpath, std::string* path,
                        std::string* error);
  bool ResolveHash(std::string_view specifier, const std::string& folder,
                   std::string* path, std::string* error);
  bool Finish(const std::string& specifier, std::string path,
              ResolvedModule* result, std::string* error);
  // The package.json of `folder`, or of the nearest folder above it.
  Package PackageOf(const std::string& folder, std::string* error);
  Package PackageAround(std::string folder, std::string* error);

  std::map<std::string, Package> packages_;  // null: looked, none
};

}  // namespace jshost

#endif  // HOST_RUNTIME_MODULE_RESOLVER_H_
