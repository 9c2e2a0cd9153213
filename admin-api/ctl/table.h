// SPDX-License-Identifier: Apache-2.0
//
// A plain table on a terminal: columns as wide as they must be, two blanks between. One thread.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace millpond::admin::ctl {

class Table {
public:
    explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
    /// Requires: as many cells as the header has.
    void add(std::vector<std::string> row);
    bool empty() const { return rows_.size() == 1; }
    void print(std::ostream& out) const;

private:
    std::vector<std::vector<std::string>> rows_;
};

/// "name:  value" lines with the values in one column.
void print_facts(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace millpond::admin::ctl
