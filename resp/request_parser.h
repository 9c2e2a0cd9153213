// SPDX-License-Identifier: Apache-2.0
//
// Turns the bytes of a client into commands: RESP arrays of bulk strings and inline commands, as
// views into the input; nothing is copied (but the words of inline commands), and of what has not
// come whole no byte is looked at more than twice. One parser per connection, used by its thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millpond::resp {

/// Complete commands, in order. The views live as long as the input and the batch.
class RequestBatch {
public:
    std::size_t size() const { return ends_.size(); }
    bool empty() const { return ends_.empty(); }
    std::span<const std::string_view> operator[](std::size_t i) const {
        const std::size_t first = i == 0 ? 0 : ends_[i - 1].arguments;
        return {arguments_.data() + first, ends_[i].arguments - first};
    }
    /// Bytes of the input up to the end of command i.
    std::size_t input_end(std::size_t i) const { return ends_[i].input; }
    /// Bytes of the input that are done with once all commands have been run: empty commands behind
    /// the last one are skipped too.
    std::size_t consumed() const { return consumed_; }
    void clear() {
        if (arguments_.capacity() > kArgumentsKept) arguments_ = std::vector<std::string_view>();
        arguments_.clear();
        ends_.clear();
        if (!unquoted_.empty()) unquoted_.clear();
        consumed_ = 0;
    }

private:
    friend class RequestParser;
    /// One command of very many arguments does not take memory for ever.
    static constexpr std::size_t kArgumentsKept = 16384;
    struct End {
        std::size_t arguments;
        std::size_t input;
    };
    void skip_to(std::size_t input) { consumed_ = input; }

    std::vector<std::string_view> arguments_;
    std::vector<End> ends_;
    std::size_t consumed_ = 0;
    std::deque<std::string> unquoted_;  ///< words of inline commands
};

struct RequestLimits {
    std::int64_t arguments_max = 2147483647;
    std::int64_t bulk_bytes_max = 512 << 20;
    std::size_t line_bytes_max = 64 << 10;
    bool authenticated = true;  ///< false: 10 arguments of 16 KiB, with errors that say so
};

class RequestParser {
public:
    enum class Status : std::uint8_t { ok, malformed };

    /// Appends at most `commands_max` complete commands to the empty batch. `input` begins after
    /// the last command that an earlier call has given out; what was incomplete then must still be
    /// at its beginning (at any address). After `malformed` the commands before the bad one are in
    /// the batch.
    Status parse(std::string_view input, const RequestLimits& limits, std::size_t commands_max,
                 RequestBatch& batch);

    /// What stands behind the name of the command that begins the input, as far as it is easily
    /// told: the key of most commands, and a member. Returns how many words that are.
    static std::size_t peek(std::string_view input, std::span<std::string_view> words);

    /// The whole error line for the client, after `malformed`.
    const std::string& error() const { return error_; }
    /// Bytes that the input must reach before the command under way can be complete; 0 when
    /// unknown.
    std::size_t bytes_wanted() const { return bytes_wanted_; }
    /// Of the command under way, what stands before the argument that it waits for, if that is one
    /// of `bulk_bytes_min` or more; else 0.
    std::size_t bytes_before_bulk(std::int64_t bulk_bytes_min) const {
        return bulk_size_ >= bulk_bytes_min ? position_ : 0;
    }
    /// The unfinished command is given out anew from its first byte: after commands were left
    /// unrun.
    void rewind();

private:
    enum class Step : std::uint8_t { complete, incomplete, malformed };
    bool take_plain(std::string_view input, const RequestLimits& limits, RequestBatch& batch);
    Step parse_multibulk(std::string_view input, const RequestLimits& limits, RequestBatch& batch);
    Step parse_inline(std::string_view input, const RequestLimits& limits, RequestBatch& batch);
    Step fail(std::string message);

    struct Range {
        std::size_t offset, size;
    };
    static constexpr std::size_t kRangesKept = 64;
    void forget_done() {
        if (done_.capacity() > kRangesKept) done_ = std::vector<Range>();
        done_.clear();
    }
    std::vector<Range> done_;      ///< arguments of the unfinished command, from its first byte
    std::int64_t arguments_ = -1;  ///< announced by the unfinished command; -1: not yet known
    std::int64_t bulk_size_ = -1;  ///< announced by the unfinished argument
    std::size_t position_ = 0;     ///< how far the unfinished command has been read
    std::size_t base_ = 0;         ///< where it begins in the input of this call
    std::size_t bytes_wanted_ = 0;
    std::string error_;
};

}  // namespace millpond::resp
