// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/latency_graph.h"

#include <algorithm>

namespace millpond::engine {

namespace {

constexpr int kColumns = 80;
constexpr int kRows = 4;
constexpr std::string_view kTops = "_o#";  ///< of a column, by how far it reaches into its row
constexpr int kStepsOfRow = 3;

std::string age(std::int64_t seconds) {
    if (seconds < 60) return std::to_string(seconds) + "s";
    if (seconds < 3600) return std::to_string(seconds / 60) + "m";
    if (seconds < 86400) return std::to_string(seconds / 3600) + "h";
    return std::to_string(seconds / 86400) + "d";
}

struct Column {
    int step;  ///< its height, in steps from 0
    std::string label;
};

std::string draw(const std::vector<Column>& columns) {
    std::string out;
    for (int row = kRows - 1; row >= 0; --row) {
        for (const Column& column : columns) {
            const int step = column.step - row * kStepsOfRow;
            out += step < 0              ? ' '
                   : step >= kStepsOfRow ? '|'
                                         : kTops[static_cast<std::size_t>(step)];
        }
        out += '\n';
    }
    out += std::string(columns.size(), ' ') + '\n';
    std::size_t longest = 0;
    for (const Column& column : columns) longest = std::max(longest, column.label.size());
    for (std::size_t i = 0; i < longest; ++i) {
        for (const Column& column : columns) out += i < column.label.size() ? column.label[i] : ' ';
        out += '\n';
    }
    return out;
}

}  // namespace

std::string latency_graph_of(const LatencyMonitor::Event& event, std::int64_t now_seconds) {
    const auto [low, high] = std::ranges::minmax(event.samples, {}, &LatencyMonitor::Sample::ms);
    const std::int64_t range = std::max<std::int64_t>(high.ms - low.ms, 1);
    constexpr int kSteps = kRows * kStepsOfRow;
    std::vector<Column> columns;
    for (const LatencyMonitor::Sample& sample : event.samples) {
        const auto step = static_cast<int>((sample.ms - low.ms) * kSteps / range);
        columns.push_back({std::min(step, kSteps - 1), age(now_seconds - sample.unix_seconds)});
    }
    std::string out = event.name + " - high " + std::to_string(high.ms) + " ms, low " +
                      std::to_string(low.ms) + " ms (all time high " +
                      std::to_string(event.highest_ms) + " ms)\n" + std::string(kColumns, '-') +
                      '\n';
    for (std::size_t at = 0; at < columns.size(); at += kColumns) {
        const std::size_t end = std::min(columns.size(), at + kColumns);
        out += draw({columns.begin() + static_cast<std::ptrdiff_t>(at),
                     columns.begin() + static_cast<std::ptrdiff_t>(end)});
    }
    return out;
}

}  // namespace millpond::engine
