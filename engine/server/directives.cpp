// SPDX-License-Identifier: Apache-2.0
//
// The list of directives.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "engine/commands/numbers.h"
#include "engine/net/tcp_address.h"
#include "engine/observers/notify_classes.h"
#include "engine/server/config_rewrite.h"
#include "engine/server/directive.h"
#include "engine/server/directive_values.h"
#include "engine/server/directives_kept.h"
#include "engine/server/process_title.h"
#include "resp/words.h"

namespace millpond::engine {

namespace {

using Directive = Config::Directive;
using Error = std::optional<std::string>;

constexpr std::int64_t kHzMax = 500;
constexpr std::size_t kBindAddressesMax = 16;
constexpr std::int64_t kBacklogBytesMin = 16 << 10;

constexpr std::array<std::pair<std::string_view, MaxmemoryPolicy>, 8> kPolicies{{
    {"volatile-lru", MaxmemoryPolicy::volatile_lru},
    {"volatile-lfu", MaxmemoryPolicy::volatile_lfu},
    {"volatile-random", MaxmemoryPolicy::volatile_random},
    {"volatile-ttl", MaxmemoryPolicy::volatile_ttl},
    {"allkeys-lru", MaxmemoryPolicy::allkeys_lru},
    {"allkeys-lfu", MaxmemoryPolicy::allkeys_lfu},
    {"allkeys-random", MaxmemoryPolicy::allkeys_random},
    {"noeviction", MaxmemoryPolicy::noeviction},
}};

class Builder {
public:
    Directive& add(std::string name, std::function<std::string()> get,
                   std::function<Error(const std::string&)> set) {
        auto directive = std::make_unique<Directive>();
        directive->name = std::move(name);
        directive->get = std::move(get);
        directive->set = std::move(set);
        return *all_.emplace_back(std::move(directive));
    }

    Directive& number(std::string name, ConfigNumber& value, std::int64_t min, std::int64_t max) {
        return add(
            std::move(name), [&value] { return integer_text(value); },
            [&value, min, max](const std::string& text) -> Error {
                const auto parsed = parse_integer(text);
                if (!parsed) return "argument couldn't be parsed into an integer";
                return store(value, *parsed, min, max);
            });
    }

    Directive& memory(std::string name, ConfigNumber& value, std::int64_t min,
                      std::int64_t max = INT64_MAX) {
        Directive& directive = add(
            std::move(name), [&value] { return integer_text(value); },
            [&value, min, max](const std::string& text) -> Error {
                const auto parsed = parse_memory(text);
                if (!parsed) return "argument must be a memory value";
                return store(value, *parsed, min, max);
            });
        directive.bytes = true;
        return directive;
    }

    Directive& flag(std::string name, ConfigBool& value) {
        return add(
            std::move(name), [&value] { return value ? "yes" : "no"; },
            [&value](const std::string& text) -> Error {
                if (!is_word(text, "yes") && !is_word(text, "no"))
                    return "argument must be 'yes' or 'no'";
                value = is_word(text, "yes");
                return std::nullopt;
            });
    }

    Directive& text(std::string name, ConfigText& value) {
        Directive& directive = add(
            std::move(name), [&value] { return value.get(); },
            [&value](const std::string& given) -> Error {
                value.set(given);
                return std::nullopt;
            });
        directive.quoted = true;
        return directive;
    }

    Directive& optional_text(std::string name, ConfigText& value) {
        Directive& directive = text(std::move(name), value);
        directive.gone_when_empty = true;
        return directive;
    }

    /// The name of a file in a folder that is given elsewhere; `what` is how errors call it.
    Directive& file_name(const std::string& name, ConfigText& value, const std::string& what) {
        Directive& directive = add(
            name, [&value] { return value.get(); },
            [&value, name, what](const std::string& given) -> Error {
                if (given.empty() || given.find('/') != std::string::npos)
                    return name + " can't be a path, just a " + what;
                value.set(given);
                return std::nullopt;
            });
        directive.quoted = true;
        return directive;
    }

