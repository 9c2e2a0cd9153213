// SPDX-License-Identifier: Apache-2.0
#include "engine/replication/primary_stream.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "engine/memory/copy_bytes.h"

namespace millpond::engine {

namespace {

constexpr std::size_t line_bytes_max = 32;
constexpr std::size_t kept_bytes = 1 << 20;

}  // namespace

char* PrimaryStream::room(std::size_t size) {
    if (begin_ > 0 && (begin_ == end_ || buffer_.size() - end_ < size)) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        position_ -= begin_;
        end_ -= begin_;
        begin_ = 0;
        if (end_ == 0 && buffer_.size() > kept_bytes) {
            buffer_.clear();
            buffer_.shrink_to_fit();
        }
    }
    if (buffer_.size() - end_ < size) buffer_.resize(std::max(end_ + size, buffer_.size() * 2));
    return buffer_.data() + end_;
}

void PrimaryStream::append(Bytes bytes) {
    copy_bytes(room(bytes.size()), bytes.data(), bytes.size());
    arrived(bytes.size());
}

void PrimaryStream::clear() {
    *this = PrimaryStream();
}

/// Reads "<kind>number\r\n". False with `step` set when it is not there.
bool PrimaryStream::line(char kind, std::uint64_t max, std::uint64_t& value, Step& step) {
    const Bytes rest(buffer_.data() + position_, end_ - position_);
    step = Step::incomplete;
    if (rest.empty()) return false;
    const std::size_t stop = rest.find('\n');
    if (rest[0] != kind || (stop == rest.npos && rest.size() > line_bytes_max) ||
        (stop != rest.npos && (stop < 3 || rest[stop - 1] != '\r'))) {
        step = Step::malformed;
        return false;
    }
    if (stop == rest.npos) return false;
    const char* last = rest.data() + stop - 1;
    const auto [end, error] = std::from_chars(rest.data() + 1, last, value);
    if (error != std::errc() || end != last || value > max) {
        step = Step::malformed;
        return false;
    }
    position_ += stop + 1;
    return true;
}

bool PrimaryStream::is(std::size_t argument, Bytes lower) const {
    const Range range = arguments_[argument];
    const Bytes word(buffer_.data() + begin_ + range.offset, range.size);
    return std::equal(word.begin(), word.end(), lower.begin(), lower.end(),
                      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

/// False when the line has not arrived whole.
bool PrimaryStream::skip_annotations() {
    while (position_ < end_ && buffer_[position_] == '#') {
        const std::size_t stop = Bytes(buffer_.data(), end_).find('\n', position_);
        if (stop == Bytes::npos) return false;
        position_ = stop + 1;
    }
    return true;
}

/// One whole command, its arguments appended to arguments_.
PrimaryStream::Step PrimaryStream::command() {
    Step step;
    if (!in_command_) {
        if (annotations_ && !skip_annotations()) return Step::incomplete;
        if (!line('*', arguments_max, arguments_left_, step)) return step;
        if (arguments_left_ == 0) return Step::malformed;
        in_command_ = true;
    }
    while (arguments_left_ > 0) {
        if (!in_bulk_) {
            if (!line('$', bulk_bytes_max, bulk_, step)) return step;
            in_bulk_ = true;
        }
        if (end_ - position_ < bulk_ + 2) return Step::incomplete;
        if (buffer_[position_ + bulk_] != '\r' || buffer_[position_ + bulk_ + 1] != '\n')
            return Step::malformed;
        arguments_.push_back({position_ - begin_, bulk_});
        position_ += bulk_ + 2;
        in_bulk_ = false;
        --arguments_left_;
    }
    in_command_ = false;
    return Step::record;
}

PrimaryStream::Step PrimaryStream::next() {
    for (;;) {
        const Step step = command();
        if (step != Step::record) return step;
        const std::size_t first = commands_end_.empty() ? 0 : commands_end_.back();
        commands_end_.push_back(arguments_.size());
        if (in_transaction_) {
            if (!is(first, "exec")) continue;
        } else if (is(first, "multi")) {
            in_transaction_ = true;
            continue;
        }
        break;
    }
    std::size_t at = 0;
    for (std::size_t end : commands_end_) {
        auto& command = commands_.emplace_back();
        for (; at < end; ++at) {
            command.emplace_back(buffer_.data() + begin_ + arguments_[at].offset,
                                 arguments_[at].size);
        }
    }
    return Step::record;
}

void PrimaryStream::pop() {
    begin_ = position_;
    in_transaction_ = false;
    arguments_.clear();
    commands_end_.clear();
    commands_.clear();
}

}  // namespace millpond::engine
