// How much memory this process may really use: the machine's, or what its
// control group leaves it (cgroup v1 or v2, as containers have them).

#ifndef HOST_V8_MEMORY_CONTAINER_MEMORY_H_
#define HOST_V8_MEMORY_CONTAINER_MEMORY_H_

#include <cstdint>
#include <optional>
#include <string>

namespace jshost {

// The machine's memory, bytes.
uint64_t PhysicalMemory();

// The lowest limit of the process's control group and of those around it,
// bytes; none when there is no such limit or it can't be read. `root` is where
// /proc and /sys/fs/cgroup are looked for, without a slash at its end.
//
// memory.high counts too: beyond it the kernel slows the process down until it
// is of no use.
std::optional<uint64_t> ContainerMemory(const std::string& root = "");

// What scripts may use together where nobody set a limit: none unless the
// container has less than the machine. A part of it is left to the shell itself
// and to V8's memory that no limit counts.
std::optional<uint64_t> DefaultMemoryLimit(std::optional<uint64_t> container,
                                           uint64_t physical);

}  // namespace jshost

#endif  // HOST_V8_MEMORY_CONTAINER_MEMORY_H_
