#include "host/runtime/module_resolver.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "host/runtime/file_url.h"

namespace jshost {
namespace {

namespace fs = std::filesystem;

bool IsFile(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error) && !fs::is_directory(path, error);
}

bool IsPath(std::string_view specifier) {
  return specifier.starts_with('/') || specifier.starts_with("./") ||
         specifier.starts_with("../") || specifier == "." || specifier == "..";
}

std::string Normalize(const fs::path& path) {
  return path.lexically_normal().string();
}

// What the writer may have meant by a path that is no file.
std::string Hint(const std::string& specifier, const std::string& path) {
  for (const char* suffix :
       {".js", ".mjs", ".json", "/index.js", "/index.mjs"}) {
    if (IsFile(path + suffix)) {
      return fmt::format("; did you mean '{}{}'?", specifier, suffix);
    }
  }
  return {};
}

// "@scope/name/sub/path" -> "@scope/name" and "./sub/path"; no name when
// malformed.
std::pair<std::string, std::string> SplitBare(std::string_view specifier) {
  size_t slash = specifier.find('/');
  if (specifier.starts_with('@')) {
    if (slash == std::string_view::npos) return {};
    slash = specifier.find('/', slash + 1);
  }
  const std::string name(specifier.substr(0, slash));
  if (name.empty() || name.starts_with('.') ||
      name.find_first_of("\\%") != std::string::npos) {
    return {};
  }
  if (slash == std::string_view::npos) return {name, "."};
  return {name, "." + std::string(specifier.substr(slash))};
}

}  // namespace

bool ModuleResolver::Resolve(std::string_view specifier,
                             const std::string& folder, ResolvedModule* result,
                             std::string* error) {
  if (specifier.find('\0') != std::string_view::npos) {
    *error = fmt::format("'{}' is no valid module name: it has a NUL character",
                         specifier);
    return false;
  }
  if (IsPath(specifier) || specifier.starts_with("file:")) {
    return ResolvePath(specifier, folder, result, error);
  }
  const std::string_view scheme = UrlScheme(specifier);
  if (scheme == "node:") {
    *error = fmt::format(
        "'{}' is built into Node, which this isn't; see "
        "types/jshost.d.ts for what there is",
        specifier);
    return false;
  }
  if (!scheme.empty()) {
    *error = fmt::format("'{}': modules come from files, not from {}",
                         specifier, scheme);
    return false;
  }
  std::string path;
  const bool found = specifier.starts_with('#')
                         ? ResolveHash(specifier, folder, &path, error)
                         : ResolveBare(specifier, folder, &path, error);
  return found && Finish(std::string(specifier), path, result, error);
}

bool ModuleResolver::ResolvePath(std::string_view specifier,
                                 const std::string& folder,
                                 ResolvedModule* result, std::string* error) {
  const size_t end = std::min(specifier.find_first_of("?#"), specifier.size());
  const std::string_view plain = specifier.substr(0, end);
  result->suffix = specifier.substr(end);
  const std::optional<std::string> path =
      plain.starts_with("file:") ? FileUrlToPath(plain) : DecodePercent(plain);
  if (!path) {
    *error = fmt::format("'{}' is no valid file URL", specifier);
    return false;
  }
  return Finish(std::string(specifier), Normalize(fs::path(folder) / *path),
                result, error);
}

// Checks that the file is there and follows symbolic links: a package that is
// linked in twice is one package.
bool ModuleResolver::Finish(const std::string& specifier, std::string path,
                            ResolvedModule* result, std::string* error) {
  std::error_code status;
  if (fs::is_directory(path, status)) {
    *error =
        fmt::format("'{}' is a directory{}", specifier, Hint(specifier, path));
    return false;
  }
  const fs::path real = fs::canonical(path, status);
  if (status) {
    *error = fmt::format("cannot find module '{}' (tried {}){}", specifier,
                         path, Hint(specifier, path));
    return false;
  }
  result->path = real.string();
  return true;
}

