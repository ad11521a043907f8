// The laboratory's table on standard output.

#ifndef HOST_TOOLS_LAB_TABLE_H_
#define HOST_TOOLS_LAB_TABLE_H_

#include <string>
#include <string_view>
#include <vector>

#include "host/tools/lab_results.h"
#include "host/tools/lab_summary.h"

namespace jshost::lab {

// Rows of cells: what the table and the page have in common.
struct Table {
  struct Column {
    std::string title;
    bool is_number = false;
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
};

// A row for each setting, in medians.
Table SettingTable(const Results& results,
                   const std::vector<Summary>& summaries);

// A row for each smallest limit.
Table MinimumTable(const Results& results);

// As text, in columns two blanks apart.
std::string FormatTable(const Table& table);

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_TABLE_H_
