// SPDX-License-Identifier: Apache-2.0
#include "engine/types/field_deadlines.h"

#include "engine/types/collections.h"
#include "engine/types/element.h"

namespace millpond::engine {

namespace {

/// What the allocator and the two structures take for one deadline, about.
constexpr std::size_t kBytesEach = 128;

}  // namespace

FieldDeadlines::FieldDeadlines(void* fields) : fields_(fields) {
    form_bits = static_cast<std::uint8_t>(Form::timed);
}

FieldDeadlines::~FieldDeadlines() {
    destroy_object(Type::hash, fields_);
}

FieldDeadlines* FieldDeadlines::clone() const {
    auto* copy = new FieldDeadlines(clone_object(Type::hash, fields_));
    for (const auto& [field, at] : by_field_) copy->set(field, at);
    return copy;
}

FieldDeadlines* FieldDeadlines::of(void* object) {
    auto* head = static_cast<ObjectHead*>(object);
    return head->form() == Form::timed ? static_cast<FieldDeadlines*>(head) : nullptr;
}

const FieldDeadlines* FieldDeadlines::of(const void* object) {
    return of(const_cast<void*>(object));
}

std::size_t FieldDeadlines::Hasher::operator()(std::string_view text) const {
    return hash_bytes(text);
}

std::int64_t FieldDeadlines::next() const {
    return by_time_.empty() ? Hash::kNoDeadline : by_time_.begin()->first;
}

std::int64_t FieldDeadlines::of_field(Bytes field) const {
    const auto found = by_field_.find(field);
    return found == by_field_.end() ? Hash::kNoDeadline : found->second;
}

bool FieldDeadlines::set(Bytes field, std::int64_t at) {
    auto found = by_field_.find(field);
    if (found == by_field_.end()) {
        found = by_field_.emplace(std::string(field), at).first;
        text_bytes_ += field.size();
    } else {
        if (found->second == at) return false;
        by_time_.erase({found->second, &found->first});
        found->second = at;
    }
    by_time_.emplace(at, &found->first);
    return true;
}

bool FieldDeadlines::erase(Bytes field) {
    const auto found = by_field_.find(field);
    if (found == by_field_.end()) return false;
    by_time_.erase({found->second, &found->first});
    text_bytes_ -= found->first.size();
    by_field_.erase(found);
    return true;
}

const std::string* FieldDeadlines::first_due(std::int64_t now) const {
    if (by_time_.empty() || by_time_.begin()->first > now) return nullptr;
    return by_time_.begin()->second;
}

std::size_t FieldDeadlines::hidden() const {
    if (hide_ == 0) return 0;
    std::size_t count = 0;
    for (const auto& [at, field] : by_time_) {
        if (at > hide_) break;
        ++count;
    }
    return count;
}

std::size_t FieldDeadlines::bytes() const {
    return sizeof *this + object_bytes(Type::hash, fields_) + text_bytes_ +
           by_field_.size() * kBytesEach;
}

}  // namespace millpond::engine
