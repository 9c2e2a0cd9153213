// SPDX-License-Identifier: Apache-2.0
//
// BITFIELD and BITFIELD_RO: integers of any width in a string, with a choice of what overflow does.
// All operations are checked before the first is run.
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "engine/commands/bits.h"
#include "engine/commands/numbers.h"

namespace millpond::engine {

namespace {

enum class Action : std::uint8_t { get, set, increment };
enum class Overflow : std::uint8_t { wrap, saturate, fail };

struct Operation {
    Action action;
    Overflow overflow;
    bool is_signed;
    std::uint32_t width;
    std::uint64_t offset;
    std::int64_t operand;
};

/// Up to this many bytes hold a field of 64 bits that begins within a byte.
constexpr std::size_t kSpanBytes = 9;
__extension__ typedef unsigned __int128 Span;
/// Wide enough for the sum of any two operands.
__extension__ typedef __int128 Wide;

/// The span of a field as one number, its first byte highest. What lies behind the string is zero.
Span load(const std::uint8_t* data, std::size_t size, std::uint64_t at) {
    Span value = 0;
    for (std::size_t i = 0; i < kSpanBytes; ++i) {
        value = value << 8 | (at + i < size ? data[at + i] : std::uint8_t{0});
    }
    return value;
}

std::uint64_t width_mask(std::uint32_t width) {
    return width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

std::uint32_t shift_of(const Operation& op) {
    return static_cast<std::uint32_t>(kSpanBytes * 8 - (op.offset & 7)) - op.width;
}

/// The field's value; a signed one extended to 64 bits.
std::uint64_t read_field(const std::uint8_t* data, std::size_t size, const Operation& op) {
    std::uint64_t value =
        static_cast<std::uint64_t>(load(data, size, op.offset >> 3) >> shift_of(op)) &
        width_mask(op.width);
    if (op.is_signed && value >> (op.width - 1) != 0) value |= ~width_mask(op.width);
    return value;
}

/// Requires: the string holds the whole field.
void write_field(std::uint8_t* data, std::size_t size, const Operation& op, std::uint64_t value) {
    const std::uint64_t at = op.offset >> 3;
    const Span mask = static_cast<Span>(width_mask(op.width)) << shift_of(op);
    Span span = load(data, size, at);
    span = (span & ~mask) | (static_cast<Span>(value & width_mask(op.width)) << shift_of(op));
    for (std::size_t i = kSpanBytes; i-- > 0; span >>= 8) {
        if (at + i < size) data[at + i] = static_cast<std::uint8_t>(span);
    }
}

/// `value + increment` as the field's type, or what overflow makes of it; nothing when it fails.
/// Values of more than 64 bits do not occur: unsigned fields have 63 at most.
std::optional<std::uint64_t> add(const Operation& op, std::uint64_t value, std::int64_t increment) {
    const Wide base = op.is_signed ? static_cast<Wide>(static_cast<std::int64_t>(value))
                                   : static_cast<Wide>(value);
    const Wide sum = base + increment;
    const Wide max = op.is_signed ? (static_cast<Wide>(1) << (op.width - 1)) - 1
                                  : (static_cast<Wide>(1) << op.width) - 1;
    const Wide min = op.is_signed ? -max - 1 : 0;
    if (sum >= min && sum <= max) return static_cast<std::uint64_t>(sum);
    switch (op.overflow) {
        case Overflow::fail:
            return std::nullopt;
        case Overflow::saturate: {
            // As in Redis: what is missing up to the maximum overflows itself where nearly the
            // least of 64 bits is set, which so is taken for too much.
            const bool above =
                sum > max || (op.is_signed && op.width < 64 && base < max - INT64_MAX);
            return static_cast<std::uint64_t>(above ? max : min);
        }
        case Overflow::wrap:
            break;
    }
    std::uint64_t wrapped = static_cast<std::uint64_t>(sum) & width_mask(op.width);
    if (op.is_signed && wrapped >> (op.width - 1) != 0) wrapped |= ~width_mask(op.width);
    return wrapped;
}

bool read_type(Call& call, Bytes text, Operation& op) {
    constexpr std::string_view kError =
        "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but "
        "i64 is.";
    text = text.substr(0, text.find('\0'));
    if (text.empty() || (text[0] != 'i' && text[0] != 'u')) return call.error(kError);
    op.is_signed = text[0] == 'i';
    const auto width = parse_integer(text.substr(1));
    if (!width || *width < 1 || *width > (op.is_signed ? 64 : 63)) return call.error(kError);
    op.width = static_cast<std::uint32_t>(*width);
    return true;
}

bool read_overflow(Call& call, Bytes word, Overflow& overflow) {
    if (is_word(word, "wrap")) {
        overflow = Overflow::wrap;
    } else if (is_word(word, "sat")) {
        overflow = Overflow::saturate;
    } else if (is_word(word, "fail")) {
        overflow = Overflow::fail;
    } else {
        return call.error("ERR Invalid OVERFLOW type specified");
    }
    return true;
}

bool read_operations(Call& call, std::vector<Operation>& operations) {
    Overflow overflow = Overflow::wrap;
    for (std::size_t i = 2; i < call.argc();) {
        const std::size_t left = call.argc() - i - 1;
        Operation op{};
        if (is_word(call.arg(i), "overflow") && left >= 1) {
            if (!read_overflow(call, call.arg(i + 1), overflow)) return false;
            i += 2;
            continue;
        }
        if (is_word(call.arg(i), "get") && left >= 2) {
            op.action = Action::get;
        } else if (is_word(call.arg(i), "set") && left >= 3) {
            op.action = Action::set;
        } else if (is_word(call.arg(i), "incrby") && left >= 3) {
            op.action = Action::increment;
        } else {
            return call.syntax_error();
        }
        op.overflow = overflow;
        if (!read_type(call, call.arg(i + 1), op) ||
            !bit_offset(call, call.arg(i + 2), op.width, op.offset))
            return false;
        if (op.action != Action::get && !call.integer(i + 3, op.operand)) return false;
        i += op.action == Action::get ? 3 : 4;
        operations.push_back(op);
    }
    return true;
}

void read_only(Call& call, const std::vector<Operation>& operations) {
    const Entry* entry = call.db().find_read(call.arg(1));
    if (entry != nullptr && !entry->is_string()) return void(call.wrong_type());
    StringScratch scratch;
    const Bytes bytes = entry != nullptr ? entry->string(scratch) : Bytes();
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    call.reply().array(operations.size());
    for (const Operation& op : operations) {
        call.reply().integer(static_cast<std::int64_t>(read_field(data, bytes.size(), op)));
    }
}

/// One operation; true when it has changed something, or would have in a string that was long
/// enough.
bool run(Call& call, const BitString& string, const Operation& op) {
    const std::uint64_t before = read_field(string.data, string.size, op);
    if (op.action == Action::get) {
        call.reply().integer(static_cast<std::int64_t>(before));
        return false;
    }
    const bool increments = op.action == Action::increment;
    // An unsigned field is set as if the operand had no sign: -1 is far too large, not too small.
    std::optional<std::uint64_t> after;
    if (increments) {
        after = add(op, before, op.operand);
    } else {
        after = add(op, static_cast<std::uint64_t>(op.operand), 0);
    }
    if (!after) {
        call.reply().null();
        return false;
    }
    call.reply().integer(static_cast<std::int64_t>(increments ? *after : before));
    write_field(string.data, string.size, op, *after);
    return string.grew || *after != before;
}

void bitfield(Call& call) {
    std::vector<Operation> operations;
    if (!read_operations(call, operations)) return;
    std::uint64_t last = 0;
    bool writes = false;
    for (const Operation& op : operations) {
        if (op.action == Action::get) continue;
        writes = true;
        last = std::max(last, op.offset + op.width - 1);
    }
    if (!writes) return read_only(call, operations);
    BitString string;
    if (!bit_string(call, call.arg(1), last, string)) return;
    std::size_t changes = 0;
    call.reply().array(operations.size());
    for (const Operation& op : operations) changes += run(call, string, op) ? 1 : 0;
    if (changes > 0) call.notify(EventClass::string, "setbit", call.arg(1));
    // A string that has only grown must grow on replicas too.
    call.changed(changes > 0 ? changes : string.grew ? 1 : 0);
}

void bitfield_ro(Call& call) {
    std::vector<Operation> operations;
    if (!read_operations(call, operations)) return;
    for (const Operation& op : operations) {
        if (op.action != Action::get)
            return void(call.error("ERR BITFIELD_RO only supports the GET subcommand"));
    }
    read_only(call, operations);
}

}  // namespace

void add_bitfield_commands(CommandTable& table) {
    CommandSpec spec{.name = "bitfield",
                     .arity = -2,
                     .flags = kWrite | kDenyOom,
                     .keys = {1, 1, 1},
                     .categories = kCatBitmap,
                     .handler = bitfield,
                     .since = "3.2.0",
                     .group = "bitmap",
                     .complexity = "O(1) for each operation",
                     .summary = "Reads, sets and adds to integers of any width in a string.",
                     .key_flags = "RW ACCESS UPDATE VARIABLE_FLAGS"};
    table.add(spec);
    spec.name = "bitfield_ro";
    spec.flags = kReadonly | kFast;
    spec.handler = bitfield_ro;
    spec.since = "6.0.0";
    spec.summary = "Reads integers of any width in a string.";
    spec.key_flags = "RO ACCESS";
    table.add(spec);
}

}  // namespace millpond::engine
