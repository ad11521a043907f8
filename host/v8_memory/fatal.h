// What happens when V8 can't go on for want of memory, in the middle of
// something and with no way back: never V8's own dump. By default the process
// ends, with one line on standard error and exit status 70. A thread that runs
// an isolate of its own may instead give up that isolate alone.

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
  // thread, with V8 in an unknown state and perhaps with locks of V8 held, in
  // the middle of a collection even: must not enter V8, nor take a lock that is
  // held where V8 is entered. It tells whoever waits for the isolate and then
  // parks the thread (ParkThread); when it returns the process ends after all.
  //
  // The isolate and all that it holds are leaked, its buffers included. Other
  // isolates go on: none waits for this one, but for V8's workers that compile
  // for it in the background and have asked for a collection; each of those is
  // lost to the others.
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
