#include "host/globals/isolates.h"

#include <fmt/format.h>

namespace jshost {

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kCompleted:
      return "completed";
    case Outcome::kThrew:
      return "threw";
    case Outcome::kJsHeapLimit:
      return "js-heap-limit";
    case Outcome::kBufferLimit:
      return "buffer-limit";
    case Outcome::kTotalLimit:
      return "total-limit";
    case Outcome::kStackLimit:
      return "stack-limit";
    case Outcome::kTimeout:
      return "timeout";
    case Outcome::kTerminated:
      return "terminated";
    case Outcome::kCrashed:
      return "crashed";
  }
  return "";
}

std::string UnclonedResult(std::string_view why) {
  return fmt::format("jshost: the result could not be cloned: {}\n", why);
}

}  // namespace jshost
