// SPDX-License-Identifier: Apache-2.0
#include "admin-api/ctl/table.h"

#include <algorithm>
#include <ostream>

#include "admin-api/ctl/text.h"

namespace millpond::admin::ctl {
namespace {

std::string padded(const std::string& text, std::size_t width) {
    const auto have = display_width(text);
    return text + std::string(width > have ? width - have : 0, ' ');
}

}  // namespace

void Table::add(std::vector<std::string> row) {
    for (auto& cell : row) cell = cell.empty() ? "-" : printable(cell);
    rows_.push_back(std::move(row));
}

void Table::print(std::ostream& out) const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], display_width(row[i]));
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i) out << padded(row[i], widths[i]) << "  ";
        out << row.back() << "\n";
    }
}

void print_facts(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& facts) {
    std::size_t width = 0;
    for (const auto& [name, value] : facts) width = std::max(width, display_width(name));
    for (const auto& [name, value] : facts)
        out << padded(name + ":", width + 1) << "  " << (value.empty() ? "-" : printable(value))
            << "\n";
}

}  // namespace millpond::admin::ctl
