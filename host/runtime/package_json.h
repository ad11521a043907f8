// What module resolution needs of a package.json (Node's "exports", "imports"
// and entry points).

#ifndef HOST_RUNTIME_PACKAGE_JSON_H_
#define HOST_RUNTIME_PACKAGE_JSON_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jshost {

class PackageJson {
 public:
  // The file in `folder`; null when there is none. A malformed one is null
  // with `*error` set to one line.
  static std::shared_ptr<const PackageJson> Load(const std::string& folder,
                                                 std::string* error);
  ~PackageJson();

  const std::string& folder() const { return folder_; }
  std::string name() const;
  bool has_exports() const;

  // The file that "exports" gives for `subpath` ("." or "./x"), as an absolute
  // path, or empty when it exports no such thing. Conditions: jshost, import,
  // default.
  std::optional<std::string> ResolveExport(std::string_view subpath) const;

  // What "imports" gives for `name` ("#x"): an absolute path, or another
  // package's specifier.
  std::optional<std::string> ResolveImport(std::string_view name) const;

  // Where the package starts when it has no "exports": "module" or "main" as
  // they are, and what Node tries besides; in order, absolute.
  std::vector<std::string> EntryPoints() const;

  // The subpaths that "exports" names, for messages.
  std::vector<std::string> ExportedSubpaths() const;

 private:
  struct Json;

  PackageJson(std::string folder, std::unique_ptr<Json> json);

  const std::string folder_;
  const std::unique_ptr<Json> json_;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_PACKAGE_JSON_H_
