// SPDX-License-Identifier: Apache-2.0
//
// The configuration: redis-server's directives that mean something here, from a file, the command
// line and CONFIG SET. Numbers are atomics that any thread reads; texts are copied out under a
// mutex. CONFIG SET runs in the exclusive lane. A directive is described once, in config.cpp.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millpond::engine {

/// A text that may be read while another thread sets it.
class ConfigText {
public:
    ConfigText(std::string value = {}) : value_(std::move(value)) {}  // NOLINT: implicit by design
    std::string get() const {
        const std::lock_guard lock(mutex_);
        return value_;
    }
    void set(std::string value) {
        const std::lock_guard lock(mutex_);
        value_ = std::move(value);
    }

private:
    mutable std::mutex mutex_;
    std::string value_;
};

using ConfigNumber = std::atomic<std::int64_t>;
using ConfigBool = std::atomic<bool>;

enum class MaxmemoryPolicy : std::uint8_t {
    volatile_lru,
    volatile_lfu,
    volatile_random,
    volatile_ttl,
    allkeys_lru,
    allkeys_lfu,
    allkeys_random,
    noeviction
};

/// A line of the configuration that makes no sense; what() is for the user.
class ConfigError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Config {
public:
    Config();
    ~Config();
    Config(const Config&) = delete;
    Config& operator=(const Config&) = delete;

    // -- Network
    ConfigNumber port{6379};
    ConfigText bind{"* -::*"};    ///< see tcp_address.h
    ConfigText bind_source_addr;  ///< of the connection to a primary; empty: any
    ConfigText unixsocket;
    ConfigNumber unixsocketperm{0};
    ConfigNumber tcp_backlog{511}, tcp_keepalive{300}, timeout{0}, maxclients{10000};
    ConfigBool protected_mode{true};
    ConfigNumber threads{0};  ///< 0: one per core
    ConfigNumber proto_max_bulk_len{512 << 20}, client_query_buffer_limit{1 << 30};
    struct OutputLimit {
        ConfigNumber hard{0}, soft{0}, soft_seconds{0};
    };
    OutputLimit output_normal, output_replica, output_pubsub;

    // -- General
    ConfigNumber databases{16};
    ConfigText requirepass;
    ConfigText aclfile;
    ConfigText acl_pubsub_default{"resetchannels"};  ///< or allchannels
    ConfigNumber acllog_max_len{128};
    ConfigText loglevel{"notice"}, logfile;
    ConfigText dir;  ///< absolute
    ConfigText pidfile;
    ConfigBool daemonize{false};
    ConfigBool set_proc_title{true};
    ConfigText proc_title_template{"{title} {listen-addr} {server-mode}"};  ///< see process_title.h
    ConfigNumber busy_reply_threshold{5000};
    ConfigNumber slowlog_log_slower_than{10000}, slowlog_max_len{128}, latency_monitor_threshold{0};
    ConfigBool latency_tracking{true};
    ConfigText latency_percentiles{"50 99 99.9"};
    ConfigText enable_protected_configs{"no"};  ///< as enable_debug_command
    ConfigBool crash_log_enabled{true};
    ConfigText shutdown_on_sigint{"default"}, shutdown_on_sigterm{"default"};
    ConfigNumber shutdown_timeout{10};
    ConfigText enable_debug_command{"no"};   ///< no, local (loopback and unix sockets), yes
    ConfigText enable_module_command{"no"};  ///< the same
    ConfigNumber hz{10};
    std::atomic<std::uint32_t> notify_keyspace_events{0};  ///< bits, see notify_classes.h
    ConfigNumber tracking_table_max_keys{1000000};         ///< 0: no limit

    // -- Memory
    ConfigNumber maxmemory{0}, maxmemory_samples{5};
    ConfigNumber maxmemory_clients{0};  ///< bytes; negative: percent of maxmemory
    std::atomic<MaxmemoryPolicy> maxmemory_policy{MaxmemoryPolicy::noeviction};
    ConfigNumber lfu_log_factor{10}, lfu_decay_time{1};
    ConfigNumber hash_max_listpack_entries{512}, hash_max_listpack_value{64};
    ConfigNumber list_max_listpack_size{-2}, list_compress_depth{0};
    ConfigNumber set_max_intset_entries{512};
    ConfigNumber zset_max_listpack_entries{128}, zset_max_listpack_value{64};
    ConfigNumber stream_node_max_bytes{4096}, stream_node_max_entries{100};
    ConfigNumber hll_sparse_max_bytes{3000};
    ConfigBool lazyfree_lazy_user_flush{false}, lazyfree_lazy_user_del{false};
    ConfigNumber active_expire_effort{1};

