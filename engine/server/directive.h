// SPDX-License-Identifier: Apache-2.0
//
// One directive of the configuration, described once: names, how it is printed, how it is set.
// Private to Config.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/server/config.h"

namespace millpond::engine {

struct Config::Directive {
    std::string name;
    std::string alias;
    bool immutable = false;   ///< only before the start
    bool many_words = false;  ///< the value is several words
    bool internal = false;    ///< not shown by CONFIG GET
    bool hidden = false;      ///< shown to who asks for exactly it
    bool guarded = false;     ///< set while running only where enable-protected-configs lets
    // In a file that CONFIG REWRITE writes
    bool quoted = false;           ///< in double quotes, whatever it is
    bool bytes = false;            ///< a number of bytes, with a unit
    bool gone_when_empty = false;  ///< no line says that it is empty
    bool always_written = false;   ///< the default too
    struct Line {
        std::string value;
        bool is_default;
    };
    std::function<std::vector<Line>()> lines;  ///< where it is not one line with the value
    std::function<std::string()> get;
    /// An error text, or nothing when it has been set.
    std::function<std::optional<std::string>(const std::string&)> set;
    std::string initial;
    std::vector<Observer> observers;

    std::vector<Line> file_lines() const;
};

std::vector<std::unique_ptr<Config::Directive>> make_directives(Config& config);

}  // namespace millpond::engine
