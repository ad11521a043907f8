// What timers need of the event loop.

#ifndef HOST_GLOBALS_TIMER_SERVICE_H_
#define HOST_GLOBALS_TIMER_SERVICE_H_

#include <cstdint>
#include <functional>

namespace jshost {

// On the isolate's thread only.
class TimerService {
 public:
  // Positive; unique in the isolate.
  using Id = uint32_t;

  virtual ~TimerService() = default;

  // Calls `fire` as a task of its own after `delay_ms` milliseconds, and again
  // every `delay_ms` if `repeat`, until stopped. Equal times fire in the order
  // in which they were started.
  virtual Id Start(double delay_ms, bool repeat,
                   std::function<void()> fire) = 0;

  // As soon as the tasks that are ready now have run, timers aside.
  virtual Id StartImmediate(std::function<void()> fire) = 0;

  // Whether the timer keeps the program from ending; it does until told not
  // to. An unknown id is ignored.
  virtual void KeepAlive(Id id, bool keep) = 0;

  // An unknown id is ignored. A timer may stop itself.
  virtual void Stop(Id id) = 0;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_TIMER_SERVICE_H_
