// SPDX-License-Identifier: Apache-2.0
#include "engine/types/element.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <charconv>
#include <random>

#include "engine/memory/copy_bytes.h"
#include "engine/types/allocation.h"

namespace millpond::engine {

namespace {

constexpr std::int64_t kTinyMax = 63;
constexpr std::size_t kPointerBytes = sizeof(void*);
constexpr std::uint8_t kIntegerLast = 0xe5;
constexpr std::uint8_t kMediumString = 0xe8;
constexpr std::uint8_t kBlock = 0xe9;
constexpr std::uint8_t kDouble = 0xea;
constexpr std::uint8_t kIntegerBytes[] = {1, 2, 3, 4, 6, 8};

std::uint64_t hash_seed() {
    static const std::uint64_t seed = [] {
        std::random_device device;
        return static_cast<std::uint64_t>(device()) << 32 | device();
    }();
    return seed;
}

bool fits(std::int64_t value, int bytes) {
    int shift = 64 - 8 * bytes;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << shift) >> shift == value;
}

std::size_t encode_integer(std::uint8_t* to, std::int64_t value) {
    if (value >= 0 && value <= kTinyMax) {
        *to = static_cast<std::uint8_t>(kTinyInteger + value);
        return 1;
    }
    int form = 0;
    while (!fits(value, kIntegerBytes[form])) form++;
    *to = static_cast<std::uint8_t>(kInteger + form);
    std::memcpy(to + 1, &value, kIntegerBytes[form]);
    return 1 + kIntegerBytes[form];
}

std::int64_t decode_integer(const std::uint8_t* at) {
    if (*at < kInteger) return *at - kTinyInteger;
    int bytes = kIntegerBytes[*at - kInteger];
    std::uint64_t raw = 0;
    std::memcpy(&raw, at + 1, static_cast<std::size_t>(bytes));
    int shift = 64 - 8 * bytes;
    return static_cast<std::int64_t>(raw << shift) >> shift;
}

bool is_integer_form(std::uint8_t head) {
    return head >= kTinyInteger && head <= kIntegerLast;
}

Block* block_of(const std::uint8_t* at) {
    Block* block;
    std::memcpy(&block, at + 1, kPointerBytes);
    return block;
}

}  // namespace

Block* Block::create(Bytes bytes) {
    auto* block = static_cast<Block*>(allocate(sizeof(Block) + bytes.size()));
    block->size = bytes.size();
    copy_bytes(block + 1, bytes.data(), bytes.size());
    return block;
}

bool parse_canonical(Bytes text, std::int64_t& out) {
    if (text.empty() || text.size() > 20) return false;
    bool negative = text[0] == '-';
    char first =
        text[negative ? 1 : 0];  // a lone "-" reads its end, which from_chars refuses below
    if (negative && text.size() == 1) return false;
    if (first == '0' && text.size() > 1) return false;
    if (first < '0' || first > '9') return false;
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    return failed == std::errc() && end == text.data() + text.size();
}

Needle::Needle(Bytes text) : text_(text) {
    if (parse_canonical(text, value_)) {
        integer_ = true;
        head_size_ = static_cast<std::uint8_t>(encode_integer(head_.data(), value_));
    } else if (text.size() <= kShortStringMax) {
        head_[0] = static_cast<std::uint8_t>(text.size());
        body_ = text.size();
    } else if (text.size() <= kInlineMax) {
        auto size = static_cast<std::uint16_t>(text.size());
        head_[0] = kMediumString;
        std::memcpy(&head_[1], &size, sizeof size);
        head_size_ = 3;
        body_ = text.size();
    } else {
        head_[0] = kBlock;
        head_size_ = 9;
        block_ = true;
    }
}

void Needle::encode(std::uint8_t* to) const {
    to[0] = head_[0];
    if (head_size_ > 1) std::memcpy(to + 1, &head_[1], head_size_ - 1u);
    if (block_) {
        Block* block = Block::create(text_);
        std::memcpy(to + 1, &block, kPointerBytes);
    } else if (body_ != 0) {
        std::memcpy(to + head_size_, text_.data(), body_);
    }
}

/// Of one with the same first byte, which is not all that stands before the text.
bool Needle::equals_rare(const std::uint8_t* element) const {
    if (block_) return block_of(element)->bytes() == text_;
    return std::memcmp(element, head_.data(), head_size_) == 0 &&
           std::memcmp(element + head_size_, text_.data(), body_) == 0;
}

std::uint64_t Needle::hash() const {
    return integer_ ? hash_integer(value_) : hash_bytes(text_);
}

Bytes Element::write_digits(Digits& digits) const {
    auto [end, failed] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    (void)failed;
    return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

Element read_rare_element(const std::uint8_t* at) {
    const char* text = reinterpret_cast<const char*>(at);
    if (is_integer_form(*at)) return {nullptr, 0, decode_integer(at)};
    if (*at == kMediumString) {
        std::uint16_t size;
        std::memcpy(&size, at + 1, sizeof size);
        return {text + 3, size, 0};
    }
    Bytes bytes = block_of(at)->bytes();
    return {bytes.data(), bytes.size(), 0};
}

std::size_t rare_element_size(const std::uint8_t* at) {
    if (*at <= kIntegerLast) return 1u + kIntegerBytes[*at - kInteger];
    if (*at == kMediumString) {
        std::uint16_t size;
        std::memcpy(&size, at + 1, sizeof size);
        return 3u + size;
    }
    return 9;
}

std::uint64_t element_hash(const std::uint8_t* at) {
    Element element = read_element(at);
    return element.is_integer() ? hash_integer(element.value)
                                : hash_bytes({element.data, element.size});
}

void release_element(const std::uint8_t* at) noexcept {
    if (*at == kBlock) release(block_of(at));
}

void unshare_element(std::uint8_t* at) {
    if (*at != kBlock) return;
    Block* copy = Block::create(block_of(at)->bytes());
    std::memcpy(at + 1, &copy, kPointerBytes);
}

std::size_t element_block_bytes(const std::uint8_t* at) {
    return *at == kBlock ? sizeof(Block) + block_of(at)->size : 0;
}

std::size_t encode_score(std::uint8_t* to, double score) {
    constexpr double kExact = 9007199254740992.0;  // 2^53: every integer up to here is a double
    if (score >= -kExact && score <= kExact) {
        auto integer = static_cast<std::int64_t>(score);
        if (static_cast<double>(integer) == score) return encode_integer(to, integer);
    }
    *to = kDouble;
    std::memcpy(to + 1, &score, sizeof score);
    return 1 + sizeof score;
}

double read_score(const std::uint8_t* at) {
    if (*at != kDouble) return static_cast<double>(decode_integer(at));
    double score;
    std::memcpy(&score, at + 1, sizeof score);
    return score;
}

std::uint64_t hash_bytes(Bytes text) {
    return XXH3_64bits_withSeed(text.data(), text.size(), hash_seed());
}

std::uint64_t hash_integer(std::int64_t value) {
    return XXH3_64bits_withSeed(&value, sizeof value, hash_seed());
}

}  // namespace millpond::engine
