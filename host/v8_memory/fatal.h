// What happens when V8 can't go on for want of memory, in the middle of
// something and with no way back: never V8's own dump. By default the process
// ends, with one line on standard error and exit status 70. Whoever runs an
// isolate on the thread may instead report more, or give up that isolate alone.

#ifndef HOST_V8_MEMORY_FATAL_H_
#define HOST_V8_MEMORY_FATAL_H_

#include <string_view>

namespace jshost {

inline constexpr int kMemoryLimitExitStatus = 70;

// Called, if set, before the line is written: flushes what the script printed.
// Process-wide; set before the first isolate. Must not enter V8.
void SetBeforeDeath(void (*hook)());

// Hears of the end of one thread's isolate.
class FatalHandler {
 public:
  virtual ~FatalHandler() = default;

  // `message` says what happened, without a newline. Called on the isolate's
  // thread, below frames of V8 that are in the middle of something, perhaps of
  // a collection or with locks of V8 held. Between collections, as
  // HeapLimitGuard::MayUseV8 tells, no JavaScript may run, but V8 can be asked
  // what its heap holds, and the isolate can be disposed of; then the handler
  // may jump out of here (longjmp) to where the thread ends, and what those
  // frames own is all that leaks. Otherwise it must not enter V8, nor take a
  // lock that is held where V8 is entered: it tells whoever waits for the
  // isolate and parks the thread (ParkThread). When it returns the process ends
  // after all.
  //
  // The isolate of a parked thread and all that it holds are leaked, its
  // buffers included. Other isolates go on: none waits for this one, but for
  // V8's workers that compile for it in the background and have asked for a
  // collection; each of those is lost to the others.
  virtual void OnFatal(std::string_view message) = 0;
};

// While it lives, an isolate's death on this thread goes to `handler`, which
// may be null. Scopes nest.
class FatalScope {
 public:
  explicit FatalScope(FatalHandler* handler);
  ~FatalScope();
  FatalScope(const FatalScope&) = delete;
  FatalScope& operator=(const FatalScope&) = delete;

 private:
  FatalHandler* const previous_;
};

// Stops the calling thread for ever.
[[noreturn]] void ParkThread();

// Asks this thread's handler, if there is one; then writes "jshost: " +
// `message` and ends the process. Allocates nothing.
[[noreturn]] void DieOfMemory(std::string_view message);

// For out-of-memory errors that reach no isolate's own handlers.
// Process-wide; call before V8::Initialize.
void InstallFatalHandlers();

}  // namespace jshost

#endif  // HOST_V8_MEMORY_FATAL_H_
