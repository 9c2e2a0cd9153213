// SPDX-License-Identifier: Apache-2.0
#include "engine/types/object.h"

#include "engine/types/collections.h"
#include "engine/types/field_deadlines.h"
#include "engine/types/integer_set.h"
#include "engine/types/limits.h"
#include "engine/types/member_table.h"
#include "engine/types/packed.h"
#include "engine/types/run_chain.h"
#include "engine/types/score_tree.h"
#include "engine/types/stream.h"

namespace millpond::engine {

namespace {

Form form_of(const void* object) {
    return static_cast<const ObjectHead*>(object)->form();
}

template <class Object>
Object* as(void* object) {
    return static_cast<Object*>(object);
}
template <class Object>
const Object* as(const void* object) {
    return static_cast<const Object*>(object);
}

}  // namespace

TypeLimits& type_limits() noexcept {
    static TypeLimits limits;
    return limits;
}

std::string_view type_name(Type type) {
    switch (type) {
        case Type::string:
            return "string";
        case Type::list:
            return "list";
        case Type::set:
            return "set";
        case Type::sorted_set:
            return "zset";
        case Type::hash:
            return "hash";
        case Type::stream:
            return "stream";
    }
    return "unknown";
}

void destroy_object(Type type, void* object) noexcept {
    switch (form_of(object)) {
        case Form::packed:
        case Form::open:
            return type == Type::list ? list_run::destroy(as<Run>(object))
                                      : packed::destroy(as<Run>(object));
        case Form::integers:
            return Run::destroy(as<Run>(object));
        case Form::table:
            if (type == Type::hash) {
                delete as<PairTable>(object);
            } else {
                delete as<MemberTable>(object);
            }
            return;
        case Form::tree:
            delete as<ScoreTree>(object);
            return;
        case Form::chain:
            delete as<RunChain>(object);
            return;
        case Form::stream:
            delete as<Stream>(object);
            return;
        case Form::timed:
            delete as<FieldDeadlines>(object);
            return;
    }
}

std::size_t object_effort(Type type, const void* object) noexcept {
    switch (form_of(object)) {
        case Form::packed:
        case Form::open:
        case Form::integers:
            return 1;
        case Form::table:
            return type == Type::hash ? as<PairTable>(object)->table.size()
                                      : as<MemberTable>(object)->table.size();
        case Form::tree:
            return as<ScoreTree>(object)->size();
        case Form::chain:
            return as<RunChain>(object)->links();
        case Form::stream:
            return as<Stream>(object)->effort();
        case Form::timed:
            return object_effort(type, as<FieldDeadlines>(object)->fields()) +
                   as<FieldDeadlines>(object)->size();
    }
    return 1;
}

std::size_t object_bytes(Type type, const void* object) noexcept {
    switch (form_of(object)) {
        case Form::packed:
        case Form::open:
            return type == Type::list ? list_run::bytes(as<Run>(object))
                                      : packed::bytes(as<Run>(object));
        case Form::integers:
            return as<Run>(object)->allocated();
        case Form::table:
            return type == Type::hash
                       ? as<PairTable>(object)->table.bytes() + as<PairTable>(object)->block_bytes
                       : as<MemberTable>(object)->table.bytes() +
                             as<MemberTable>(object)->block_bytes;
        case Form::tree:
            return as<ScoreTree>(object)->bytes();
        case Form::chain:
            return as<RunChain>(object)->bytes();
        case Form::stream:
            return as<Stream>(object)->bytes();
        case Form::timed:
            return as<FieldDeadlines>(object)->bytes();
    }
    return 0;
}

std::string_view object_encoding(Type type, const void* object) noexcept {
    switch (type) {
        case Type::list:
            return "quicklist";
        case Type::set:
            return form_of(object) == Form::integers ? "intset" : "hashtable";
        case Type::hash:
            if (form_of(object) == Form::timed) {
                // Redis 7.4 has a packed form of its own for those.
                const void* fields = as<FieldDeadlines>(object)->fields();
                return form_of(fields) == Form::packed ? "listpackex" : "hashtable";
            }
            return form_of(object) == Form::packed ? "listpack" : "hashtable";
        case Type::sorted_set:
            return form_of(object) == Form::packed ? "listpack" : "skiplist";
        default:
            return "stream";
    }
}

void prefetch_member(Type type, const void* object, Bytes member) noexcept {
    switch (form_of(object)) {
        case Form::packed:
        case Form::integers:
            return as<Run>(object)->prefetch();
        case Form::table:
            return type == Type::hash ? as<PairTable>(object)->prefetch(member)
                                      : as<MemberTable>(object)->prefetch(member);
        case Form::tree:
            return as<ScoreTree>(object)->prefetch(member);
        case Form::open:
        case Form::chain:
        case Form::stream:
        case Form::timed:
            return;
    }
}

void* clone_object(Type type, const void* object) {
    switch (form_of(object)) {
        case Form::packed:
        case Form::open:
            return type == Type::list ? list_run::clone(as<Run>(object))
                                      : packed::clone(as<Run>(object));
        case Form::integers:
            return Run::copy(as<Run>(object));
        case Form::table:
            return type == Type::hash ? static_cast<void*>(as<PairTable>(object)->clone())
                                      : static_cast<void*>(as<MemberTable>(object)->clone());
        case Form::tree: {
            auto* copy = new ScoreTree;
            const auto* tree = as<ScoreTree>(object);
            tree->for_range(0, tree->size(), false, [&](const ScoreItem& item) {
                copy->set(item.member(), item.score());
                return true;
            });
            return copy;
        }
        case Form::chain:
            return as<RunChain>(object)->clone();
        case Form::stream:
            return as<Stream>(object)->clone();
        case Form::timed:
            return as<FieldDeadlines>(object)->clone();
    }
    return nullptr;
}

}  // namespace millpond::engine
