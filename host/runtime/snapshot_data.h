// What the build embeds of the startup snapshot: see build/make_snapshot.py.

#ifndef HOST_RUNTIME_SNAPSHOT_DATA_H_
#define HOST_RUNTIME_SNAPSHOT_DATA_H_

#include <cstdint>
#include <span>

namespace jshost {

struct SnapshotData {
  std::span<const char> blob;            // V8's; empty where there is none
  std::span<const uint64_t> references;  // ids, in the blob's order
};

SnapshotData EmbeddedSnapshotData();

}  // namespace jshost

#endif  // HOST_RUNTIME_SNAPSHOT_DATA_H_
