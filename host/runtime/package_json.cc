#include "host/runtime/package_json.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "host/globals/files.h"

namespace jshost {
namespace {

// Conditions are tried in the order in which the package lists them.
using OrderedJson = nlohmann::ordered_json;

constexpr uint64_t kMostJson = uint64_t{1} << 30;

bool IsCondition(std::string_view key) {
  return key == "jshost" || key == "import" || key == "default";
}

// Whether every part of a target stays inside the package (Node's
// PACKAGE_TARGET_RESOLVE).
bool StaysInside(std::string_view target) {
  target.remove_prefix(2);
  while (!target.empty()) {
    const size_t slash = std::min(target.find('/'), target.size());
    const std::string_view part = target.substr(0, slash);
    if (part == ".." || part == "." || part == "node_modules") return false;
    target.remove_prefix(std::min(slash + 1, target.size()));
  }
  return true;
}

std::string Substitute(std::string text, std::string_view match) {
  for (size_t at = text.find('*'); at != std::string::npos;
       at = text.find('*', at + match.size())) {
    text.replace(at, 1, match);
  }
  return text;
}

// The file or specifier that `target` means, with `match` for each "*".
std::optional<std::string> ResolveTarget(const OrderedJson& target,
                                         const std::string& folder,
                                         std::string_view match,
                                         bool specifiers) {
  if (target.is_string()) {
    const std::string text = target.get<std::string>();
    if (!text.starts_with("./")) {
      return specifiers ? std::optional(Substitute(text, match)) : std::nullopt;
    }
    const std::string file = Substitute(text, match);
    if (!StaysInside(file)) return std::nullopt;
    return folder + file.substr(1);
  }
  if (target.is_array()) {
    for (const OrderedJson& alternative : target) {
      auto found = ResolveTarget(alternative, folder, match, specifiers);
      if (found) return found;
    }
  } else if (target.is_object()) {
    for (const auto& [key, value] : target.items()) {
      if (!IsCondition(key)) continue;
      auto found = ResolveTarget(value, folder, match, specifiers);
      if (found) return found;
      if (value.is_null()) return std::nullopt;
    }
  }
  return std::nullopt;
}

// The entry of a map of subpaths: an exact key, or the pattern "a/*b" with the
// longest part before its star.
std::optional<std::string> ResolveInMap(const OrderedJson& map,
                                        const std::string& folder,
                                        std::string_view subpath,
                                        bool specifiers) {
  const auto exact = map.find(std::string(subpath));
  if (exact != map.end() && subpath.find('*') == std::string_view::npos) {
    return ResolveTarget(*exact, folder, "", specifiers);
  }
  const OrderedJson* best = nullptr;
  std::string_view best_match;
  size_t best_length = 0;
  for (const auto& [key, value] : map.items()) {
    const size_t star = key.find('*');
    if (star == std::string::npos) continue;
    const std::string_view before = std::string_view(key).substr(0, star);
    const std::string_view after = std::string_view(key).substr(star + 1);
    if (subpath.size() < key.size() || !subpath.starts_with(before) ||
        !subpath.ends_with(after) || (best != nullptr && star < best_length)) {
      continue;
    }
    best = &value;
    best_length = star;
    best_match =
        subpath.substr(star, subpath.size() - before.size() - after.size());
  }
  if (best == nullptr) return std::nullopt;
  return ResolveTarget(*best, folder, best_match, specifiers);
}

// Whether "exports" is about "." alone: no map of subpaths.
bool IsMainOnly(const OrderedJson& exports) {
  return !exports.is_object() || exports.empty() ||
         !exports.begin().key().starts_with(".");
}

}  // namespace

struct PackageJson::Json {
  OrderedJson root;
};

PackageJson::PackageJson(std::string folder, std::unique_ptr<Json> json)
    : folder_(std::move(folder)), json_(std::move(json)) {}

PackageJson::~PackageJson() = default;

std::shared_ptr<const PackageJson> PackageJson::Load(const std::string& folder,
                                                     std::string* error) {
  const std::string path = folder + "/package.json";
  std::string text;
  // A pipe isn't waited for.
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return nullptr;
  Interruption never;
  if (ReadFile(path, kMostJson, &text, &never) != 0) return nullptr;
  auto json = std::make_unique<Json>();
  json->root = OrderedJson::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json->root.is_object()) {
    *error = fmt::format("{} is not a JSON object", path);
    return nullptr;
  }
  return std::shared_ptr<const PackageJson>(
      new PackageJson(folder, std::move(json)));
}

std::string PackageJson::name() const {
  const auto found = json_->root.find("name");
  if (found == json_->root.end() || !found->is_string()) return {};
  return found->get<std::string>();
}

bool PackageJson::has_exports() const {
  const auto found = json_->root.find("exports");
  return found != json_->root.end() && !found->is_null();
}

std::optional<std::string> PackageJson::ResolveExport(
    std::string_view subpath) const {
  const OrderedJson& exports = json_->root["exports"];
  if (!IsMainOnly(exports)) {
    return ResolveInMap(exports, folder_, subpath, false);
  }
  if (subpath != ".") return std::nullopt;
  return ResolveTarget(exports, folder_, "", false);
}

std::optional<std::string> PackageJson::ResolveImport(
    std::string_view name) const {
  const auto imports = json_->root.find("imports");
  if (imports == json_->root.end() || !imports->is_object()) {
    return std::nullopt;
  }
  return ResolveInMap(*imports, folder_, name, true);
}

std::vector<std::string> PackageJson::EntryPoints() const {
  std::vector<std::string> files;
  for (const char* field : {"module", "main"}) {
    const auto found = json_->root.find(field);
    if (found == json_->root.end() || !found->is_string()) continue;
    const std::string path = folder_ + "/" + found->get<std::string>();
    for (const char* suffix : {"", ".js", "/index.js"}) {
      files.push_back(path + suffix);
    }
  }
  files.push_back(folder_ + "/index.js");
  return files;
}

std::vector<std::string> PackageJson::ExportedSubpaths() const {
  const OrderedJson& exports = json_->root["exports"];
  if (IsMainOnly(exports)) return {"."};
  std::vector<std::string> subpaths;
  for (const auto& [key, value] : exports.items()) {
    if (!value.is_null()) subpaths.push_back(key);
  }
  return subpaths;
}

}  // namespace jshost
