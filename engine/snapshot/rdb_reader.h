// SPDX-License-Identifier: Apache-2.0
//
// Reads RDB files and streams, versions 1 to 12, whoever wrote them. Nothing in them is trusted: a
// malformed or truncated one ends in an error that says what and where, having told the target only
// whole entries. Used by one thread; holds no lock by itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/types/object.h"

namespace millpond::engine {

/// Where the bytes come from: a file, a socket, memory.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// Between 1 and `size` bytes into `to`; 0 at the end, and for an error that error() explains.
    virtual std::size_t read(char* to, std::size_t size) = 0;
    virtual std::string error() const { return "unexpected end of data"; }
};

class MemorySource final : public ByteSource {
public:
    explicit MemorySource(Bytes bytes) : bytes_(bytes) {}
    std::size_t read(char* to, std::size_t size) override;

private:
    Bytes bytes_;
};

/// Destroys an object unless it has been taken.
class OwnedObject {
public:
    OwnedObject() = default;
    OwnedObject(Type type, void* object) : type_(type), object_(object) {}
    OwnedObject(OwnedObject&& other) noexcept
        : type_(other.type_), object_(std::exchange(other.object_, nullptr)) {}
    OwnedObject& operator=(OwnedObject&& other) noexcept {
        std::swap(type_, other.type_);
        std::swap(object_, other.object_);
        return *this;
    }
    ~OwnedObject() {
        if (object_) destroy_object(type_, object_);
    }
    Type type() const { return type_; }
    ObjectSlot slot() { return object_; }
    void* take() { return std::exchange(object_, nullptr); }

private:
    Type type_ = Type::string;
    void* object_ = nullptr;
};

/// Who receives what is read, in the file's order.
class RdbTarget {
public:
    virtual ~RdbTarget() = default;
    virtual void aux(Bytes /*key*/, Bytes /*value*/) {}
    /// A function library: its code. An error text ends the reading.
    virtual std::string function(Bytes /*code*/) { return {}; }
    virtual void string(int db, Bytes key, Bytes value, std::optional<std::int64_t> expiry_ms) = 0;
    virtual void object(int db, Bytes key, OwnedObject object,
                        std::optional<std::int64_t> expiry_ms) = 0;
    /// Asked after each entry; true gives the reading up.
    virtual bool stop() { return false; }
};

struct RdbReadOptions {
    int databases = 16;
    bool verify_checksum = true;
};

struct RdbReadResult {
    std::optional<std::string> error;  ///< nothing: all was read
    std::uint64_t bytes = 0;           ///< consumed, checksum included
    std::uint64_t entries = 0;
    std::vector<std::string> warnings;  ///< what was left out, and why
};

/// Reads to the end of the RDB data and not a byte further.
RdbReadResult read_rdb(ByteSource& source, RdbTarget& target, const RdbReadOptions& options = {});

}  // namespace millpond::engine
