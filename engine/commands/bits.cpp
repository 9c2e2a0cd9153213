// SPDX-License-Identifier: Apache-2.0
//
// SETBIT, GETBIT, BITCOUNT, BITPOS and BITOP: strings as arrays of bits.
#include "engine/commands/bits.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "engine/commands/numbers.h"
#include "engine/memory/copy_bytes.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/types/bit_words.h"

namespace millpond::engine {

namespace {

constexpr std::string_view kBadOffset = "ERR bit offset is not an integer or out of range";
constexpr std::string_view kBadBit = "ERR bit is not an integer or out of range";

void setbit(Call& call) {
    std::uint64_t offset = 0;
    if (!bit_offset(call, call.arg(2), 0, offset)) return;
    const auto bit = parse_integer(call.arg(3));
    if (!bit || (*bit & ~std::int64_t{1}) != 0) return void(call.error(kBadBit));
    BitString string;
    if (!bit_string(call, call.arg(1), offset, string)) return;
    std::uint8_t& byte = string.data[offset >> 3];
    const auto mask = static_cast<std::uint8_t>(0x80 >> (offset & 7));
    const bool before = (byte & mask) != 0;
    if (string.grew || before != (*bit == 1)) {
        byte = static_cast<std::uint8_t>(*bit == 1 ? byte | mask : byte & ~mask);
        call.changed();
        call.notify(EventClass::string, "setbit", call.arg(1));
    }
    call.reply().integer(before ? 1 : 0);
}

void getbit(Call& call) {
    std::uint64_t offset = 0;
    if (!bit_offset(call, call.arg(2), 0, offset)) return;
    const Entry* entry = call.db().find_read(call.arg(1));
    if (entry == nullptr) return call.reply().integer(0);
    if (!entry->is_string()) return void(call.wrong_type());
    StringScratch scratch;
    const Bytes bytes = entry->string(scratch);
    const std::uint64_t at = offset >> 3;
    const bool set =
        at < bytes.size() && (static_cast<unsigned char>(bytes[at]) & (0x80 >> (offset & 7))) != 0;
    call.reply().integer(set ? 1 : 0);
}

/// The bits from `first` to `last`, both included.
struct BitRange {
    std::int64_t first = 0;
    std::int64_t last = -1;
    bool empty() const { return first > last; }
};

/// From start and end as the client gave them, in bytes or bits, of a string of `size` bytes.
BitRange bit_range(std::int64_t start, std::int64_t end, bool in_bits, std::size_t size) {
    auto total = static_cast<std::int64_t>(size);
    if (in_bits) total *= 8;
    if (start < 0) start = std::max<std::int64_t>(start + total, 0);
    if (end < 0) end = std::max<std::int64_t>(end + total, 0);
    end = std::min(end, total - 1);
    if (start > end) return {};
    return in_bits ? BitRange{start, end} : BitRange{start * 8, end * 8 + 7};
}

bool read_unit(Call& call, std::size_t index, bool& in_bits) {
    in_bits = is_word(call.arg(index), "bit");
    return in_bits || is_word(call.arg(index), "byte") || call.syntax_error();
}

/// The byte at `index`, without the bits outside the range.
std::uint8_t masked(Bytes bytes, const BitRange& range, std::int64_t index) {
    auto byte = static_cast<std::uint8_t>(bytes[static_cast<std::size_t>(index)]);
    if (index == range.first >> 3) byte &= static_cast<std::uint8_t>(0xff >> (range.first & 7));
    if (index == range.last >> 3) byte &= static_cast<std::uint8_t>(0xff << (7 - (range.last & 7)));
    return byte;
}

std::int64_t count_bits(Bytes bytes, const BitRange& range) {
    if (range.empty()) return 0;
    std::int64_t count = std::popcount(masked(bytes, range, range.first >> 3));
    if (range.last >> 3 == range.first >> 3) return count;
    count += std::popcount(masked(bytes, range, range.last >> 3));
    const auto from = static_cast<std::size_t>(range.first >> 3) + 1;
    const auto to = static_cast<std::size_t>(range.last >> 3);
    return count + static_cast<std::int64_t>(count_ones(bytes.substr(from, to - from)));
}

void bitcount(Call& call) {
    const Entry* entry = call.db().find_read(call.arg(1));
    if (entry == nullptr) return call.reply().integer(0);
    if (!entry->is_string()) return void(call.wrong_type());
    StringScratch scratch;
    const Bytes bytes = entry->string(scratch);
    std::int64_t start = 0, end = -1;
    bool in_bits = false;
    if (call.argc() == 4 || call.argc() == 5) {
        if (!call.integer(2, start) || !call.integer(3, end)) return;
        if (start < 0 && end < 0 && start > end) return call.reply().integer(0);
        if (call.argc() == 5 && !read_unit(call, 4, in_bits)) return;
    } else if (call.argc() != 2) {
        return void(call.syntax_error());
    }
    call.reply().integer(count_bits(bytes, bit_range(start, end, in_bits, bytes.size())));
}

/// The first bit of that value in the range, or -1.
std::int64_t find_bit(Bytes bytes, const BitRange& range, bool wanted) {
    const std::int64_t last = range.last >> 3;
    for (std::int64_t at = range.first >> 3; at <= last; ++at) {
        // Whole words without a wanted bit are the long part of any search.
        const std::uint64_t blank = wanted ? 0 : ~std::uint64_t{0};
        if (at > range.first >> 3) {
            for (std::uint64_t word = 0; at + 8 <= last; at += 8) {
                std::memcpy(&word, bytes.data() + at, sizeof word);
                if (word != blank) break;
            }
        }
        auto byte = static_cast<std::uint8_t>(bytes[static_cast<std::size_t>(at)]);
        if (!wanted) byte = static_cast<std::uint8_t>(~byte);
        if (at == range.first >> 3) byte &= static_cast<std::uint8_t>(0xff >> (range.first & 7));
        if (at == last) byte &= static_cast<std::uint8_t>(0xff << (7 - (range.last & 7)));
        if (byte != 0) return at * 8 + std::countl_zero(byte);
    }
    return -1;
}

void bitpos(Call& call) {
    std::int64_t bit = 0;
    if (!call.integer(2, bit)) return;
    if (bit != 0 && bit != 1) return void(call.error("ERR The bit argument must be 1 or 0."));
    const Entry* entry = call.db().find_read(call.arg(1));
    // An absent key is an endless row of zeros.
    if (entry == nullptr) return call.reply().integer(bit == 1 ? -1 : 0);
    if (!entry->is_string()) return void(call.wrong_type());
    if (call.argc() > 6) return void(call.syntax_error());
    StringScratch scratch;
    const Bytes bytes = entry->string(scratch);
    std::int64_t start = 0, end = -1;
    bool in_bits = false;
    if (call.argc() >= 4 && !call.integer(3, start)) return;
    if (call.argc() == 6 && !read_unit(call, 5, in_bits)) return;
    if (call.argc() >= 5 && !call.integer(4, end)) return;
    const BitRange range = bit_range(start, end, in_bits, bytes.size());
    if (range.empty()) return call.reply().integer(-1);
    std::int64_t found = find_bit(bytes, range, bit == 1);
    // Without an end, what is right of the string counts as zeros.
    if (found < 0 && bit == 0 && call.argc() < 5)
        found = static_cast<std::int64_t>(bytes.size()) * 8;
    call.reply().integer(found);
}

/// Nothing: the complement.
using Operation = std::optional<BitOperation>;

bool read_operation(Call& call, Operation& operation) {
    constexpr std::pair<std::string_view, Operation> kWords[] = {{"and", BitOperation::conjunction},
                                                                 {"or", BitOperation::disjunction},
                                                                 {"xor", BitOperation::difference},
                                                                 {"not", std::nullopt}};
    for (const auto& [word, meant] : kWords) {
        if (!is_word(call.arg(1), word)) continue;
        operation = meant;
        if (!meant && call.argc() != 4)
            return call.error("ERR BITOP NOT must be called with a single source key.");
        return true;
    }
    return call.syntax_error();
}

/// Shorter strings count as padded with zeros.
void combine(std::string& out, Bytes bytes, BitOperation operation) {
    combine_bits(out.data(), bytes, operation);
    if (operation == BitOperation::conjunction)
        std::fill(out.begin() + static_cast<std::ptrdiff_t>(bytes.size()), out.end(), '\0');
}

void bitop(Call& call) {
    Operation operation;
    if (!read_operation(call, operation)) return;
    const Bytes target = call.arg(2);
    std::vector<Entry*> sources;
    std::size_t longest = 0;
    for (std::size_t i = 3; i < call.argc(); ++i) {
        Entry* entry = call.db().find_read(call.arg(i));
        if (entry != nullptr && !entry->is_string()) return void(call.wrong_type());
        if (entry != nullptr) longest = std::max(longest, entry->string_length());
        sources.push_back(entry);
    }
    std::string out(longest, '\0');
    StringScratch scratch;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const Bytes bytes = sources[i] != nullptr ? sources[i]->string(scratch) : Bytes();
        if (i == 0) {
            copy_bytes(out.data(), bytes.data(), bytes.size());
        } else {
            combine(out, bytes, *operation);
        }
    }
    if (!operation) invert_bits(out.data(), out.size());
    if (!out.empty()) {
        call.db().put_text(target, out)->set_edited();
        call.notify(EventClass::string, "set", target);
        call.changed();
    } else if (call.db().erase(target)) {
        call.notify(EventClass::generic, "del", target);
        call.changed();
    }
    call.reply().integer(static_cast<std::int64_t>(longest));
}

}  // namespace

