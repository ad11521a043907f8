// How a program ended.

#ifndef HOST_RUNTIME_ENDING_H_
#define HOST_RUNTIME_ENDING_H_

namespace jshost {

struct Ending {
  enum class Kind {
    kFinished,
    kQuit,      // `quit_status` says with what
    kUncaught,  // an exception or a rejection, or unwritable output
    kMemoryLimit,
    kUnsettledAwait,  // the module awaits what nothing will settle
    kInterrupted,     // from another thread
  };
  Kind kind = Kind::kFinished;
  int quit_status = 0;
};

// The exit status that tells of it; see exit_status.h.
int ExitStatusOf(const Ending& ending);

}  // namespace jshost

#endif  // HOST_RUNTIME_ENDING_H_
