// The program that makes the snapshot has none.

#include "host/runtime/snapshot_data.h"

namespace jshost {

SnapshotData EmbeddedSnapshotData() { return {}; }

}  // namespace jshost
