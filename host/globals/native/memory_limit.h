// The error of our own API when there is no memory.

#ifndef HOST_GLOBALS_NATIVE_MEMORY_LIMIT_H_
#define HOST_GLOBALS_NATIVE_MEMORY_LIMIT_H_

#include <cstddef>
#include <string_view>

namespace jshost {

struct Environment;

// Throws a RangeError with `code` ERR_MEMORY_LIMIT, `limit` ("buffers" when
// --buffer-limit was in the way, "total" when --memory-limit, "system" when the
// operating system was) and `requested` in bytes. `what` asked.
void ThrowMemoryLimit(Environment& env, std::string_view what, size_t bytes);

// Collects garbage because something was refused that may fit afterwards. False
// when it is to be refused all the same: the last few times there was hardly
// anything to collect, and the program would spend its time with nothing else.
bool CollectForRoom(Environment& env);

}  // namespace jshost

#endif  // HOST_GLOBALS_NATIVE_MEMORY_LIMIT_H_
