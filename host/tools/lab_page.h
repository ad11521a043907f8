// The laboratory's page: one HTML file that needs nothing else.

#ifndef HOST_TOOLS_LAB_PAGE_H_
#define HOST_TOOLS_LAB_PAGE_H_

#include <string>
#include <vector>

#include "host/tools/lab_results.h"
#include "host/tools/lab_summary.h"

namespace jshost::lab {

std::string FormatPage(const Results& results,
                       const std::vector<Summary>& summaries);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_PAGE_H_
