#include "allocator/os/faults.h"

namespace jsheap::os {
namespace {

constinit std::atomic<uint64_t> g_calls{0};
constinit std::atomic<uint64_t> g_failed{0};
constinit std::atomic<uint64_t> g_first{0};
constinit std::atomic<uint64_t> g_count{0};

}  // namespace

namespace internal {

constinit std::atomic<bool> g_faults_armed{false};

bool CountsAndFails() {
  const uint64_t call = g_calls.fetch_add(1) + 1;
  const uint64_t first = g_first;
  if (call < first || call - first >= g_count) return false;
  ++g_failed;
  return true;
}

}  // namespace internal

Faults::Faults(uint64_t first, uint64_t count) {
  g_calls = g_failed = 0;
  g_first = first;
  g_count = count;
  internal::g_faults_armed = true;
}

void Faults::Stop() { internal::g_faults_armed = false; }

uint64_t Faults::calls() const { return g_calls; }
uint64_t Faults::failed() const { return g_failed; }

}  // namespace jsheap::os
