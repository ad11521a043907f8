#include "allocator/reclaimer/reclaimer.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace jsheap {

bool ParseReclaimer(std::string_view text, ReclaimerOptions* options,
                    std::string* error) {
  using Mode = ReclaimerOptions::Mode;
  constexpr std::string_view kInlineEvery = "inline=";
  if (text == "thread") {
    options->mode = Mode::kThread;
  } else if (text == "inline") {
    options->mode = Mode::kInline;
  } else if (text == "off") {
    options->mode = Mode::kOff;
  } else if (text.starts_with(kInlineEvery)) {
    const std::string_view number = text.substr(kInlineEvery.size());
    const char* end = number.data() + number.size();
    uint64_t every = 0;
    auto [rest, status] = std::from_chars(number.data(), end, every);
    if (status != std::errc() || rest != end || every == 0) {
      *error = "'" + std::string(number) +
               "' is not a number of allocations; write e.g. inline=65536";
      return false;
    }
    options->mode = Mode::kInline;
    options->every = every;
  } else {
    *error = "unknown reclaimer '" + std::string(text) +
             "'; known are thread, inline, inline=N, off";
    return false;
  }
  return true;
}

Reclaimer::Reclaimer(std::initializer_list<Reclaimable*> heaps,
                     const ReclaimerOptions& options)
    : options_(options) {
  using Mode = ReclaimerOptions::Mode;
  if (options.mode == Mode::kOff) return;
  std::copy(heaps.begin(), heaps.end(), heaps_.begin());
  // Started here and not by the first Wake: making a thread allocates, and
  // Wake may come from the middle of an allocator that serves those calls.
  if (options_.mode == Mode::kThread) {
    try {
      thread_ = std::thread([this] { Run(); });
    } catch (const std::system_error&) {
      options_.mode = Mode::kInline;  // no thread to be had
    }
  }
  for (Reclaimable* heap : heaps_) {
    if (heap != nullptr) {
      heap->SetListener(this, options_.mode == Mode::kInline);
    }
  }
}

Reclaimer::~Reclaimer() {
  for (Reclaimable* heap : heaps_) {
    if (heap != nullptr) heap->SetListener(nullptr, false);
  }
  {
    std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Reclaimer::Wake() {
  if (options_.mode != ReclaimerOptions::Mode::kThread) return;
  {
    std::lock_guard lock(mutex_);
    is_awake_ = true;
  }
  changed_.notify_all();
}

void Reclaimer::Allocated(uint32_t blocks) {
  const uint64_t before =
      allocated_.fetch_add(blocks, std::memory_order_relaxed);
  if (before + blocks < options_.every) return;
  // One thread does the work; the others go on.
  std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  allocated_.store(0, std::memory_order_relaxed);
  (void)Tick();
}

uint64_t Reclaimer::wakeups() const {
  std::lock_guard lock(mutex_);
  return wakeups_;
}

void Reclaimer::Run() {
  std::unique_lock lock(mutex_);
  while (!is_ending_) {
    if (is_awake_) {
      changed_.wait_for(lock, NextTick(), [this] { return is_ending_; });
      ++wakeups_;
      is_awake_ = false;
      lock.unlock();
      const bool more = Tick();
      lock.lock();
      is_awake_ |= more;
    } else {
      changed_.wait(lock, [this] { return is_awake_ || is_ending_; });
    }
  }
}

bool Reclaimer::Tick() {
  bool more = false;
  for (Reclaimable* heap : heaps_) {
    if (heap != nullptr) more |= heap->Tick();
  }
  return more;
}

// kTick, a quarter more or less.
std::chrono::microseconds Reclaimer::NextTick() {
  jitter_state_ = jitter_state_ * 1664525u + 1013904223u;
  const auto tick =
      std::chrono::duration_cast<std::chrono::microseconds>(Reclaimable::kTick);
  return tick * 3 / 4 + tick * (jitter_state_ >> 16) / 65536 / 2;
}

}  // namespace jsheap