bool bit_offset(Call& call, Bytes text, std::uint32_t width, std::uint64_t& out) {
    const bool multiple = width > 0 && text.starts_with('#');
    const auto value = parse_integer(text.substr(multiple ? 1 : 0));
    if (!value) return call.error(kBadOffset);
    std::int64_t offset = *value;
    if (multiple && __builtin_mul_overflow(offset, std::int64_t{width}, &offset))
        return call.error(kBadOffset);
    const std::int64_t limit = call.server().config().proto_max_bulk_len.load();
    if (offset < 0 || (!call.applying() && offset >> 3 >= limit)) return call.error(kBadOffset);
    out = static_cast<std::uint64_t>(offset);
    return true;
}

bool bit_string(Call& call, Bytes key, std::uint64_t last, BitString& out) {
    const std::size_t needed = static_cast<std::size_t>(last >> 3) + 1;
    Entry* entry = call.db().find_write(key);
    if (entry != nullptr && !entry->is_string()) return call.wrong_type();
    const bool made = entry == nullptr;
    if (made) entry = call.db().put_string(key, "");
    const std::size_t before = entry->string_length();
    const auto edited = call.db().edit_string(*entry, std::max(before, needed));
    out = {reinterpret_cast<std::uint8_t*>(edited.data), edited.size, made || needed > before};
    return true;
}

