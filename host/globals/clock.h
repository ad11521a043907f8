// The clock of performance.now, console.time and timers.

#ifndef HOST_GLOBALS_CLOCK_H_
#define HOST_GLOBALS_CLOCK_H_

#include <chrono>

#include "host/globals/environment.h"

namespace jshost {

// Monotonic, with a fraction.
inline double MillisecondsSinceStart(const Environment& env) {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now() - env.start)
      .count();
}

}  // namespace jshost

#endif  // HOST_GLOBALS_CLOCK_H_
