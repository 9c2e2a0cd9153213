// SPDX-License-Identifier: Apache-2.0
//
// The command table: the one list from which dispatch, COMMAND, COMMAND DOCS, ACL categories and
// the key locks derive. It is filled once at start by one function per family and constant
// afterwards, so any thread reads it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/types/object.h"

namespace millpond::engine {

class Call;
class Server;
using Handler = void (*)(Call&);

enum class Lane : std::uint8_t { shared, exclusive };

/// Redis's command flags, by their COMMAND INFO words.
enum Flag : std::uint32_t {
    kWrite = 1 << 0,
    kReadonly = 1 << 1,
    kDenyOom = 1 << 2,
    kAdmin = 1 << 3,
    kPubsub = 1 << 4,
    kNoscript = 1 << 5,
    kBlocking = 1 << 6,
    kLoading = 1 << 7,
    kStale = 1 << 8,
    kSkipMonitor = 1 << 9,
    kSkipSlowlog = 1 << 10,
    kAsking = 1 << 11,
    kFast = 1 << 12,
    kNoAuth = 1 << 13,
    kMayReplicate = 1 << 14,
    kNoMulti = 1 << 15,
    kMovableKeys = 1 << 16,
    kAllowBusy = 1 << 17,
    kNoAsyncLoading = 1 << 18,
    kNoMandatoryKeys = 1 << 19,
};

/// ACL categories beyond those that follow from the flags.
enum Category : std::uint32_t {
    kCatKeyspace = 1 << 0,
    kCatString = 1 << 1,
    kCatHash = 1 << 2,
    kCatList = 1 << 3,
    kCatSet = 1 << 4,
    kCatSortedSet = 1 << 5,
    kCatStream = 1 << 6,
    kCatBitmap = 1 << 7,
    kCatHyperLogLog = 1 << 8,
    kCatGeo = 1 << 9,
    kCatPubsub = 1 << 10,
    kCatConnection = 1 << 11,
    kCatTransaction = 1 << 12,
    kCatScripting = 1 << 13,
    kCatDangerous = 1 << 14,
    kCatAdmin = 1 << 15,
    kCatBlocking = 1 << 16,
};

/// Where the keys are, as COMMAND INFO gives it: first, last (negative: from the end), step; 0
/// means none.
struct KeyRange {
    std::int16_t first = 0;
    std::int16_t last = 0;
    std::int16_t step = 0;
};

/// For commands whose keys are counted by an argument (ZUNIONSTORE, SINTERCARD ...): appends
/// argument indexes of the keys; false when the arguments make no sense (the handler will answer
/// the error).
using KeyFinder = bool (*)(std::span<const Bytes> args, std::vector<std::uint32_t>& indexes);

struct CommandSpec {
    std::string_view name;  ///< lower case; a subcommand is "client|id"
    int arity = 0;          ///< Redis's: negative means at least
    std::uint32_t flags = 0;
    KeyRange keys{};
    std::uint32_t categories = 0;
    Lane lane = Lane::shared;
    Handler handler = nullptr;  ///< null for a container of subcommands
    /// With kAllowBusy: what is done while a long script holds the exclusive lane. It is called
    /// outside the lanes and changes nothing but the session. Null: BUSY, like the others.
    Handler while_busy = nullptr;
    std::string_view since = "1.0.0";
    std::string_view group = "generic";
    std::string_view complexity = "";
    std::string_view summary = "";
    KeyFinder find_keys = nullptr;
    /// What each key is for, COMMAND INFO's key spec words: "RO", "RW", "OW", "RM" + "ACCESS"
    /// "UPDATE" "INSERT" "DELETE". Keys of different use are parted by "|": each part but the last
    /// is one key.
    std::string_view key_flags = "";
    /// With these arguments it needs the exclusive lane, whatever `lane` says.
    bool (*needs_exclusive)(std::span<const Bytes> args) = nullptr;
    /// Of scripts, which may say themselves what they do: the flags that hold with these arguments.
    /// In a lane.
    std::uint32_t (*flags_of)(Server& server, const CommandSpec& spec,
                              std::span<const Bytes> args) = nullptr;

    // Set by CommandTable::add().
    std::uint16_t id = 0;                    ///< dense, for statistics
    const CommandSpec* container = nullptr;  ///< of a subcommand
    bool has_subcommands = false;
};

class CommandTable {
public:
    void add(const CommandSpec& spec);
    /// Case-insensitive; nullptr when unknown. Subcommands are found through their container.
    const CommandSpec* find(std::string_view name) const;
    /// The same by the name that clients use, which rename-command may have changed.
    const CommandSpec* find_typed(std::string_view name) const;
    /// Clients call `from` `to` from here on; nothing of that name is left for them when it is
    /// empty. Why it cannot be, or nothing. Before threads start.
    std::optional<std::string_view> rename(std::string_view from, std::string_view to);
    /// The same of "get" or "config|get".
    const CommandSpec* find_full(std::string_view name) const;
    const CommandSpec* find_subcommand(const CommandSpec& container, std::string_view name) const;
    std::vector<const CommandSpec*> all() const;  ///< top-level ones, by name
    std::vector<const CommandSpec*> subcommands(const CommandSpec& container) const;  ///< by name
    std::size_t size() const;  ///< one more than the highest id

    CommandTable();
    ~CommandTable();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// One function per family, in the file of its name.
void add_string_commands(CommandTable&);
void add_hash_commands(CommandTable&);
void add_list_commands(CommandTable&);
void add_set_commands(CommandTable&);
void add_sorted_set_commands(CommandTable&);
void add_stream_commands(CommandTable&);
void add_generic_commands(CommandTable&);
void add_transaction_commands(CommandTable&);
void add_connection_commands(CommandTable&);
void add_server_commands(CommandTable&);
void add_debug_commands(CommandTable&);
void add_replication_commands(CommandTable&);
void add_persistence_commands(CommandTable&);
void add_acl_commands(CommandTable&);
void add_pubsub_commands(CommandTable&);
void add_monitor_commands(CommandTable&);
void add_scripting_commands(CommandTable&);
void add_function_commands(CommandTable&);
void add_bit_commands(CommandTable&);
void add_hyperloglog_commands(CommandTable&);
void add_geo_commands(CommandTable&);
void add_sort_commands(CommandTable&);
void add_dump_commands(CommandTable&);
void add_migrate_commands(CommandTable&);
void add_hash_field_commands(CommandTable&);

}  // namespace millpond::engine
