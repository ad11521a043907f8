// The other side of an IsolateProcess: this process runs one isolate for the
// one that started it.

#ifndef HOST_SHELL_ISOLATE_CHILD_H_
#define HOST_SHELL_ISOLATE_CHILD_H_

#include <string>
#include <vector>

namespace jshost {

// `options` are as on the command line. Returns the exit status.
int RunIsolateChild(const std::vector<std::string>& options);

}  // namespace jshost

#endif  // HOST_SHELL_ISOLATE_CHILD_H_
