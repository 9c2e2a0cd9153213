// SPDX-License-Identifier: Apache-2.0
//
// A configuration file that is written anew as redis-server's CONFIG REWRITE does: comments, order
// and what nobody asked about stay; a directive takes the place of its own old lines; new ones come
// behind a mark at the end. A value class for one thread; it touches no file.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace millpond::engine {

/// A number of bytes in the largest unit that divides it; any other text as it is.
std::string with_unit(const std::string& value);

class ConfigRewrite {
public:
    /// The name that a directive's lines are counted under, or nothing: it is no directive.
    using Canonical = std::function<std::string(std::string_view word)>;

    ConfigRewrite(std::string_view text, const Canonical& canonical);

    /// In the place of the directive's first old line that is still there; without one at the end,
    /// where only what is not the default goes.
    void put(const std::string& name, std::string line, bool is_default);
    /// The directive's old lines that nothing has taken the place of go.
    void settle(const std::string& name);
    /// The file's text: of empty lines in a row one stays.
    std::string text() const;

private:
    std::vector<std::string> lines_;
    std::map<std::string, std::vector<std::size_t>> places_;  ///< of each directive's old lines
    bool marked_ = false;
};

}  // namespace millpond::engine
