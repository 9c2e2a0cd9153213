// SPDX-License-Identifier: Apache-2.0
#include "engine/server/directives_kept.h"

#include <algorithm>
#include <climits>
#include <string_view>

#include "engine/commands/numbers.h"
#include "engine/server/directive_values.h"
#include "resp/words.h"

namespace millpond::engine {

namespace {

enum class Kind : std::uint8_t { flag, number, memory, text, words, scores };

constexpr std::size_t kScores = 3;        ///< of a primary, a replica, a process that saves
constexpr std::int64_t kScoreMax = 2000;  ///< either way

struct Kept {
    std::string_view name;
    Kind kind;
    std::string_view initial;
    std::int64_t min = 0, max = INT_MAX;  ///< of a number
    std::string_view allowed = "";        ///< of words, parted by blanks
    bool immutable = false, fixed = false;
    std::string_view alias = "";
    bool gone_when_empty = false, hidden = false;  ///< see Directive
};

constexpr Kept kKept[] = {
    {.name = "active-defrag-cycle-max", .kind = Kind::number, .initial = "25", .min = 1, .max = 99},
    {.name = "active-defrag-cycle-min", .kind = Kind::number, .initial = "1", .min = 1, .max = 99},
    {.name = "active-defrag-ignore-bytes", .kind = Kind::memory, .initial = "104857600", .min = 1},
    {.name = "active-defrag-max-scan-fields",
     .kind = Kind::number,
     .initial = "1000",
     .min = 1,
     .max = INT64_MAX},
    {.name = "active-defrag-threshold-lower", .kind = Kind::number, .initial = "10", .max = 1000},
    {.name = "active-defrag-threshold-upper", .kind = Kind::number, .initial = "100", .max = 1000},
    {.name = "activedefrag", .kind = Kind::flag, .initial = "no", .fixed = true},
    {.name = "activerehashing", .kind = Kind::flag, .initial = "yes"},
    {.name = "always-show-logo", .kind = Kind::flag, .initial = "no", .immutable = true},
    {.name = "aof-rewrite-incremental-fsync", .kind = Kind::flag, .initial = "yes"},
    {.name = "aof_rewrite_cpulist",
     .kind = Kind::text,
     .initial = "",
     .immutable = true,
     .gone_when_empty = true},
    {.name = "bgsave_cpulist",
     .kind = Kind::text,
     .initial = "",
     .immutable = true,
     .gone_when_empty = true},
    {.name = "bio_cpulist",
     .kind = Kind::text,
     .initial = "",
     .immutable = true,
     .gone_when_empty = true},
    {.name = "cluster-allow-pubsubshard-when-down", .kind = Kind::flag, .initial = "yes"},
    {.name = "cluster-allow-reads-when-down", .kind = Kind::flag, .initial = "no"},
    {.name = "cluster-allow-replica-migration", .kind = Kind::flag, .initial = "yes"},
    {.name = "cluster-announce-bus-port", .kind = Kind::number, .initial = "0", .max = 65535},
    {.name = "cluster-announce-hostname",
     .kind = Kind::text,
     .initial = "",
     .gone_when_empty = true},
    {.name = "cluster-announce-ip", .kind = Kind::text, .initial = "", .gone_when_empty = true},
    {.name = "cluster-announce-port", .kind = Kind::number, .initial = "0", .max = 65535},
    {.name = "cluster-announce-tls-port", .kind = Kind::number, .initial = "0", .max = 65535},
    {.name = "cluster-config-file", .kind = Kind::text, .initial = "nodes.conf", .immutable = true},
    {.name = "cluster-enabled",
     .kind = Kind::flag,
     .initial = "no",
     .immutable = true,
     .fixed = true},
    {.name = "cluster-link-sendbuf-limit", .kind = Kind::memory, .initial = "0"},
    {.name = "cluster-migration-barrier", .kind = Kind::number, .initial = "1"},
    {.name = "cluster-node-timeout", .kind = Kind::number, .initial = "15000", .max = INT64_MAX},
    {.name = "cluster-port", .kind = Kind::number, .initial = "0", .max = 65535, .immutable = true},
    {.name = "cluster-preferred-endpoint-type",
     .kind = Kind::words,
     .initial = "ip",
     .allowed = "ip hostname unknown-endpoint"},
    {.name = "cluster-replica-no-failover",
     .kind = Kind::flag,
     .initial = "no",
     .alias = "cluster-slave-no-failover"},
    {.name = "cluster-replica-validity-factor",
     .kind = Kind::number,
     .initial = "10",
     .alias = "cluster-slave-validity-factor"},
    {.name = "cluster-require-full-coverage", .kind = Kind::flag, .initial = "yes"},
    {.name = "crash-memcheck-enabled", .kind = Kind::flag, .initial = "yes"},
    {.name = "disable-thp", .kind = Kind::flag, .initial = "yes", .immutable = true},
    {.name = "dynamic-hz", .kind = Kind::flag, .initial = "yes"},
    {.name = "loading-process-events-interval-bytes",
     .kind = Kind::number,
     .initial = "2097152",
     .min = 1024,
     .hidden = true},
    {.name = "use-exit-on-panic", .kind = Kind::flag, .initial = "no", .hidden = true},
    {.name = "watchdog-period", .kind = Kind::number, .initial = "0", .hidden = true},
    {.name = "ignore-warnings", .kind = Kind::text, .initial = ""},
    {.name = "io-threads",
     .kind = Kind::number,
     .initial = "1",
     .min = 1,
     .max = 128,
     .immutable = true},
    {.name = "io-threads-do-reads", .kind = Kind::flag, .initial = "no", .immutable = true},
    {.name = "jemalloc-bg-thread", .kind = Kind::flag, .initial = "yes"},
    {.name = "lazyfree-lazy-eviction", .kind = Kind::flag, .initial = "no"},
    {.name = "lazyfree-lazy-expire", .kind = Kind::flag, .initial = "no"},
    {.name = "lazyfree-lazy-server-del", .kind = Kind::flag, .initial = "no"},
    {.name = "maxmemory-eviction-tenacity", .kind = Kind::number, .initial = "10", .max = 100},
    {.name = "oom-score-adj",
     .kind = Kind::words,
     .initial = "no",
     .allowed = "no yes relative absolute",
     .fixed = true},
    {.name = "oom-score-adj-values", .kind = Kind::scores, .initial = "0 200 800"},
    {.name = "propagation-error-behavior",
     .kind = Kind::words,
     .initial = "ignore",
     .allowed = "ignore panic panic-on-replicas"},
    {.name = "rdb-del-sync-files", .kind = Kind::flag, .initial = "no"},
    {.name = "rdb-save-incremental-fsync", .kind = Kind::flag, .initial = "yes"},
    {.name = "repl-diskless-load",
     .kind = Kind::words,
     .initial = "disabled",
     .allowed = "disabled on-empty-db swapdb"},
    {.name = "replica-announced", .kind = Kind::flag, .initial = "yes", .fixed = true},
    {.name = "replica-ignore-disk-write-errors", .kind = Kind::flag, .initial = "no"},
    {.name = "replica-ignore-maxmemory",
     .kind = Kind::flag,
     .initial = "yes",
     .alias = "slave-ignore-maxmemory"},
    {.name = "replica-lazy-flush",
     .kind = Kind::flag,
     .initial = "no",
     .alias = "slave-lazy-flush"},
    {.name = "sanitize-dump-payload",
     .kind = Kind::words,
     .initial = "no",
     .allowed = "no yes clients"},
    {.name = "server_cpulist",
     .kind = Kind::text,
     .initial = "",
     .immutable = true,
     .gone_when_empty = true},
    {.name = "socket-mark-id",
     .kind = Kind::number,
     .initial = "0",
     .immutable = true,
     .fixed = true},
    {.name = "supervised",
     .kind = Kind::words,
     .initial = "no",
     .allowed = "upstart systemd auto no",
     .immutable = true},
    {.name = "syslog-enabled",
     .kind = Kind::flag,
     .initial = "no",
     .immutable = true,
     .fixed = true},
    {.name = "syslog-facility",
     .kind = Kind::words,
     .initial = "local0",
     .allowed = "user local0 local1 local2 local3 local4 local5 local6 local7",
     .immutable = true},
    {.name = "syslog-ident", .kind = Kind::text, .initial = "redis", .immutable = true},
    {.name = "tls-port", .kind = Kind::number, .initial = "0", .max = 65535, .fixed = true},
};

using Error = std::optional<std::string>;

std::string joined(const std::vector<std::string>& words) {
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
    return list;
}

/// The canonical form of a value that makes sense, or why it makes none.
struct Checked {
    std::string value;
    Error error;
};

Checked check_word(const Kept& kept, const std::string& text) {
    const auto allowed = *resp::split_words(kept.allowed);
    for (const std::string& word : allowed) {
        if (is_word(text, word)) return {word, {}};
    }
    return {{}, "argument(s) must be one of the following: " + joined(allowed)};
}

Checked check_scores(const std::string& text) {
    const auto words = resp::split_words(text);
    if (!words || words->size() != kScores) return {{}, "wrong number of arguments"};
    Checked checked;
    for (const std::string& word : *words) {
        const auto score = parse_integer(word);
        if (!score || *score < -kScoreMax || *score > kScoreMax)
            return {{}, "Invalid oom-score-adj-values, elements must be between -2000 and 2000."};
        checked.value += (checked.value.empty() ? "" : " ") + word;
    }
    return checked;
}

Checked check(const Kept& kept, const std::string& text) {
    switch (kept.kind) {
        case Kind::text:
            return {text, {}};
        case Kind::words:
            return check_word(kept, text);
        case Kind::scores:
            return check_scores(text);
        case Kind::flag:
            if (is_word(text, "yes")) return {"yes", {}};
            if (is_word(text, "no")) return {"no", {}};
            return {{}, "argument must be 'yes' or 'no'"};
        default:
            break;
    }
    const bool memory = kept.kind == Kind::memory;
    const auto number = memory ? parse_memory(text) : parse_integer(text);
    if (!number && memory) return {{}, "argument must be a memory value"};
    if (!number) return {{}, "argument couldn't be parsed into an integer"};
    const std::int64_t max = memory ? INT64_MAX : kept.max;
    if (*number < kept.min || *number > max) return {{}, between(kept.min, max)};
    return {integer_text(*number), {}};
}

}  // namespace

void add_kept_directives(std::vector<std::unique_ptr<Config::Directive>>& to) {
    for (const Kept& kept : kKept) {
        if (std::ranges::any_of(to, [&](const auto& one) { return one->name == kept.name; }))
            continue;
        auto value = std::make_shared<ConfigText>(std::string(kept.initial));
        auto directive = std::make_unique<Config::Directive>();
        directive->name = kept.name;
        directive->alias = kept.alias;
        directive->immutable = kept.immutable;
        directive->many_words = kept.kind == Kind::scores;
        directive->quoted = kept.kind == Kind::text;
        directive->bytes = kept.kind == Kind::memory;
        directive->gone_when_empty = kept.gone_when_empty;
        directive->hidden = kept.hidden;
        directive->get = [value] { return value->get(); };
        directive->set = [value, &kept](const std::string& text) -> Error {
            Checked checked = check(kept, text);
            if (checked.error) return checked.error;
            if (kept.fixed && checked.value != kept.initial)
                return "only '" + std::string(kept.initial) + "' is possible in Millpond";
            value->set(std::move(checked.value));
            return std::nullopt;
        };
        to.push_back(std::move(directive));
    }
}

}  // namespace millpond::engine
