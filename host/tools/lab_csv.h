// Every run as a line of comma-separated values (RFC 4180).

#ifndef HOST_TOOLS_LAB_CSV_H_
#define HOST_TOOLS_LAB_CSV_H_

#include <string>

#include "host/tools/lab_results.h"

namespace jshost::lab {

// With a header. Bytes, milliseconds and shares from 0 to 1; what isn't known
// and limits that there aren't are empty.
std::string FormatCsv(const Results& results);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_CSV_H_