    // -- Persistence
    ConfigText dbfilename{"dump.rdb"};
    ConfigText save{"3600 1 300 100 60 10000"};  ///< seconds and changes; a managed node has none
    ConfigBool appendonly{false}, aof_load_truncated{true}, no_appendfsync_on_rewrite{false};
    ConfigBool aof_disable_auto_gc{false}, aof_use_rdb_preamble{true}, aof_timestamp_enabled{false};
    ConfigText appendfsync{"everysec"};
    ConfigText appendfilename{"appendonly.aof"}, appenddirname{"appendonlydir"};
    ConfigNumber auto_aof_rewrite_percentage{100}, auto_aof_rewrite_min_size{64 << 20};
    ConfigNumber rdb_key_save_delay{0}, key_load_delay{0};  ///< us behind each key: for tests
    ConfigBool rdbcompression{true}, rdbchecksum{true}, stop_writes_on_bgsave_error{true};

    // -- Replication
    ConfigText replicaof;  ///< "host port" or empty
    ConfigText masteruser, masterauth;
    ConfigBool replica_read_only{true}, replica_serve_stale_data{true};
    ConfigNumber repl_backlog_size{1 << 20}, repl_backlog_ttl{3600}, repl_timeout{60},
        repl_ping_replica_period{10};
    ConfigNumber repl_diskless_sync_delay{5}, repl_diskless_sync_max_replicas{0};
    ConfigNumber replica_priority{100};
    ConfigBool repl_diskless_sync{true}, repl_disable_tcp_nodelay{false};
    ConfigNumber min_replicas_to_write{0}, min_replicas_max_lag{10};
    ConfigText replica_announce_ip;
    ConfigNumber replica_announce_port{0};

    // -- A node that the admin API manages; start only, see engine/management/PROTOCOL.md
    ConfigText millpond_node, millpond_folder;
    ConfigNumber millpond_liveness_fd{-1};

    /// "user NAME rules...": what access control makes of them when the server starts.
    struct UserLine {
        std::vector<std::string> words;  ///< behind "user"
        std::string where;
    };
    std::vector<UserLine> user_lines;
    /// "rename-command FROM TO": what the command table makes of them when the server starts.
    std::vector<UserLine> rename_lines;
    /// What CONFIG REWRITE writes in the place of these lines, or why it cannot; unless set, it
    /// keeps none. Before threads start.
    using UserLines = std::function<std::optional<std::string>(std::vector<std::string>& lines)>;
    void on_rewrite_users(UserLines lines) { rewritten_users_ = std::move(lines); }

    /// argv without the program's name: [FILE] [--directive value...]... Throws ConfigError.
    void load_command_line(const std::vector<std::string>& args);
    /// Throws ConfigError naming file and line.
    void load_file(const std::string& path);

    /// The directive's value as CONFIG GET prints it; nothing when there is no such directive.
    std::optional<std::string> get(std::string_view name) const;
    /// Names (aliases too) that match the glob pattern, with values.
    std::vector<std::pair<std::string, std::string>> match(std::string_view glob) const;

    /// Sets all or none. Returns the error reply's text, or nothing. `running`: immutable ones are
    /// refused, guarded ones too unless `may_set_guarded`, and observers are called. Requires, when
    /// running: the exclusive lane.
    std::optional<std::string> set(const std::vector<std::pair<std::string, std::string>>& pairs,
                                   bool running, bool may_set_guarded = true);

    /// Called after a directive was set while running; an error text undoes the set. Before threads
    /// start.
    using Observer = std::function<std::optional<std::string>()>;
    void on_change(std::string_view name, Observer observer);
    /// It is not to be set while running. Before threads start.
    void fix(std::string_view name);

    /// Writes the file anew, keeping comments and order; an error text or nothing. `all`: with a
    /// line for what is as by default, too.
    std::optional<std::string> rewrite(bool all = false);
    const std::string& file() const { return file_; }

    struct Directive;

private:
    const Directive* find(std::string_view name) const;
    Directive& known(std::string_view name);
    void read_lines(std::istream& in, const std::string& name, int depth);
    void load_line(std::string_view line, const std::string& where, int depth);
    void load_stream(const std::string& path, int depth);
    void apply_words(const std::vector<std::string>& words, const std::string& where, int depth);

    std::vector<std::unique_ptr<Directive>> directives_;
    std::string file_;
    UserLines rewritten_users_;
    bool save_given_ =
        false;  ///< a first "save" takes the place of the default's points, later ones add
};

}  // namespace millpond::engine
