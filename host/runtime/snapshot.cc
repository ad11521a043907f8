#include "host/runtime/snapshot.h"

#include <algorithm>

#include "host/globals/external_reference.h"
#include "host/runtime/builtins.h"
#include "host/runtime/snapshot_data.h"

namespace jshost {

const Snapshot* Snapshot::Embedded() {
  static const Snapshot* const embedded = []() -> const Snapshot* {
    const SnapshotData data = EmbeddedSnapshotData();
    if (data.blob.empty()) return nullptr;
    auto* const snapshot = new Snapshot;
    snapshot->blob_ = {data.blob.data(), static_cast<int>(data.blob.size())};
    snapshot->references_ = ExternalReferenceTable(data.references);
    if (snapshot->references_.empty() || !snapshot->blob_.IsValid()) {
      delete snapshot;
      return nullptr;
    }
    return snapshot;
  }();
  return embedded;
}

std::vector<intptr_t> ExternalReferenceTable(std::span<const uint64_t> ids) {
  std::vector<intptr_t> table(ids.size());
  for (const auto* reference = ExternalReference::first(); reference != nullptr;
       reference = reference->next()) {
    const auto at = std::ranges::lower_bound(ids, reference->id());
    if (at != ids.end() && *at == reference->id()) {
      table[static_cast<size_t>(at - ids.begin())] = reference->address();
    }
  }
  if (std::ranges::find(table, 0) != table.end()) return {};
  Builtins::AddReferences(&table);
  table.push_back(0);
  return table;
}

}  // namespace jshost
