// SPDX-License-Identifier: Apache-2.0
//
// EVAL's scripts, compiled once and kept until SCRIPT FLUSH, and the interpreter that they share.
// Changed in the exclusive lane; has() in any lane; size() by anybody.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/scripting/interpreter.h"

namespace millpond::engine {

class ScriptCache {
public:
    struct Script {
        std::string sha;
        std::string body;
        std::uint32_t flags;  ///< ScriptFlag
        int function;         ///< reference in the interpreter
    };

    explicit ScriptCache(Random48& random);
    ~ScriptCache();

    Interpreter& interpreter() { return *interpreter_; }

    /// The script with this text, compiled if it is new; null with an error text.
    const Script* get(std::string_view body, std::string& error);
    /// By its SHA1 in any case; null when it is not there.
    const Script* find(std::string_view sha) const;

    /// Forgets all scripts and whatever they have left in the interpreter. What is returned is big
    /// and may be destroyed elsewhere.
    std::shared_ptr<void> flush();

    /// Of the interpreter. Any lane.
    std::size_t interpreter_bytes() const { return interpreter_->used_bytes(); }
    std::size_t size() const { return size_.load(std::memory_order_relaxed); }
    /// Bytes of the scripts' texts and their bookkeeping.
    std::size_t overhead_bytes() const { return overhead_.load(std::memory_order_relaxed); }

private:
    void open();

    Random48& random_;
    std::unique_ptr<Interpreter> interpreter_;
    std::unordered_map<std::string_view, std::unique_ptr<Script>> by_body_;
    std::unordered_map<std::string_view, const Script*> by_sha_;
    std::atomic<std::size_t> size_{0};
    std::atomic<std::size_t> overhead_{0};
};

}  // namespace millpond::engine