void add_bit_commands(CommandTable& table) {
    CommandSpec spec{.name = "setbit",
                     .arity = 4,
                     .flags = kWrite | kDenyOom,
                     .keys = {1, 1, 1},
                     .categories = kCatBitmap,
                     .handler = setbit,
                     .since = "2.2.0",
                     .group = "bitmap",
                     .complexity = "O(1)",
                     .summary = "Sets or clears a bit of a string, which grows where it must.",
                     .key_flags = "RW ACCESS UPDATE"};
    table.add(spec);
    spec.name = "getbit";
    spec.arity = 3;
    spec.flags = kReadonly | kFast;
    spec.handler = getbit;
    spec.summary = "Answers a bit of a string.";
    spec.key_flags = "RO ACCESS";
    table.add(spec);
    spec.name = "bitcount";
    spec.arity = -2;
    spec.flags = kReadonly;
    spec.handler = bitcount;
    spec.since = "2.6.0";
    spec.complexity = "O(N) in the length of the string";
    spec.summary = "Counts the bits that are set in a string or a part of it.";
    table.add(spec);
    spec.name = "bitpos";
    spec.arity = -3;
    spec.handler = bitpos;
    spec.since = "2.8.7";
    spec.summary = "Finds the first bit that is set, or the first that is not.";
    table.add(spec);
    spec.name = "bitop";
    spec.arity = -4;
    spec.flags = kWrite | kDenyOom;
    spec.keys = {2, -1, 1};
    spec.handler = bitop;
    spec.since = "2.6.0";
    spec.complexity = "O(N) in the length of the longest string";
    spec.summary = "Combines strings bit by bit, and keeps the result.";
    spec.key_flags = "OW UPDATE|RO ACCESS";
    table.add(spec);
    add_bitfield_commands(table);
}

}  // namespace millpond::engine
