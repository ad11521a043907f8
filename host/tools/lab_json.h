// The results as JSON.

#ifndef HOST_TOOLS_LAB_JSON_H_
#define HOST_TOOLS_LAB_JSON_H_

#include <string>
#include <vector>

#include "host/tools/lab_results.h"
#include "host/tools/lab_summary.h"

namespace jshost::lab {

// An object: what was asked for, `settings` with medians and their runs,
// `minima` and the `search` for them. Bytes, milliseconds and shares from 0 to
// 1; what isn't known, and a limit that there isn't, is null.
std::string FormatJson(const Results& results,
                       const std::vector<Summary>& summaries);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_JSON_H_
