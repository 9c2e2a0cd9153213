// SPDX-License-Identifier: Apache-2.0
//
// Connections counted per source address, for NODE.SOURCES. Any thread; bounded, the source that
// was longest not seen makes room.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/server/control.h"

namespace millpond::engine {

class SourceTable {
public:
    static constexpr std::size_t kSourcesMax = 1024;

    void accepted(const std::string& address);
    void refused(const std::string& address, std::string_view reason);
    void owner(const std::string& address, std::int64_t uid, std::optional<std::string> process);
    std::vector<NetworkControl::Source> all() const;

private:
    NetworkControl::Source& at(const std::string& address);

    mutable std::mutex mutex_;
    std::map<std::string, NetworkControl::Source> sources_;
};

}  // namespace millpond::engine
