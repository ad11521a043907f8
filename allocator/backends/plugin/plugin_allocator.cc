#include "allocator/backends/plugin/plugin_allocator.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "allocator/backends/plugin/plugin_table.h"
#include "allocator/checks.h"

namespace jsheap::plugin {
namespace {

static_assert(JSHEAP_PLUGIN_ALIGNMENT == kMinAlignment);

// Of a message from create().
constexpr size_t kMostErrorBytes = 512;

// Plug-ins needn't know how to serve nothing.
size_t Served(size_t bytes) { return bytes != 0 ? bytes : 1; }

// A zeroed block that isn't differs most likely where something was written
// first or last.
[[maybe_unused]] bool EndsAreZero(const void* block, size_t bytes) {
  const char* at = static_cast<const char*>(block);
  const size_t checked = std::min<size_t>(bytes, 64);
  const auto is_zero = [](char c) { return c == 0; };
  return std::all_of(at, at + checked, is_zero) &&
         std::all_of(at + bytes - checked, at + bytes, is_zero);
}

std::optional<uint64_t> Known(uint64_t value) {
  if (value == JSHEAP_UNKNOWN) return std::nullopt;
  return value;
}

}  // namespace

std::unique_ptr<PluginAllocator> PluginAllocator::Make(
    const std::string& file, const std::string& options, std::string* error) {
  const std::optional<JsheapPlugin> table = LoadPluginTable(file, error);
  if (!table) return nullptr;
  char message[kMostErrorBytes] = "";
  JsheapInstance* instance =
      table->create(options.c_str(), message, sizeof message);
  if (instance == nullptr) {
    message[sizeof message - 1] = '\0';
    std::string reason = message;
    if (reason.empty()) reason = "no reason given, options '" + options + "'";
    std::replace(reason.begin(), reason.end(), '\n', ' ');
    *error = "plug-in '" + file + "' can't start: " + reason;
    return nullptr;
  }
  return std::unique_ptr<PluginAllocator>(
      new PluginAllocator(file, *table, instance));
}

PluginAllocator::PluginAllocator(std::string file, const JsheapPlugin& table,
                                 JsheapInstance* instance)
    : file_(std::move(file)), table_(table), instance_(instance) {}

PluginAllocator::~PluginAllocator() { table_.destroy(instance_); }

void* PluginAllocator::Allocate(size_t bytes) {
  void* block = table_.allocate(instance_, Served(bytes));
  CheckBlock(block, bytes);
  return block;
}

void* PluginAllocator::AllocateZeroed(size_t bytes) {
  void* block = table_.allocate_zeroed(instance_, Served(bytes));
  CheckBlock(block, bytes);
  if constexpr (kDebugChecks) {
    if (block != nullptr && !EndsAreZero(block, bytes)) {
      Fail("a zeroed block that isn't zero", block, bytes);
    }
  }
  return block;
}

void PluginAllocator::Free(void* block, size_t bytes) {
  if (block == nullptr) return;
  table_.free(instance_, block, Served(bytes));
}

size_t PluginAllocator::UsableSize(const void* block) const {
  return table_.usable_size(instance_, block);
}

void PluginAllocator::FlushThread() {
  if (table_.flush_thread != nullptr) table_.flush_thread(instance_);
}

AllocatorStats PluginAllocator::Stats(bool) const {
  AllocatorStats stats;
  if (table_.stats == nullptr) return stats;
  JsheapPluginStats told = {
      sizeof told,    JSHEAP_UNKNOWN, JSHEAP_UNKNOWN, JSHEAP_UNKNOWN,
      JSHEAP_UNKNOWN, JSHEAP_UNKNOWN, JSHEAP_UNKNOWN,
  };
  table_.stats(instance_, &told);
  stats.allocated_bytes = Known(told.allocated_bytes);
  stats.committed_bytes = Known(told.committed_bytes);
  stats.peak_committed_bytes = Known(told.peak_committed_bytes);
  stats.reserved_bytes = Known(told.reserved_bytes);
  stats.zeroed_bytes = Known(told.zeroed_bytes);
  stats.cached_bytes = Known(told.cached_bytes);
  return stats;
}

void PluginAllocator::CheckBlock(const void* block, size_t bytes) const {
  if (reinterpret_cast<uintptr_t>(block) % kMinAlignment != 0) [[unlikely]] {
    Fail("a misaligned block", block, bytes);
  }
  if constexpr (kDebugChecks) {
    if (block != nullptr && UsableSize(block) < bytes) {
      Fail("a block with a smaller usable size", block, bytes);
    }
  }
}

void PluginAllocator::Fail(const char* what, const void* block,
                           size_t bytes) const {
  std::fprintf(stderr, "jsheap: plug-in '%s' gave %s: %p, for %zu bytes\n",
               file_.c_str(), what, block, bytes);
  std::abort();
}

}  // namespace jsheap::plugin
