// CPU time of the calling thread: on a busy machine, waiting says nothing.

#ifndef HOST_V8_MEMORY_CPU_TIME_H_
#define HOST_V8_MEMORY_CPU_TIME_H_

#include <time.h>

#include <chrono>

namespace jshost {

inline std::chrono::nanoseconds CpuTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) +
         std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace jshost

#endif  // HOST_V8_MEMORY_CPU_TIME_H_