    Directive& word(std::string name, ConfigText& value, std::vector<std::string> allowed) {
        return add(
            std::move(name), [&value] { return value.get(); },
            [&value, allowed = std::move(allowed)](const std::string& given) -> Error {
                std::string list;
                for (const std::string& one : allowed) {
                    if (is_word(given, one)) {
                        value.set(one);
                        return std::nullopt;
                    }
                    list += (list.empty() ? "" : ", ") + one;
                }
                return "argument(s) must be one of the following: " + list;
            });
    }

    std::vector<std::unique_ptr<Directive>> take() { return std::move(all_); }

private:
    static Error store(ConfigNumber& value, std::int64_t parsed, std::int64_t min,
                       std::int64_t max) {
        if (parsed < min || parsed > max) {
            return between(min, max);
        }
        value = parsed;
        return std::nullopt;
    }

    std::vector<std::unique_ptr<Directive>> all_;
};

void add_bind(Builder& to, Config& c) {
    Directive& bind = to.add(
        "bind", [&c] { return c.bind.get(); },
        [&c](const std::string& text) -> Error {
            if (bind_words(text).size() > kBindAddressesMax)
                return "Too many bind addresses specified.";
            c.bind.set(text);
            return std::nullopt;
        });
    bind.many_words = true;
    // No line says the default.
    bind.lines = [&c, initial = c.bind.get()]() -> std::vector<Directive::Line> {
        const std::string value = c.bind.get();
        if (value == initial) return {};
        return {{value.empty() ? "\"\"" : value, false}};
    };
}

void add_network(Builder& to, Config& c) {
    to.number("port", c.port, 0, 65535);
    add_bind(to, c);
    to.optional_text("bind-source-addr", c.bind_source_addr);
    to.optional_text("unixsocket", c.unixsocket).immutable = true;
    Directive& perm = to.add(
        "unixsocketperm",
        [&c] {
            char octal[16];
            std::snprintf(octal, sizeof octal, "%llo",
                          static_cast<unsigned long long>(c.unixsocketperm.load()));
            return std::string(octal);
        },
        [&c](const std::string& text) -> Error {
            char* end = nullptr;
            const long mode = std::strtol(text.c_str(), &end, 8);
            if (text.empty() || *end) return "argument couldn't be parsed as an octal number";
            if (mode < 0 || mode > 0777) return "argument must be between 0 and 777 inclusive";
            c.unixsocketperm = mode;
            return std::nullopt;
        });
    perm.immutable = true;
    to.number("tcp-backlog", c.tcp_backlog, 0, INT_MAX).immutable = true;
    to.number("tcp-keepalive", c.tcp_keepalive, 0, INT_MAX);
    to.number("timeout", c.timeout, 0, INT_MAX);
    to.number("maxclients", c.maxclients, 1, UINT_MAX);
    to.flag("protected-mode", c.protected_mode);
    to.number("threads", c.threads, 0, 128).immutable = true;
    to.memory("proto-max-bulk-len", c.proto_max_bulk_len, 1 << 20);
    to.memory("client-query-buffer-limit", c.client_query_buffer_limit, 1 << 20);
}

/// "normal 0 0 0 slave 268435456 67108864 60 pubsub ...": classes that are not named stay as they
/// are.
Error set_output_limits(Config& c, const std::string& text) {
    const auto words = resp::split_words(text);
    if (!words || words->size() % 4 != 0)
        return "Wrong number of arguments in buffer limit configuration.";
    for (const bool dry : {true, false}) {
        for (std::size_t i = 0; i < words->size(); i += 4) {
            const std::string& cls = (*words)[i];
            Config::OutputLimit* limit = is_word(cls, "normal") ? &c.output_normal
                                         : is_word(cls, "slave") || is_word(cls, "replica")
                                             ? &c.output_replica
                                         : is_word(cls, "pubsub") ? &c.output_pubsub
                                                                  : nullptr;
            const auto hard = parse_memory((*words)[i + 1]), soft = parse_memory((*words)[i + 2]);
            const auto seconds = parse_integer((*words)[i + 3]);
            if (!limit) return "Invalid client class specified in buffer limit configuration.";
            if (!hard || !soft || !seconds || *hard < 0 || *soft < 0 || *seconds < 0) {
                return "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
            }
            if (dry) continue;
            limit->hard = *hard;
            limit->soft = *soft;
            limit->soft_seconds = *seconds;
        }
    }
    return std::nullopt;
}

std::string output_limits(const Config& c) {
    std::string out;
    const auto print = [&](std::string_view cls, const Config::OutputLimit& limit) {
        if (!out.empty()) out += ' ';
        out += std::string(cls) + ' ' + integer_text(limit.hard) + ' ' + integer_text(limit.soft) +
               ' ' + integer_text(limit.soft_seconds);
    };
    print("normal", c.output_normal);
    print("slave", c.output_replica);
    print("pubsub", c.output_pubsub);
    return out;
}

/// A configuration file has a line for each class.
std::vector<std::string> output_limit_lines(const Config& c) {
    std::vector<std::string> lines;
    for (const auto& [cls, limit] :
         {std::pair("normal ", &c.output_normal), std::pair("replica ", &c.output_replica),
          std::pair("pubsub ", &c.output_pubsub)}) {
        lines.push_back(cls + with_unit(integer_text(limit->hard)) + ' ' +
                        with_unit(integer_text(limit->soft)) + ' ' +
                        integer_text(limit->soft_seconds));
    }
    return lines;
}

void add_process_title(Builder& to, Config& c) {
    to.flag("set-proc-title", c.set_proc_title).immutable = true;
    to.add(
          "proc-title-template", [&c] { return c.proc_title_template.get(); },
          [&c](const std::string& text) -> Error {
              // As redis-server tries it: with nothing for the program.
              if (expand_title(text, c, "").value_or("").empty())
                  return "template format is invalid or contains unknown variables";
              c.proc_title_template.set(text);
              return std::nullopt;
          })
        .quoted = true;
}

void add_general(Builder& to, Config& c) {
    Directive& limits = to.add(
        "client-output-buffer-limit", [&c] { return output_limits(c); },
        [&c](const std::string& text) { return set_output_limits(c, text); });
    limits.many_words = true;
    limits.lines = [&c, initial = output_limit_lines(c)] {
        std::vector<Directive::Line> lines;
        for (std::string& line : output_limit_lines(c)) {
            const bool is_default = line == initial[lines.size()];
            lines.push_back({std::move(line), is_default});
        }
        return lines;
    };
    to.number("databases", c.databases, 1, 16).immutable = true;
    to.optional_text("requirepass", c.requirepass);
    to.text("aclfile", c.aclfile).immutable = true;
    to.word("acl-pubsub-default", c.acl_pubsub_default, {"allchannels", "resetchannels"});
    to.number("acllog-max-len", c.acllog_max_len, 0, LONG_MAX);
    to.word("loglevel", c.loglevel, {"debug", "verbose", "notice", "warning", "nothing"});
    to.text("logfile", c.logfile).immutable = true;
    to.optional_text("pidfile", c.pidfile).immutable = true;
    to.flag("daemonize", c.daemonize).immutable = true;
    to.flag("crash-log-enabled", c.crash_log_enabled);
    add_process_title(to, c);
    Directive& dir = to.add(
        "dir", [&c] { return c.dir.get(); },
        [&c](const std::string& path) -> Error {
            char resolved[PATH_MAX];
            if (!::realpath(path.c_str(), resolved)) return std::string(std::strerror(errno));
            struct stat info {};
            if (::stat(resolved, &info) != 0 || !S_ISDIR(info.st_mode)) return "not a directory";
            c.dir.set(resolved);
            return std::nullopt;
        });
    dir.guarded = dir.quoted = dir.always_written = true;
    to.number("busy-reply-threshold", c.busy_reply_threshold, 0, LONG_MAX).alias = "lua-time-limit";
    to.number("slowlog-log-slower-than", c.slowlog_log_slower_than, -1, INT64_MAX);
    to.number("slowlog-max-len", c.slowlog_max_len, 0, INT64_MAX);
    to.number("latency-monitor-threshold", c.latency_monitor_threshold, 0, INT64_MAX);
    to.flag("latency-tracking", c.latency_tracking);
    to.add(
          "notify-keyspace-events", [&c] { return print_notify_classes(c.notify_keyspace_events); },
          [&c](const std::string& text) -> Error {
              const auto classes = parse_notify_classes(text);
              if (!classes) {
                  return "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
              }
              c.notify_keyspace_events = *classes;
              return std::nullopt;
          })
        .quoted = true;
    to.number("tracking-table-max-keys", c.tracking_table_max_keys, 0, LONG_MAX);
    for (auto [name, value] : {std::pair("enable-debug-command", &c.enable_debug_command),
                               std::pair("enable-module-command", &c.enable_module_command)}) {
        to.word(name, *value, {"no", "local", "yes"}).immutable = true;
    }
    to.add(
        "hz", [&c] { return integer_text(c.hz); },
        [&c](const std::string& text) -> Error {
            const auto parsed = parse_integer(text);
            if (!parsed) return "argument couldn't be parsed into an integer";
            if (*parsed < 0 || *parsed > INT_MAX) return between(0, INT_MAX);
            c.hz = std::clamp<std::int64_t>(*parsed, 1, kHzMax);
            return std::nullopt;
        });
    Directive& percentiles = to.add(
        "latency-tracking-info-percentiles", [&c] { return c.latency_percentiles.get(); },
        [&c](const std::string& text) -> Error {
            Percentiles checked = check_percentiles(text);
            if (!checked.error) c.latency_percentiles.set(std::move(checked.text));
            return checked.error;
        });
    percentiles.many_words = percentiles.always_written = true;
    to.word("enable-protected-configs", c.enable_protected_configs, {"no", "yes", "local"})
        .immutable = true;
    for (auto [name, value] : {std::pair("shutdown-on-sigint", &c.shutdown_on_sigint),
                               std::pair("shutdown-on-sigterm", &c.shutdown_on_sigterm)}) {
        to.add(
              name, [value = value] { return value->get(); },
              [value = value](const std::string& text) -> Error {
                  ShutdownWords checked = check_shutdown_words(text);
                  if (!checked.error) value->set(std::move(checked.text));
                  return checked.error;
              })
            .many_words = true;
    }
    to.number("shutdown-timeout", c.shutdown_timeout, 0, INT_MAX);
}

/// "1mb", or "5%" of maxmemory, kept as a negative number.
void add_client_memory(Builder& to, Config& c) {
    to.add(
          "maxmemory-clients",
          [&c] {
              const std::int64_t value = c.maxmemory_clients;
              return value < 0 ? integer_text(-value) + "%" : integer_text(value);
          },
          [&c](const std::string& text) -> Error {
              if (!text.ends_with('%')) {
                  const auto bytes = parse_memory(text);
                  if (!bytes) return "argument must be a memory or percent value";
                  c.maxmemory_clients = *bytes;
                  return std::nullopt;
              }
              const auto share = parse_integer(std::string_view(text).substr(0, text.size() - 1));
              if (!share || *share < 0) return "argument must be a memory or percent value";
              if (*share > 100) return "percentage argument must be less or equal to 100";
              c.maxmemory_clients = -*share;
              return std::nullopt;
          })
        .bytes = true;
}

void add_memory(Builder& to, Config& c) {
    add_client_memory(to, c);
    to.memory("maxmemory", c.maxmemory, 0);
    to.number("maxmemory-samples", c.maxmemory_samples, 1, INT_MAX);
    to.add(
        "maxmemory-policy",
        [&c] {
            for (const auto& [name, policy] : kPolicies) {
                if (policy == c.maxmemory_policy) return std::string(name);
            }
            return std::string();
        },
        [&c](const std::string& text) -> Error {
            std::string list;
            for (const auto& [name, policy] : kPolicies) {
                if (is_word(text, name)) {
                    c.maxmemory_policy = policy;
                    return std::nullopt;
                }
                list += (list.empty() ? "" : ", ") + std::string(name);
            }
            return "argument(s) must be one of the following: " + list;
        });
    to.number("lfu-log-factor", c.lfu_log_factor, 0, INT_MAX);
    to.number("lfu-decay-time", c.lfu_decay_time, 0, INT_MAX);
    to.number("active-expire-effort", c.active_expire_effort, 1, 10);
    to.flag("lazyfree-lazy-user-flush", c.lazyfree_lazy_user_flush);
    to.flag("lazyfree-lazy-user-del", c.lazyfree_lazy_user_del);
    to.number("hash-max-listpack-entries", c.hash_max_listpack_entries, 0, INT64_MAX).alias =
        "hash-max-ziplist-entries";
    to.memory("hash-max-listpack-value", c.hash_max_listpack_value, 0).alias =
        "hash-max-ziplist-value";
    to.number("list-max-listpack-size", c.list_max_listpack_size, INT_MIN, INT_MAX).alias =
        "list-max-ziplist-size";
    to.number("list-compress-depth", c.list_compress_depth, 0, INT_MAX);
    to.number("set-max-intset-entries", c.set_max_intset_entries, 0, INT64_MAX);
    to.number("zset-max-listpack-entries", c.zset_max_listpack_entries, 0, INT64_MAX).alias =
        "zset-max-ziplist-entries";
    to.memory("zset-max-listpack-value", c.zset_max_listpack_value, 0).alias =
        "zset-max-ziplist-value";
    to.memory("stream-node-max-bytes", c.stream_node_max_bytes, 0);
    to.number("stream-node-max-entries", c.stream_node_max_entries, 0, INT64_MAX);
    to.memory("hll-sparse-max-bytes", c.hll_sparse_max_bytes, 0);
}

void add_persistence(Builder& to, Config& c) {
    Directive& dbfilename = to.file_name("dbfilename", c.dbfilename, "filename");
    dbfilename.guarded = true;
    Directive& save = to.add(
        "save", [&c] { return c.save.get(); },
        [&c](const std::string& text) -> Error {
            const auto words = resp::split_words(text);
            if (!words || words->size() % 2 != 0) return "Invalid save parameters";
            for (std::size_t i = 0; i < words->size(); i += 2) {
                const auto seconds = parse_integer((*words)[i]),
                           changes = parse_integer((*words)[i + 1]);
                if (!seconds || !changes || *seconds < 1 || *changes < 0)
                    return "Invalid save parameters";
            }
            c.save.set(text);
            return std::nullopt;
        });
    save.many_words = true;
    save.lines = [&c] {
        std::vector<Directive::Line> lines;
        const auto words = *resp::split_words(c.save.get());
        for (std::size_t i = 0; i < words.size(); i += 2)
            lines.push_back({words[i] + ' ' + words[i + 1], false});
        // Without a line the default's points would come back.
        if (lines.empty()) lines.push_back({"\"\"", false});
        return lines;
    };
    to.number("rdb-key-save-delay", c.rdb_key_save_delay, INT_MIN, INT_MAX).hidden = true;
    to.number("key-load-delay", c.key_load_delay, INT_MIN, INT_MAX).hidden = true;
    to.flag("rdbcompression", c.rdbcompression);
    to.flag("rdbchecksum", c.rdbchecksum).immutable = true;
    to.flag("stop-writes-on-bgsave-error", c.stop_writes_on_bgsave_error);
    to.flag("appendonly", c.appendonly);
    to.word("appendfsync", c.appendfsync, {"everysec", "always", "no"});
    to.file_name("appendfilename", c.appendfilename, "filename").immutable = true;
    to.file_name("appenddirname", c.appenddirname, "dirname").immutable = true;
    to.flag("aof-load-truncated", c.aof_load_truncated);
    to.flag("no-appendfsync-on-rewrite", c.no_appendfsync_on_rewrite);
    to.flag("aof-disable-auto-gc", c.aof_disable_auto_gc);
    to.flag("aof-use-rdb-preamble", c.aof_use_rdb_preamble);
    to.flag("aof-timestamp-enabled", c.aof_timestamp_enabled);
    to.number("auto-aof-rewrite-percentage", c.auto_aof_rewrite_percentage, 0, INT_MAX);
    to.memory("auto-aof-rewrite-min-size", c.auto_aof_rewrite_min_size, 0);
}

void add_replication(Builder& to, Config& c) {
    Directive& replicaof = to.add(
        "replicaof", [&c] { return c.replicaof.get(); },
        [&c](const std::string& text) -> Error {
            const auto words = resp::split_words(text);
            if (!words || words->size() != 2) return "wrong number of arguments";
            const bool none = is_word((*words)[0], "no") && is_word((*words)[1], "one");
            if (!none) {
                const auto port = parse_integer((*words)[1]);
                if (!port || *port < 0 || *port > 65535) return "Invalid master port";
            }
            c.replicaof.set(none ? "" : text);
            return std::nullopt;
        });
    replicaof.alias = "slaveof";
    replicaof.immutable = replicaof.many_words = replicaof.gone_when_empty = true;
    to.optional_text("masteruser", c.masteruser);
    to.optional_text("masterauth", c.masterauth);
    to.flag("replica-read-only", c.replica_read_only).alias = "slave-read-only";
    to.flag("replica-serve-stale-data", c.replica_serve_stale_data).alias =
        "slave-serve-stale-data";
    to.add(
          "repl-backlog-size", [&c] { return integer_text(c.repl_backlog_size); },
          [&c](const std::string& text) -> Error {
              const auto bytes = parse_memory(text);
              if (!bytes) return "argument must be a memory value";
              if (*bytes < 1) return between(1, INT64_MAX);
              c.repl_backlog_size = std::max(*bytes, kBacklogBytesMin);
              return std::nullopt;
          })
        .bytes = true;
    to.number("repl-backlog-ttl", c.repl_backlog_ttl, 0, LONG_MAX);
    to.number("repl-timeout", c.repl_timeout, 1, INT_MAX);
    to.number("repl-ping-replica-period", c.repl_ping_replica_period, 1, INT_MAX).alias =
        "repl-ping-slave-period";
    to.number("repl-diskless-sync-delay", c.repl_diskless_sync_delay, 0, INT_MAX);
    to.number("repl-diskless-sync-max-replicas", c.repl_diskless_sync_max_replicas, 0, INT_MAX);
    to.flag("repl-diskless-sync", c.repl_diskless_sync);
    to.flag("repl-disable-tcp-nodelay", c.repl_disable_tcp_nodelay);
    to.number("replica-priority", c.replica_priority, 0, INT_MAX).alias = "slave-priority";
    to.number("min-replicas-to-write", c.min_replicas_to_write, 0, INT_MAX).alias =
        "min-slaves-to-write";
    to.number("min-replicas-max-lag", c.min_replicas_max_lag, 0, INT_MAX).alias =
        "min-slaves-max-lag";
    to.optional_text("replica-announce-ip", c.replica_announce_ip).alias = "slave-announce-ip";
    to.number("replica-announce-port", c.replica_announce_port, 0, 65535).alias =
        "slave-announce-port";
}

void add_managed(Builder& to, Config& c) {
    for (Directive* directive :
         {&to.text("millpond-node", c.millpond_node),
          &to.text("millpond-folder", c.millpond_folder),
          &to.number("millpond-liveness-fd", c.millpond_liveness_fd, -1, INT_MAX)}) {
        directive->immutable = directive->internal = true;
    }
}

}  // namespace

std::vector<std::unique_ptr<Config::Directive>> make_directives(Config& config) {
    config.output_replica.hard = 256 << 20;
    config.output_replica.soft = 64 << 20;
    config.output_replica.soft_seconds = 60;
    config.output_pubsub.hard = 32 << 20;
    config.output_pubsub.soft = 8 << 20;
    config.output_pubsub.soft_seconds = 60;
    Builder builder;
    add_network(builder, config);
    add_general(builder, config);
    add_memory(builder, config);
    add_persistence(builder, config);
    add_replication(builder, config);
    add_managed(builder, config);
    auto all = builder.take();
    add_kept_directives(all);
    return all;
}

}  // namespace millpond::engine
