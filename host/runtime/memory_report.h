// What an isolate's program holds outside V8's heap, for the report after a
// limit was hit.

#ifndef HOST_RUNTIME_MEMORY_REPORT_H_
#define HOST_RUNTIME_MEMORY_REPORT_H_

#include <string>

namespace jshost {

struct Environment;

// A line for each kind that there is, the largest first:
// "  ArrayBuffer                 40.1 MiB in 812". On the isolate's thread;
// doesn't enter V8.
std::string DescribeHolders(const Environment& env);

}  // namespace jshost

#endif  // HOST_RUNTIME_MEMORY_REPORT_H_
