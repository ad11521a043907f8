// What people are told of the ways in which a program ends, one line each.

#ifndef HOST_RUNTIME_END_REPORT_H_
#define HOST_RUNTIME_END_REPORT_H_

#include <string>
#include <string_view>

#include "host/globals/isolates.h"
#include "host/v8_memory/array_buffer_allocator.h"

namespace jshost {

// A buffer was refused; `where` is as DescribeFrame has it.
std::string DescribeBufferLimit(const ArrayBufferAllocator& buffers,
                                const std::string& where);

// A module awaits what nothing will settle; `where` names the await.
std::string DescribeUnsettledAwait(const std::string& where);

// Which limit it was that DieOfMemory speaks of.
Outcome OutcomeOfDeath(std::string_view message);

}  // namespace jshost

#endif  // HOST_RUNTIME_END_REPORT_H_
