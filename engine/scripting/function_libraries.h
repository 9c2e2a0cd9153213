// SPDX-License-Identifier: Apache-2.0
//
// The libraries of FUNCTION LOAD: data like keys, but of no database. They have an interpreter of
// their own. Changed in the exclusive lane (or by the loader under it); read in any lane; the
// numbers by anybody.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/scripting/interpreter.h"
#include "engine/scripting/library_load.h"

namespace millpond::engine {

class FunctionLibraries {
public:
    enum class Policy : std::uint8_t { append, replace, flush };
    using Libraries = std::map<std::string, std::unique_ptr<FunctionLibrary>, std::less<>>;

    explicit FunctionLibraries(Random48& random);
    ~FunctionLibraries();

    Interpreter& interpreter() { return *interpreter_; }
    const Libraries& all() const { return libraries_; }
    const LibraryFunction* find(std::string_view function) const;

    /// FUNCTION LOAD: the library's name, or nothing and an error text without its code.
    /// `limited`: the code has LibraryLoad::kLimitMs to run.
    std::string load(std::string_view code, bool replace, bool limited, std::string& error);
    /// The same for what a data file holds: an error text or an empty one.
    std::string load_stored(std::string_view code, bool replace = false) {
        std::string error;
        load(code, replace, false, error);
        return error;
    }
    bool remove(std::string_view library);
    void flush();
    /// FUNCTION RESTORE of what these codes make; all or nothing.
    bool restore(const std::vector<std::string>& codes, Policy policy, std::string& error);
    /// For snapshots.
    std::vector<std::string> codes() const;

    std::size_t interpreter_bytes() const { return interpreter_->used_bytes(); }
    std::size_t library_count() const { return library_count_.load(std::memory_order_relaxed); }
    std::size_t function_count() const { return function_count_.load(std::memory_order_relaxed); }
    std::size_t overhead_bytes() const { return overhead_.load(std::memory_order_relaxed); }

private:
    void open();
    std::unique_ptr<FunctionLibrary> make(std::string_view code, bool limited,
                                          const Libraries& existing, bool replace,
                                          std::string& error);
    bool run(FunctionLibrary& library, std::string_view body, bool limited, std::string& error);
    void use_globals(int reference);
    void release(FunctionLibrary& library);
    bool join(Libraries& made, bool replace, std::string& error);
    void index();

    std::unique_ptr<Interpreter> interpreter_;
    int load_globals_ = 0;
    Libraries libraries_;
    /// By their names in lower case: FCALL takes any case.
    std::unordered_map<std::string, const LibraryFunction*> functions_;
    std::atomic<std::size_t> library_count_{0}, function_count_{0}, overhead_{0};
};

}  // namespace millpond::engine
