#include "host/runtime/exit_status.h"

#include "host/runtime/ending.h"

namespace jshost {

int ExitStatusOf(const Ending& ending) {
  switch (ending.kind) {
    case Ending::Kind::kFinished:
      return kExitOk;
    case Ending::Kind::kQuit:
      return ending.quit_status;
    case Ending::Kind::kUncaught:
    case Ending::Kind::kInterrupted:
      return kExitUncaught;
    case Ending::Kind::kMemoryLimit:
      return kExitMemoryLimit;
    case Ending::Kind::kUnsettledAwait:
      return kExitUnsettledAwait;
  }
  return kExitOk;
}

}  // namespace jshost
