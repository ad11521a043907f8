// An allocator from a shared library that speaks the interface of plugin.h.

#ifndef ALLOCATOR_BACKENDS_PLUGIN_PLUGIN_ALLOCATOR_H_
#define ALLOCATOR_BACKENDS_PLUGIN_PLUGIN_ALLOCATOR_H_

#include <cstddef>
#include <memory>
#include <string>

#include "allocator/allocator.h"
#include "allocator/plugin.h"

namespace jsheap::plugin {

// Stops the program with a message that names the plug-in when a block is
// misaligned; in debug and sanitizer builds also when it is too small or not
// zero.
class PluginAllocator final : public Allocator {
 public:
  // `file` is the library's path, `options` are for the plug-in. On failure
  // null, with one line in `*error` that names the file and the remedy.
  static std::unique_ptr<PluginAllocator> Make(const std::string& file,
                                               const std::string& options,
                                               std::string* error);
  // No thread may use the allocator any more; all its blocks end with it.
  ~PluginAllocator() override;
  PluginAllocator(const PluginAllocator&) = delete;
  PluginAllocator& operator=(const PluginAllocator&) = delete;

  void* Allocate(size_t bytes) override;
  void* AllocateZeroed(size_t bytes) override;
  void Free(void* block, size_t bytes) override;
  size_t UsableSize(const void* block) const override;
  void FlushThread() override;
  void IdleThread() override { FlushThread(); }
  AllocatorStats Stats(bool detail) const override;
  using Allocator::Stats;

 private:
  PluginAllocator(std::string file, const JsheapPlugin& table,
                  JsheapInstance* instance);
  void CheckBlock(const void* block, size_t bytes) const;
  [[noreturn]] void Fail(const char* what, const void* block,
                         size_t bytes) const;

  const std::string file_;
  const JsheapPlugin table_;
  JsheapInstance* const instance_;
};

}  // namespace jsheap::plugin

#endif  // ALLOCATOR_BACKENDS_PLUGIN_PLUGIN_ALLOCATOR_H_
