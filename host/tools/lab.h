// `jshost lab`: a script under many limits and allocators.

#ifndef HOST_TOOLS_LAB_H_
#define HOST_TOOLS_LAB_H_

#include <string>
#include <vector>

namespace jshost {

// Does what `arguments`, which follow "lab", say. Returns the process's exit
// status; see LabHelp.
int LabMain(const std::vector<std::string>& arguments);

}  // namespace jshost

#endif  // HOST_TOOLS_LAB_H_