bool ModuleResolver::ResolveBare(std::string_view specifier,
                                 const std::string& folder, std::string* path,
                                 std::string* error) {
  const auto [name, subpath] = SplitBare(specifier);
  if (name.empty()) {
    *error = fmt::format("'{}' is no valid module name", specifier);
    return false;
  }
  // A package may import itself by its name.
  const Package around = PackageAround(folder, error);
  if (!error->empty()) return false;
  if (around && around->has_exports() && around->name() == name) {
    return ResolveInPackage(around, name, subpath, path, error);
  }
  std::vector<std::string> tried;
  for (fs::path at = folder;; at = at.parent_path()) {
    if (at.filename() != "node_modules") {
      const std::string candidate = Normalize(at / "node_modules" / name);
      std::error_code status;
      if (fs::is_directory(candidate, status)) {
        const Package package = PackageOf(candidate, error);
        if (!error->empty()) return false;
        if (package) {
          return ResolveInPackage(package, name, subpath, path, error);
        }
        *path = subpath == "." ? candidate + "/index.js"
                               : Normalize(candidate + "/" + subpath);
        return true;
      }
      tried.push_back(candidate);
    }
    if (at == at.root_path()) break;
  }
  *error = fmt::format(
      "cannot find module '{}' (tried {}); install it there, or write './{}' "
      "for a file",
      specifier, fmt::join(tried, ", "), specifier);
  return false;
}

bool ModuleResolver::ResolveInPackage(const Package& package,
                                      std::string_view name,
                                      std::string_view subpath,
                                      std::string* path, std::string* error) {
  if (package->has_exports()) {
    const std::optional<std::string> file = package->ResolveExport(subpath);
    if (file) {
      *path = Normalize(*file);
      return true;
    }
    *error = fmt::format(
        "package '{}' does not export '{}' to ES modules ({}/package.json "
        "exports {})",
        name, subpath, package->folder(),
        fmt::join(package->ExportedSubpaths(), ", "));
    return false;
  }
  if (subpath != ".") {
    *path = Normalize(package->folder() + "/" + std::string(subpath));
    return true;
  }
  const std::vector<std::string> entries = package->EntryPoints();
  for (const std::string& entry : entries) {
    if (!IsFile(entry)) continue;
    *path = Normalize(entry);
    return true;
  }
  *error = fmt::format("package '{}' has no entry point (tried {})", name,
                       fmt::join(entries, ", "));
  return false;
}

bool ModuleResolver::ResolveHash(std::string_view specifier,
                                 const std::string& folder, std::string* path,
                                 std::string* error) {
  const Package package = PackageAround(folder, error);
  if (!error->empty()) return false;
  const std::optional<std::string> target =
      package ? package->ResolveImport(specifier) : std::nullopt;
  if (!target) {
    *error = fmt::format(
        "'{}' is not among the \"imports\" of {}", specifier,
        package ? package->folder() + "/package.json" : "any package.json");
    return false;
  }
  if (target->starts_with('/')) {
    *path = Normalize(*target);
    return true;
  }
  return ResolveBare(*target, package->folder(), path, error);
}

ModuleResolver::Package ModuleResolver::PackageOf(const std::string& folder,
                                                  std::string* error) {
  const auto found = packages_.find(folder);
  if (found != packages_.end()) return found->second;
  Package package = PackageJson::Load(folder, error);
  if (error->empty()) packages_[folder] = package;
  return package;
}

ModuleResolver::Package ModuleResolver::PackageAround(std::string folder,
                                                      std::string* error) {
  for (fs::path at = std::move(folder);; at = at.parent_path()) {
    if (at.filename() == "node_modules") return nullptr;
    Package package = PackageOf(at.string(), error);
    if (package || !error->empty()) return package;
    if (at == at.root_path()) return nullptr;
  }
}

}  // namespace jshost
