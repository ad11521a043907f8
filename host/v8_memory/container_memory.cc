#include "host/v8_memory/container_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string_view>

namespace jshost {
namespace {

// What an empty script takes, V8's code included, and an eighth for what isn't
// counted; at least half is for scripts.
constexpr uint64_t kShellNeeds = uint64_t{32} << 20;
constexpr uint64_t kUncountedShare = 8;

// A file's number. "max", and what version 1 writes for no limit, is none.
std::optional<uint64_t> ReadLimit(const std::string& path) {
  constexpr uint64_t kNone = uint64_t{1} << 60;
  std::ifstream file(path);
  uint64_t bytes = 0;
  if (!(file >> bytes) || bytes >= kNone) return std::nullopt;
  return bytes;
}

void Lower(std::optional<uint64_t>* lowest, std::optional<uint64_t> limit) {
  if (limit) *lowest = std::min(*limit, lowest->value_or(*limit));
}

// The group's and its ancestors'. In a container the path may be the host's,
// and only some of its ends exist.
void LowerByGroup(const std::string& mount, std::string group,
                  std::initializer_list<const char*> files,
                  std::optional<uint64_t>* lowest) {
  for (;;) {
    for (const char* file : files) {
      Lower(lowest, ReadLimit(mount + group + "/" + file));
    }
    if (group.empty()) return;
    group.resize(group.find_last_of('/') == std::string::npos
                     ? 0
                     : group.find_last_of('/'));
  }
}

// Whether `list`, separated by commas, has `word`.
bool HasWord(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace

uint64_t PhysicalMemory() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

std::optional<uint64_t> ContainerMemory(const std::string& root) {
  const std::string mount = root + "/sys/fs/cgroup";
  std::optional<uint64_t> lowest;
  std::ifstream groups(root + "/proc/self/cgroup");
  // Each line is "NUMBER:CONTROLLERS:PATH"; version 2 has no controllers.
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    std::string group = line.substr(second + 1);
    if (group == "/") group.clear();
    if (controllers.empty()) {
      LowerByGroup(mount, group, {"memory.max", "memory.high"}, &lowest);
    } else if (HasWord(controllers, "memory")) {
      LowerByGroup(mount + "/memory", group, {"memory.limit_in_bytes"},
                   &lowest);
    }
  }
  return lowest;
}

std::optional<uint64_t> DefaultMemoryLimit(std::optional<uint64_t> container,
                                           uint64_t physical) {
  if (!container || *container >= physical) return std::nullopt;
  const uint64_t needs = kShellNeeds + *container / kUncountedShare;
  return std::max(*container - std::min(*container, needs), *container / 2);
}

}  // namespace jshost
