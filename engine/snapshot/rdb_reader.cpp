// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/rdb_reader.h"

#include <algorithm>
#include <cstring>

#include "engine/snapshot/rdb_format.h"
#include "engine/snapshot/rdb_input.h"
#include "engine/types/collections.h"

namespace millpond::engine {

namespace {

/// One reading, from the first byte to the checksum.
class Reading {
public:
    Reading(ByteSource& source, RdbTarget& target, const RdbReadOptions& options,
            RdbReadResult& result)
        : input_(source), target_(target), options_(options), result_(result) {}

    const RdbInput& input() const { return input_; }

    void run() {
        header();
        while (section(input_.byte())) {
            if (target_.stop()) throw RdbError("given up");
        }
    }

private:
    void header() {
        char magic[9];
        input_.raw(magic, sizeof magic);
        if (std::memcmp(magic, "REDIS", 5) != 0) throw RdbError("no RDB data: wrong signature");
        for (int i = 5; i < 9; ++i) {
            if (magic[i] < '0' || magic[i] > '9') throw RdbError("no RDB data: wrong version");
            version_ = version_ * 10 + (magic[i] - '0');
        }
        if (version_ < 1 || version_ > rdb::version_max) {
            throw RdbError("RDB version " + std::to_string(version_) + " is not supported");
        }
    }

    /// False at the end.
    bool section(std::uint8_t opcode) {
        switch (opcode) {
            case rdb::op_end:
                checksum();
                return false;
            case rdb::op_select_db:
                select(input_.length());
                return true;
            case rdb::op_resize_db:
                input_.length(), input_.length();
                return true;
            case rdb::op_slot_info:
                input_.length(), input_.length(), input_.length();
                return true;
            case rdb::op_expire_ms:
                expiry_ = static_cast<std::int64_t>(input_.little(8));
                return true;
            case rdb::op_expire_seconds:
                expiry_ =
                    static_cast<std::int64_t>(static_cast<std::int32_t>(input_.little(4))) * 1000;
                return true;
            case rdb::op_idle:
                input_.length();
                return true;
            case rdb::op_freq:
                input_.byte();
                return true;
            case rdb::op_aux: {
                const std::string key = input_.text();
                target_.aux(key, input_.text());
                return true;
            }
            case rdb::op_function:
                function();
                return true;
            case rdb::op_function_old:
                throw RdbError("functions of a release candidate are not supported");
            case rdb::op_module_aux:
                throw RdbError("data of modules is not supported");
            default:
                entry(opcode);
                return true;
        }
    }

    void function() {
        const std::string error = target_.function(input_.text());
        if (!error.empty()) throw RdbError("a function library does not load: " + error);
    }

    void select(std::uint64_t db) {
        if (db >= static_cast<std::uint64_t>(options_.databases)) {
            throw RdbError("database " + std::to_string(db) + " where there are " +
                           std::to_string(options_.databases));
        }
        db_ = static_cast<int>(db);
    }

    void entry(std::uint8_t type) {
        const std::string key = input_.text();
        const auto expiry = std::exchange(expiry_, std::nullopt);
        if (expiry && *expiry < 0) throw RdbError("a negative time of expiry");
        if (type == rdb::string) {
            target_.string(db_, key, input_.text(), expiry);
        } else {
            OwnedObject object = read_rdb_object(input_, type);
            if (object_size(object) == 0) {  // old versions of Redis could write them
                result_.warnings.emplace_back("an empty collection was left out");
                return;
            }
            target_.object(db_, key, std::move(object), expiry);
        }
        ++result_.entries;
    }

    void checksum() {
        if (version_ < 5) return;
        const std::uint64_t computed = input_.checksum();
        const std::uint64_t written = input_.little(8);
        if (options_.verify_checksum && written != 0 && written != computed)
            throw RdbError("wrong checksum");
    }

    RdbInput input_;
    RdbTarget& target_;
    const RdbReadOptions& options_;
    RdbReadResult& result_;
    int version_ = 0;
    int db_ = 0;
    std::optional<std::int64_t> expiry_;
};

}  // namespace

std::size_t object_size(OwnedObject& object) {
    switch (object.type()) {
        case Type::list:
            return List(object.slot()).size();
        case Type::set:
            return Set(object.slot()).size();
        case Type::sorted_set:
            return SortedSet(object.slot()).size();
        case Type::stream:
            return 1;  // may be empty, but is one
        default:
            return Hash(object.slot()).size();
    }
}

std::size_t MemorySource::read(char* to, std::size_t size) {
    const std::size_t n = std::min(size, bytes_.size());
    std::copy_n(bytes_.data(), n, to);
    bytes_.remove_prefix(n);
    return n;
}

RdbReadResult read_rdb(ByteSource& source, RdbTarget& target, const RdbReadOptions& options) {
    RdbReadResult result;
    Reading reading(source, target, options, result);
    try {
        reading.run();
    } catch (const RdbError& error) {
        result.error = std::string(error.what()) + " (at byte " +
                       std::to_string(reading.input().position()) + ")";
    }
    result.bytes = reading.input().position();
    return result;
}

}  // namespace millpond::engine
