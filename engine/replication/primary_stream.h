// SPDX-License-Identifier: Apache-2.0
//
// The command stream between two nodes, cut into records: one command, or all from MULTI to EXEC.
// Bytes arrive in pieces of any size; a record is given out when it is whole, with its bytes
// unchanged. Used by one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/types/object.h"

namespace millpond::engine {

class PrimaryStream {
public:
    static constexpr std::uint64_t bulk_bytes_max = std::uint64_t{1} << 30;
    static constexpr std::uint64_t arguments_max = 1 << 24;

    /// Room for at least `size` more bytes at the end of the input; then tell how many came.
    char* room(std::size_t size);
    void arrived(std::size_t bytes) { end_ += bytes; }
    void append(Bytes bytes);

    enum class Step : std::uint8_t { incomplete, record, malformed };
    /// Requires: the record given out before has been popped.
    Step next();
    /// After Step::record, until pop(): its commands (MULTI and EXEC included), and its bytes.
    std::span<const std::vector<Bytes>> commands() const { return commands_; }
    Bytes raw() const { return {buffer_.data() + begin_, position_ - begin_}; }
    void pop();

    std::size_t pending() const { return end_ - begin_; }
    void clear();
    /// Lines that begin with '#' may stand before commands, and are passed over: an append-only
    /// file has some where it tells the time.
    void allow_annotations() { annotations_ = true; }

private:
    struct Range {
        std::size_t offset, size;  ///< from begin_
    };
    Step command();
    bool skip_annotations();
    bool line(char kind, std::uint64_t max, std::uint64_t& value, Step& step);
    bool is(std::size_t argument, Bytes lower) const;

    std::string buffer_;
    std::size_t begin_ = 0;     ///< of the record under way
    std::size_t position_ = 0;  ///< how far it has been read
    std::size_t end_ = 0;       ///< of what has arrived
    std::uint64_t arguments_left_ = 0;
    bool in_command_ = false;
    std::uint64_t bulk_ = 0;
    bool in_bulk_ = false;
    bool in_transaction_ = false;
    bool annotations_ = false;
    std::vector<Range> arguments_;  ///< of all commands of the record under way
    std::vector<std::size_t> commands_end_;
    std::vector<std::vector<Bytes>> commands_;
};

}  // namespace millpond::engine
