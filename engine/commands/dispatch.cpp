// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/dispatch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <iterator>
#include <thread>

#include "engine/acl/access_control.h"
#include "engine/acl/redaction.h"
#include "engine/commands/guarded.h"
#include "engine/commands/numbers.h"
#include "engine/commands/refusals.h"
#include "engine/commands/restricted.h"
#include "engine/commands/transaction.h"
#include "engine/commands/waiters.h"
#include "engine/keyspace/keyspace.h"
#include "engine/keyspace/local_deadlines.h"
#include "engine/lanes/gate.h"
#include "engine/observers/bus.h"
#include "engine/observers/monitor_line.h"
#include "engine/scripting/scripting.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/latency_monitor.h"
#include "engine/server/pause.h"
#include "engine/server/server.h"
#include "engine/server/slow_log.h"
#include "engine/server/statistics.h"
#include "engine/types/same_bytes.h"

namespace millpond::engine {

namespace {

constexpr std::size_t kErrorNameBytesMax = 128;
constexpr std::size_t kSinkBytesKept = 64 << 10;
constexpr std::uint32_t kWithMembers = kCatHash | kCatSet | kCatSortedSet;
constexpr std::size_t kHintBytesMax = 256;  ///< beyond it takes longer to hash than to wait
constexpr int kBusTries = 1000;             ///< before who has the bus is taken for a long script
constexpr std::size_t kPrefetchedMin = 3;   ///< fewer commands are over before memory answers

std::string unknown_command(std::span<const Bytes> args) {
    std::string text = "ERR unknown command '" +
                       std::string(c_text(args[0]).substr(0, kErrorNameBytesMax)) +
                       "', with args beginning with: ";
    std::size_t shown = 0;
    for (std::size_t i = 1; i < args.size() && shown < kErrorNameBytesMax; ++i) {
        const Bytes arg = c_text(args[i]).substr(0, kErrorNameBytesMax - shown);
        text.append("'").append(arg).append("' ");
        shown += arg.size() + 3;
    }
    return text;
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    return out;
}

std::string unknown_subcommand(const CommandSpec& container, Bytes name) {
    return "ERR unknown subcommand '" + std::string(c_text(name).substr(0, kErrorNameBytesMax)) +
           "'. Try " + upper(container.name) + " HELP.";
}

bool arity_fits(const CommandSpec& spec, std::size_t argc) {
    const auto count = static_cast<int>(argc);
    return spec.arity >= 0 ? count == spec.arity : count >= -spec.arity;
}

bool has_one_key(const CommandSpec& spec) {
    return spec.keys.first != 0 && spec.keys.first == spec.keys.last && !spec.find_keys;
}

/// Nearly every command.
bool is_usual(const CommandSpec& spec) {
    return has_one_key(spec) && spec.lane == Lane::shared && !spec.needs_exclusive &&
           !spec.has_subcommands && spec.handler && !(spec.flags & kAdmin);
}

bool has_keys(const CommandSpec& spec) {
    return spec.find_keys || spec.keys.first != 0;
}

/// These change what the session observes.
constexpr std::array<std::string_view, 11> kOnBus{
    "subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe",     "sunsubscribe",
    "monitor",   "hello",       "reset",      "quit",         "client|tracking"};
constexpr std::array<std::string_view, 9> kSubscribedMode{
    "subscribe",    "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe",
    "sunsubscribe", "ping",        "quit",       "reset"};

std::vector<char> mark_commands(const CommandTable& table,
                                std::span<const std::string_view> names) {
    std::vector<char> marks(table.size());
    for (const std::string_view name : names) {
        const std::size_t bar = name.find('|');
        const CommandSpec* spec = table.find(name.substr(0, bar));
        if (spec && bar != std::string_view::npos) {
            spec = table.find_subcommand(*spec, name.substr(bar + 1));
        }
        if (spec) marks[spec->id] = true;
    }
    return marks;
}

std::string subscribed_mode_error(const CommandSpec& spec) {
    return "ERR Can't execute '" + std::string(spec.name) +
           "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this "
           "context";
}

bool is_exclusive(const CommandSpec& spec, std::span<const Bytes> args) {
    return spec.lane == Lane::exclusive || (spec.needs_exclusive && spec.needs_exclusive(args));
}

/// DEBUG, and what loads code: which directive must allow it.
struct Guarded {
    std::string_view command;
    std::string_view container;
    ConfigText Config::*setting;
};
constexpr std::array<Guarded, 4> kGuarded{{
    {"debug", "debug", &Config::enable_debug_command},
    {"module|load", "module", &Config::enable_module_command},
    {"module|loadex", "module", &Config::enable_module_command},
    {"module|unload", "module", &Config::enable_module_command},
}};

std::string guarded_error(const Guarded& guarded) {
    return "ERR " + upper(guarded.container) + " command not allowed. If the enable-" +
           std::string(guarded.container) +
           "-command option is set to \"local\", you can run it from a local connection, otherwise "
           "you need to set this option in the configuration file, and then restart the server.";
}

}  // namespace

struct Executor::Scratch {
    explicit Scratch(Server& server) : applier(server, 0) {
        applier.set_protocol(Session::Protocol::resp3);
    }

    std::array<Prepared, kBatchCommandsMax> prepared;
    std::array<KeyHash, kBatchCommandsMax> hashes;
    std::array<Keyspace::MemberHint, kBatchCommandsMax> members;
    std::vector<std::uint32_t> key_indexes;
    std::vector<std::uint16_t> shards;
    std::vector<Bytes> arguments;  ///< of a queued command
    std::string sink;              ///< replies that nobody reads
    Session applier;

    // The commands that dispatch itself knows.
    const CommandSpec *exec = nullptr, *discard = nullptr, *multi = nullptr, *watch = nullptr,
                      *quit = nullptr, *reset = nullptr, *auth = nullptr, *hello = nullptr,
                      *select = nullptr, *unwatch = nullptr;
    std::vector<char> restricted;         ///< by id: not for TCP clients of a managed node
    std::vector<char> usual;              ///< by id
    std::vector<const Guarded*> guarded;  ///< by id: null for nearly all
    /// By id: changes what the session observes, and holds the bus from its beginning.
    std::vector<char> on_bus;
    std::vector<char> subscribed_mode;  ///< by id: what a subscribed RESP2 client may send
    const CommandSpec* client = nullptr;

    // Most commands are the last one again.
    std::array<char, 16> last_name{};
    std::size_t last_name_size = 0;
    const CommandSpec* last = nullptr;
};

Executor::Executor(Server& server, std::string_view thread_name)
    : server_(server),
      gate_(server.gate()),
      flag_(server.gate().join(thread_name)),
      statistics_(server.statistics().add_thread()),
      record_(server),
      scratch_(std::make_unique<Scratch>(server)),
      ns_per_tick_(ns_per_tick()) {
    const CommandTable& table = server.commands();
    Scratch& s = *scratch_;
    s.exec = table.find("exec");
    s.discard = table.find("discard");
    s.multi = table.find("multi");
    s.watch = table.find("watch");
    s.unwatch = table.find("unwatch");
    s.quit = table.find("quit");
    s.reset = table.find("reset");
    s.auth = table.find("auth");
    s.hello = table.find("hello");
    s.select = table.find("select");
    s.restricted.resize(table.size());
    for (const std::string_view name : restricted_commands()) {
        if (const CommandSpec* spec = server.acl().index().find(name))
            s.restricted[spec->id] = true;
    }
    s.usual.resize(table.size());
    for (const CommandSpec* spec : table.all()) {
        s.usual[spec->id] = is_usual(*spec) && !s.restricted[spec->id];
    }
    s.guarded.resize(table.size());
    for (const Guarded& guarded : kGuarded) {
        if (const CommandSpec* spec = server.acl().index().find(guarded.command))
            s.guarded[spec->id] = &guarded;
    }
    s.client = table.find("client");
    s.on_bus = mark_commands(table, kOnBus);
    s.subscribed_mode = mark_commands(table, kSubscribedMode);
}

Executor::~Executor() = default;

// -- Lanes
// ------------------------------------------------------------------------------------------

void Executor::read_clock() {
    last_ticks_ = ticks();
    now_ms();
}

UnixMillis Executor::now_ms() {
    // To ask the system takes longer than many a command: the counter tells when it has news. One
    // that has gone back, on another processor, is far ahead here.
    if (last_ticks_ - asked_ticks_ >= now_ticks_) [[unlikely]]
        ask_clock();
    return now_ms_;
}

void Executor::ask_clock() {
    const std::int64_t us = unix_us();
    asked_ticks_ = last_ticks_;
    now_ms_ = us / 1000;
    const auto left_ns = static_cast<double>(((now_ms_ + 1) * 1000 - us) * 1000);
    now_ticks_ = static_cast<std::uint64_t>(left_ns / ns_per_tick_);
}

void Executor::enter() {
    gate_.enter_shared(*flag_);
    read_clock();
}

void Executor::leave() {
    gate_.leave_shared(*flag_);
}

std::size_t Executor::run(Session& session, const resp::RequestBatch& batch) {
    const auto batch_ticks_max =
        static_cast<std::uint64_t>(static_cast<double>(kBatchNsMax) / ns_per_tick_);
    std::size_t done = 0;
    while (done < batch.size() && session.state() == Session::State::open) {
        if (!gate_.enter_unless_busy(*flag_)) {
            if (answer_busy(session, batch[done])) ++done;
            continue;
        }
        read_clock();
        const std::uint64_t began = last_ticks_;
        if (!left_watches_.empty()) [[unlikely]]
            remove_left_watches();
        prepare(session, batch, done);
        calm_ = is_calm();
        plain_ = calm_ && is_plain(session);
        Step step = Step::ran;
        std::size_t in_lane = 0;
        for (;;) {
            step = run_shared(session, batch[done], scratch_->prepared[in_lane]);
            if (step != Step::ran) break;
            ++done;
            if (done == batch.size() || session.state() != Session::State::open) break;
            if (++in_lane == kBatchCommandsMax || last_ticks_ - began > batch_ticks_max) break;
            if (gate_.wanted() && !flag_->let_in()) break;
        }
        calm_ = plain_ = false;
        leave();
        if (step == Step::exclusive) {
            at_ = done;
            run_exclusive(session, batch[done]);
            if (std::exchange(left_, false)) return done;
            if (session.state() != Session::State::parked) ++done;
        }
        if (step == Step::parked) break;
    }
    return done;
}

std::size_t Executor::leave_batch(const Session& session) {
    record_.events().wake();
    left_ = true;
    return at_ + (session.state() == Session::State::parked ? 0 : 1);
}

/// Deep pipelines wait for memory more than for anything else: the keys of the whole batch are
/// looked for at once.
void Executor::prepare(const Session& session, const resp::RequestBatch& batch, std::size_t from) {
    Scratch& s = *scratch_;
    const std::size_t count = std::min(batch.size() - from, kBatchCommandsMax);
    if (count < kPrefetchedMin) {
        std::fill_n(s.prepared.begin(), count, Prepared{});
        return;
    }
    Keyspace& keys = server_.keyspace();
    std::size_t hashed = 0, named = 0;
    HashedKey before;  // queues and counters are often named again and again
    for (std::size_t i = 0; i < count; ++i) {
        const std::span<const Bytes> args = batch[from + i];
        const CommandSpec* spec = look_up(args[0]);
        Prepared& one = s.prepared[i];
        one.spec = spec;
        const auto first = spec ? static_cast<std::size_t>(spec->keys.first) : 0;
        if (first == 0 || first >= args.size() || spec->find_keys) {
            one.first = {};
            one.one_key = false;
            continue;
        }
        const Bytes key = args[first];
        if (hashed == 0 || !same_bytes(key, before.key)) {
            before = {key, keys.hash(key)};
            s.hashes[hashed++] = before.hash;
        }
        one.first = {key, before.hash};
        one.one_key = spec->keys.first == spec->keys.last;
        if ((spec->categories & kWithMembers) && args.size() > first + 1) {
            // What adds to a sorted set names the member behind its score.
            const bool last = (spec->categories & kCatSortedSet) && (spec->flags & kDenyOom);
            const Bytes member = last ? args.back() : args[first + 1];
            if (member.size() <= kHintBytesMax) s.members[named++] = {before.hash, member};
        }
    }
    keys.prefetch({s.hashes.data(), hashed}, session.db());
    if (named > 0) keys.prefetch_members({s.members.data(), named}, session.db());
}

void Executor::look_ahead(std::span<const Ahead> ahead, int db) {
    Scratch& s = *scratch_;
    Keyspace& keys = server_.keyspace();
    std::size_t hashed = 0, named = 0;
    for (const auto& [key, member] : ahead) {
        if (key.size() > kHintBytesMax) continue;
        const KeyHash hash = keys.hash(key);
        s.hashes[hashed++] = hash;
        if (!member.empty() && member.size() <= kHintBytesMax) s.members[named++] = {hash, member};
    }
    if (hashed < kPrefetchedMin || !gate_.enter_unless_busy(*flag_)) return;
    keys.prefetch({s.hashes.data(), hashed}, db);
    keys.prefetch_members({s.members.data(), named}, db);
    leave();
}

Executor::Step Executor::run_shared(Session& session, std::span<const Bytes> args,
                                    Prepared& prepared) {
    const CommandSpec* spec = prepared.spec ? prepared.spec : look_up(args[0]);
    if (plain_ && spec && scratch_->usual[spec->id] && arity_fits(*spec, args.size()) &&
        !session.killed.load(std::memory_order_relaxed) &&
        (!(spec->flags & kDenyOom) || has_room())) [[likely]] {
        session.last_command.store(spec, std::memory_order_relaxed);
        return run_on_shard(session, *spec, args, prepared);
    }
    const Step step = run_unusual(session, args, spec, prepared);
    plain_ = calm_ && is_plain(session);
    return step;
}

Executor::Step Executor::run_unusual(Session& session, std::span<const Bytes> args,
                                     const CommandSpec* spec, Prepared& prepared) {
    spec = identify(session, args, spec);
    if (!spec) return Step::ran;
    if (is_exclusive(*spec, args) && !queues(session, *spec)) return Step::exclusive;
    bool parked = false;
    if (!admit(session, *spec, args, parked)) return parked ? Step::parked : Step::ran;
    if (queues(session, *spec)) {
        queue(session, *spec, args);
        return Step::ran;
    }
    if (has_one_key(*spec)) return run_on_shard(session, *spec, args, prepared);
    if (!collect_shards(session, *spec, args)) return Step::exclusive;
    lock_shards();
    const bool woken = waiters_near() && meets_waiter(session, *spec, args);
    if (!woken) [[likely]]
        execute(session, *spec, args, prepared.first);
    unlock_shards();
    record_.events().wake();
    return woken ? Step::exclusive : Step::ran;
}

[[gnu::flatten]] Executor::Step Executor::run_on_shard(Session& session, const CommandSpec& spec,
                                                       std::span<const Bytes> args,
                                                       Prepared& prepared) {
    if (!prepared.one_key) {
        const Bytes key = args[static_cast<std::size_t>(spec.keys.first)];
        prepared.first = {key, server_.keyspace().hash(key)};
    }
    const ShardId id = prepared.first.hash.shard();
    Shard& shard = server_.keyspace().shard(id);
    shard.lock();
    const bool woken = server_.waiters().any(id) && meets_waiter(session, spec, args);
    if (!woken) [[likely]]
        execute(session, spec, args, prepared.first);
    shard.unlock();
    record_.events().wake();
    return woken ? Step::exclusive : Step::ran;
}

void Executor::run_exclusive(Session& session, std::span<const Bytes> args) {
    const CommandSpec* spec = resolve(server_.commands(), args);
    assert(spec);
    const auto run_alone = [&] {
        read_clock();
        bool parked = false;
        exclusive_ = true;
        // The world may have changed since the shared lane was left.
        if (admit(session, *spec, args, parked)) execute(session, *spec, args, {});
        exclusive_ = false;
    };
    while (!gate_.run_exclusive_unless_busy(*flag_, spec->name, run_alone) &&
           !answer_busy(session, args)) {
    }
    record_.events().wake();
}

/// A long script has the server to itself: only what needs no lane can be done. It may be this very
/// thread that runs the script, in the midst of a command. False: the script has ended.
bool Executor::answer_busy(Session& session, std::span<const Bytes> args) {
    const BusyHold script(gate_);
    if (!script) return false;
    const CommandSpec* spec = identify(session, args, look_up(args[0]));
    if (!spec) return true;
    const Scratch& s = *scratch_;
    if (spec == s.exec) leave_watches(session);
    bool parked = false;
    if (!admit(session, *spec, args, parked, true)) return true;
    if (queues(session, *spec)) {
        queue(session, *spec, args);
        return true;
    }
    const bool open = session.transaction && session.transaction->open;
    if (spec == s.unwatch || spec == s.reset || (spec == s.discard && open)) leave_watches(session);
    const bool on_bus = s.on_bus[spec->id];
    if (on_bus && !take_bus_unless_busy()) {
        reject(session, spec, args, server_.scripting().running().busy_error());
        return true;
    }
    if (on_bus && session.inbox) session.inbox->drain(session);
    Record record(server_);
    Call call(*this, *spec, args, session, server_, record, output(session), {});
    spec->while_busy(call);
    if (on_bus) server_.bus().unlock();
    return true;
}

// -- May it run?
// ---------------------------------------------------------------------------------------

const CommandSpec* Executor::resolve(const CommandTable& table, std::span<const Bytes> args) {
    const CommandSpec* spec = table.find_typed(args[0]);
    if (!spec || !spec->has_subcommands || args.size() < 2) return spec;
    return table.find_subcommand(*spec, args[1]);
}

const CommandSpec* Executor::resolve_logged(const CommandTable& table,
                                            std::span<const Bytes> args) {
    const CommandSpec* spec = resolve(table, args);
    return spec || args.empty() ? spec : table.find(args[0]);
}

inline const CommandSpec* Executor::look_up(Bytes name) {
    const Scratch& s = *scratch_;
    const bool again = same_bytes(name, {s.last_name.data(), s.last_name_size});
    return again ? s.last : look_up_anew(name);
}

const CommandSpec* Executor::look_up_anew(Bytes name) {
    Scratch& s = *scratch_;
    const CommandSpec* spec = server_.commands().find_typed(name);
    if (spec && name.size() <= s.last_name.size()) {
        std::ranges::copy(name, s.last_name.begin());
        s.last_name_size = name.size();
        s.last = spec;
    }
    return spec;
}

const CommandSpec* Executor::identify(Session& session, std::span<const Bytes> args,
                                      const CommandSpec* spec) {
    const Scratch& s = *scratch_;
    const bool restricted = session.via == Session::Via::handed_over;
    if (spec && restricted && s.restricted[spec->id]) spec = nullptr;
    if (!spec) {
        session.last_command.store(nullptr, std::memory_order_relaxed);
        reject(session, nullptr, args, unknown_command(args));
        return nullptr;
    }
    if (spec->has_subcommands && args.size() >= 2) {
        const CommandSpec* sub = server_.commands().find_subcommand(*spec, args[1]);
        if (!sub || (restricted && s.restricted[sub->id])) {
            session.last_command.store(nullptr, std::memory_order_relaxed);
            reject(session, spec, args, unknown_subcommand(*spec, args[1]));
            return nullptr;
        }
        spec = sub;
    }
    session.last_command.store(spec, std::memory_order_relaxed);
    if (!arity_fits(*spec, args.size()) || !spec->handler) {
        reject(session, spec, args,
               "ERR wrong number of arguments for '" + std::string(spec->name) + "' command");
        return nullptr;
    }
    return spec;
}

bool Executor::queues(const Session& session, const CommandSpec& spec) const {
    if (!session.transaction || !session.transaction->open) return false;
    const Scratch& s = *scratch_;
    return &spec != s.exec && &spec != s.discard && &spec != s.multi && &spec != s.watch &&
           &spec != s.quit && &spec != s.reset;
}

/// What of this is set is set in the exclusive lane, save what background threads tell of files and
/// replicas, which a batch may learn of late.
bool Executor::is_calm() const {
    const Config& config = server_.config();
    return server_.role() == Role::primary && !server_.loading() &&
           server_.pause().level() == Pause::Level::none && config.min_replicas_to_write == 0 &&
           !server_.save_failed() && server_.append_errno() == 0;
}

/// As nearly every command comes: from a client that may do everything, and is about nothing else.
bool Executor::is_plain(const Session& session) {
    return !session.transaction && session.account && session.account->unrestricted() &&
           session.authenticated() && !session.observing.subscribed() &&
           !session.observing.monitor.load(std::memory_order_relaxed);
}

bool Executor::has_room() const {
    return server_.config().maxmemory.load(std::memory_order_relaxed) == 0 ||
           !server_.room_hook() || server_.loading() || server_.room_hook()();
}

bool Executor::admit(Session& session, const CommandSpec& spec, std::span<const Bytes> args,
                     bool& parked, bool busy) {
    const bool killed = session.killed.load(std::memory_order_relaxed);
    if (plain_ && !killed && !(spec.flags & (kAdmin | kDenyOom))) [[likely]]
        return true;
    const Scratch& s = *scratch_;
    if (killed) {
        session.close_after_reply();
        return false;
    }
    // After a revoke, what comes on the primary endpoint is the next primary's: the client is sent
    // there by the end of its connection, which is on its way, rather than told of a state of
    // affairs that is over.
    if (server_.role() == Role::none && session.via == Session::Via::handed_over &&
        session.listener_kind == NetworkControl::Kind::primary) {
        session.close_after_reply();
        return false;
    }
    std::uint32_t flags = flags_of(spec, args);
    std::uint32_t common_flags = flags;
    if (&spec == s.exec && session.transaction && session.transaction->open) {
        flags |= session.transaction->flags;
        common_flags &= session.transaction->common_flags;
    }
    const auto refuse = [&](std::string_view error) {
        reject(session, &spec, args, error);
        return false;
    };
    Config& config = server_.config();
    if (const Guarded* guarded = s.guarded[spec.id];
        guarded && !is_allowed((config.*guarded->setting).get(), session)) {
        return refuse(guarded_error(*guarded));
    }
    if (server_.acl().must_authenticate(session) && !(spec.flags & kNoAuth))
        return refuse(refusals::kNoAuth);
    if (session.transaction && session.transaction->open && (spec.flags & kNoMulti)) {
        return refuse("ERR Command not allowed inside a transaction");
    }
    if (session.account && !session.account->unrestricted()) [[unlikely]] {
        if (const auto error = server_.acl().refuse(session, spec, args)) return refuse(*error);
    }
    const bool writes = (flags & kWrite) != 0;
    const Role role = server_.role();
    // A queue may grow without end, whatever is in it; what ends it is never refused.
    const bool grows = (flags & kDenyOom) ||
                       (session.transaction && session.transaction->open && &spec != s.exec &&
                        &spec != s.discard && &spec != s.quit && &spec != s.reset);
    if (grows && !busy && role == Role::primary && !has_room()) return refuse(refusals::kOom);
    // PING tells of a disk in trouble, too, so that whoever looks after the node learns of it.
    const bool told = (writes || spec.name == "ping") && role == Role::primary;
    if (told && server_.save_failed() && config.stop_writes_on_bgsave_error &&
        !config.save.get().empty()) {
        return refuse(refusals::kMisconf);
    }
    if (const int problem = server_.append_errno(); problem != 0 && told) [[unlikely]] {
        return refuse("MISCONF Errors writing to the AOF file: " +
                      std::string(::strerrordesc_np(problem)));
    }
    if (writes && role == Role::primary && config.min_replicas_to_write > 0 &&
        config.min_replicas_max_lag > 0 && server_.good_replicas() < config.min_replicas_to_write) {
        return refuse(refusals::kNoReplicas);
    }
    if (writes && role != Role::primary && (role == Role::none || config.replica_read_only)) {
        return refuse(refusals::kReadonly);
    }
    if (session.observing.subscribed() && session.protocol() == Session::Protocol::resp2 &&
        !s.subscribed_mode[spec.id]) {
        return refuse(subscribed_mode_error(spec));
    }
    if (role == Role::replica && server_.stale() && !config.replica_serve_stale_data &&
        !(common_flags & kStale)) {
        return refuse(refusals::kMasterDown);
    }
    if ((server_.loading() || role == Role::none) && !(common_flags & kLoading)) {
        return refuse(refusals::kLoading);
    }
    if (busy) {
        return ((spec.flags & kAllowBusy) && spec.while_busy) ||
               refuse(server_.scripting().running().busy_error());
    }
    if (session.observing.monitor.load(std::memory_order_relaxed) &&
        (flags & (kWrite | kReadonly | kMayReplicate))) {
        return refuse("ERR Replica can't interact with the keyspace");
    }
    const Pause::Level level = server_.pause().level();
    if (level == Pause::Level::all ||
        (level != Pause::Level::none && (flags & (kWrite | kMayReplicate)))) {
        session.state_.store(Session::State::parked, std::memory_order_relaxed);
        parked = true;
        return false;
    }
    return true;
}

std::string& Executor::output(Session& session) {
    if (session.reply_mode == Session::ReplyMode::on ||
        session.reply_mode == Session::ReplyMode::skip_next) {
        return session.out();
    }
    scratch_->sink.clear();
    return scratch_->sink;
}

void Executor::reject(Session& session, const CommandSpec* spec, std::span<const Bytes> args,
                      std::string_view error) {
    if (spec) statistics_.commands[spec->id].rejected.add(1);
    server_.statistics().count_error(error.substr(0, error.find(' ')));
    resp::ReplyWriter reply(output(session), session.protocol());
    if (session.reply_mode == Session::ReplyMode::skip) session.reply_mode = Session::ReplyMode::on;
    settle_observers(session, spec);
    if (spec && spec == scratch_->exec) {
        if (session.transaction && session.transaction->open) {
            unwatch(session, false);
            session.end_transaction();
        }
        if (error.starts_with("ERR ")) error.remove_prefix(4);
        reply.error("EXECABORT Transaction discarded because of: " + std::string(error));
        if (server_.bus().has_monitors()) show_refused(session, *spec, args);
        return;
    }
    if (session.transaction && session.transaction->open) {
        session.transaction->broken = true;
    }
    reply.error(error);
}

/// Those who monitor have seen MULTI: they are shown that its transaction has ended.
void Executor::show_refused(Session& session, const CommandSpec& spec,
                            std::span<const Bytes> args) {
    if (!take_bus_unless_busy()) return;
    Delivery delivery;
    server_.bus().feed_monitors(monitor_line(server_, session, spec, args), delivery);
    server_.bus().unlock();
    delivery.wake();
}

// -- Transactions
// ----------------------------------------------------------------------------------------

OwnedCommand::OwnedCommand(const CommandSpec& spec, std::span<const Bytes> args) : spec_(&spec) {
    std::size_t size = 0;
    for (const Bytes arg : args) size += arg.size();
    bytes_.reserve(size);
    ends_.reserve(args.size());
    for (const Bytes arg : args) {
        bytes_.append(arg);
        ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    }
}

std::span<const Bytes> OwnedCommand::args(std::vector<Bytes>& out) const {
    out.clear();
    std::uint32_t begin = 0;
    for (const std::uint32_t end : ends_) {
        out.emplace_back(bytes_.data() + begin, end - begin);
        begin = end;
    }
    return out;
}

std::uint32_t Executor::flags_of(const CommandSpec& spec, std::span<const Bytes> args) {
    return spec.flags_of ? spec.flags_of(server_, spec, args) : spec.flags;
}

void Executor::queue(Session& session, const CommandSpec& spec, std::span<const Bytes> args) {
    Transaction& transaction = *session.transaction;
    const std::uint32_t flags = flags_of(spec, args);
    transaction.flags |= flags;
    transaction.common_flags &= flags;
    // A command that goes over keys which nobody named (INFO counts them) takes shard locks of its
    // own; of those without keys, only a fast one that touches no data is known not to.
    if (is_exclusive(spec, args) ||
        (!has_keys(spec) && (!(spec.flags & kFast) || (spec.flags & (kWrite | kReadonly))))) {
        transaction.exclusive = true;
    }
    transaction.on_bus = transaction.on_bus || scratch_->on_bus[spec.id];
    transaction.queue.emplace_back(spec, args);
    session.queued_bytes.fetch_add(transaction.queue.back().bytes(), std::memory_order_relaxed);
    session.queued.store(static_cast<std::uint32_t>(transaction.queue.size()),
                         std::memory_order_relaxed);
    output(session).append("+QUEUED\r\n");
    if (session.reply_mode == Session::ReplyMode::skip) session.reply_mode = Session::ReplyMode::on;
}

void Executor::watch(const WatchedKey& key, const std::shared_ptr<WatchMark>& mark,
                     bool was_expired) {
    server_.watches().add(key.db, key.key, mark, was_expired);
}

void Executor::unwatch(Session& session, bool locked) {
    Transaction* transaction = session.transaction.get();
    if (!transaction || transaction->watched.empty()) return;
    remove_watches(*transaction, locked);
    transaction->watched.clear();
    transaction->mark = std::make_shared<WatchMark>();
    session.watched.store(0, std::memory_order_relaxed);
    session.watched_bytes.store(0, std::memory_order_relaxed);
}

void Executor::remove_watches(const Transaction& transaction, bool locked) {
    for (const WatchedKey& watched : transaction.watched) {
        Shard& shard = server_.keyspace().shard(server_.keyspace().shard_of(watched.key));
        if (!locked) shard.lock();
        server_.watches().remove(watched.db, watched.key, transaction.mark.get());
        if (!locked) shard.unlock();
    }
}

void Executor::leave_watches(Session& session) {
    Transaction* transaction = session.transaction.get();
    if (!transaction || transaction->watched.empty()) return;
    auto left = std::make_unique<Transaction>();
    left->watched.swap(transaction->watched);
    left->mark.swap(transaction->mark);
    left_watches_.push_back(std::move(left));
    session.watched.store(0, std::memory_order_relaxed);
    session.watched_bytes.store(0, std::memory_order_relaxed);
}

void Executor::take_over(Executor& other) {
    std::ranges::move(other.left_watches_, std::back_inserter(left_watches_));
    other.left_watches_.clear();
}

void Executor::remove_left_watches() {
    for (const auto& left : left_watches_) remove_watches(*left, false);
    left_watches_.clear();
}

bool Executor::forget(Session& session) {
    if (end_wait(session) == WaitEnd::busy) return false;
    if (session.transaction) {
        if (gate_.enter_unless_busy(*flag_)) {
            unwatch(session, false);
            leave();
        } else {
            leave_watches(session);
        }
        session.transaction.reset();
    }
    if (!take_bus_unless_busy()) return false;
    server_.bus().forget(session);
    server_.bus().unlock();
    return true;
}

/// Whoever has the bus has it for a moment, unless it is a long script.
bool Executor::take_bus_unless_busy() {
    for (int tries = 0; !server_.bus().try_lock(); ++tries) {
        if (tries >= kBusTries && gate_.busy()) return false;
        std::this_thread::yield();
    }
    return true;
}

// -- Locks
// -----------------------------------------------------------------------------------------------

void Executor::add_shards(const CommandSpec& spec, std::span<const Bytes> args) {
    Scratch& s = *scratch_;
    s.key_indexes.clear();
    // Where the keys cannot be told, the handler answers the error before it looks at any.
    find_keys(spec, args, s.key_indexes);
    for (const std::uint32_t i : s.key_indexes)
        s.shards.push_back(server_.keyspace().shard_of(args[i]).value);
}

bool Executor::order_shards() {
    auto& shards = scratch_->shards;
    std::ranges::sort(shards);
    const auto rest = std::ranges::unique(shards);
    shards.erase(rest.begin(), rest.end());
    return shards.size() <= kShardsLockedMax;
}

bool Executor::collect_shards(const Session& session, const CommandSpec& spec,
                              std::span<const Bytes> args) {
    Scratch& s = *scratch_;
    s.shards.clear();
    if (!spec.find_keys && spec.keys.first == 0) {
        if (&spec != s.exec || !session.transaction || !session.transaction->open) return true;
        const Transaction& transaction = *session.transaction;
        if (transaction.exclusive) return false;
        for (const OwnedCommand& queued : transaction.queue)
            add_shards(queued.spec(), queued.args(s.arguments));
        for (const WatchedKey& watched : transaction.watched) {
            s.shards.push_back(server_.keyspace().shard_of(watched.key).value);
        }
    } else {
        add_shards(spec, args);
    }
    return order_shards();
}

bool Executor::is_exec(const CommandSpec& spec) const {
    return &spec == scratch_->exec;
}

bool Executor::waiters_near() const {
    return std::ranges::any_of(scratch_->shards, [&](std::uint16_t shard) {
        return server_.waiters().any(ShardId{shard});
    });
}

void Executor::lock_shards() {
    for (const std::uint16_t shard : scratch_->shards) server_.keyspace().shard(shard).lock();
}

void Executor::unlock_shards() {
    for (const std::uint16_t shard : scratch_->shards) server_.keyspace().shard(shard).unlock();
}

// -- Running
// ------------------------------------------------------------------------------------------------

void Executor::execute(Session& session, const CommandSpec& spec, std::span<const Bytes> args,
                       const HashedKey& hashed) {
    // The bus is taken inside shard locks, never the other way round.
    if (&spec == scratch_->reset) [[unlikely]]
        unwatch(session, false);
    record_.begin(&session);
    if (scratch_->on_bus[spec.id] || (&spec == scratch_->exec && session.transaction &&
                                      session.transaction->on_bus)) [[unlikely]] {
        record_.events().hold_and_drain();
    }
    const Database::Options options{.now = now_ms(),
                                    .expire = calm_ || server_.may_expire(),
                                    .ignore_expiry = false,
                                    .no_touch = session.no_touch.load(std::memory_order_relaxed),
                                    .hashed = hashed,
                                    .request = session.request};
    Call call(*this, spec, args, session, server_, record_, output(session), options);
    invoke(call, nullptr);
    if (const LogOffset offset = record_.commit()) session.set_last_write_offset(offset);
    settle_observers(session, &spec);
    if (record_.has_ready()) [[unlikely]]
        serve_ready();
    if (session.reply_mode != Session::ReplyMode::on) [[unlikely]] {
        if (session.reply_mode == Session::ReplyMode::skip_next) {
            session.reply_mode = Session::ReplyMode::skip;
        } else if (session.reply_mode == Session::ReplyMode::skip &&
                   session.state() != Session::State::suspended) {
            session.reply_mode = Session::ReplyMode::on;  // else the reply is still to come
        }
    }
}

/// Behind the reply: what the command had to tell its own session. CLIENT CACHING is for one
/// command.
void Executor::settle_observers(Session& session, const CommandSpec* spec) {
    record_.events().deliver_own();
    const std::uint32_t tracking = session.observing.tracking.load(std::memory_order_relaxed);
    if (!(tracking & kTrackingCaching)) [[likely]]
        return;
    if (session.transaction && session.transaction->open) return;
    if (spec && spec->container && spec->container == scratch_->client) return;
    session.observing.tracking.fetch_and(~kTrackingCaching, std::memory_order_relaxed);
}

void Executor::invoke(Call& call, const Call* outer) {
    const std::size_t start = call.reply().buffer().size();
    const std::uint64_t begin = last_ticks_;
    const bool script = outer && is_script(*outer->spec_);
    if (server_.bus().has_monitors() && is_script(*call.spec_)) [[unlikely]] {
        record_.events().monitor(monitor_line(call, script));
    }
    call.spec_->handler(call);
    account_changes(call);
    Session& session = script ? *outer->session_ : *call.session_;
    if ((call.spec_->flags & kReadonly) && session.observing.tracks()) [[unlikely]] {
        // What a script reads counts as its declared keys.
        const Call& reader = script ? *outer : call;
        if (script || !is_script(*call.spec_)) {
            record_.events().remember(session, *reader.spec_, reader.args_);
        }
    }
    if (server_.bus().has_monitors() && monitored(call)) [[unlikely]] {
        record_.events().monitor(monitor_line(call, script));
    }
    last_ticks_ = ticks();
    const auto ns =
        static_cast<std::uint64_t>(static_cast<double>(last_ticks_ - begin) * ns_per_tick_);
    CommandCounters& counters = statistics_.commands[call.spec_->id];
    counters.calls.add(1);
    counters.ns.add(ns);
    if (server_.config().latency_tracking.load(std::memory_order_relaxed))
        counters.latency[std::min<std::size_t>(std::bit_width(ns), kLatencyBuckets - 1)].add(1);
    if (call.reply_.errors() > 0) [[unlikely]]
        count_errors(call, std::string_view(call.reply_.buffer()).substr(start));
    const std::int64_t slow_us =
        server_.config().slowlog_log_slower_than.load(std::memory_order_relaxed);
    if (slow_us >= 0 && ns >= static_cast<std::uint64_t>(slow_us) * 1000 && !call.session_->waiter)
        [[unlikely]] {
        note_slow(call, static_cast<std::int64_t>(ns / 1000));
    }
    const std::int64_t watched_ms =
        server_.config().latency_monitor_threshold.load(std::memory_order_relaxed);
    if (watched_ms > 0 && ns >= static_cast<std::uint64_t>(watched_ms) * 1'000'000) [[unlikely]] {
        const bool fast = (call.spec_->flags & kFast) != 0;
        server_.latency_monitor().add(fast ? "fast-command" : "command",
                                      static_cast<std::int64_t>(ns / 1'000'000));
    }
}

void Executor::account_changes(Call& call) {
    if (call.changed_ == 0 && !call.logged_in_any_case_)
        return call.touched_ ? record_.touch_watchers() : record_.forget_touched();
    call.unwatched_ ? record_.forget_touched() : record_.touch_watchers();
    if (!call.rewritten_) record_.add(call.db_.index(), call.args_);
    server_.statistics().dirty.add(static_cast<std::int64_t>(call.changed_));
    if (server_.role() == Role::replica && !call.applying_) [[unlikely]]
        note_deadlines(call);
}

/// A writable replica expires itself what its own clients have written.
void Executor::note_deadlines(const Call& call) {
    std::vector<std::uint32_t> indexes;
    Database database(server_.keyspace(), call.db_.index(), call.db_.options(), record_);
    if (!find_keys(*call.spec_, call.args_, indexes)) return;
    for (const std::uint32_t i : indexes) {
        const Entry* entry = database.peek(call.args_[i]);
        if (entry != nullptr && entry->has_expiry())
            server_.local_deadlines().note(database.index(), call.args_[i], entry->expiry());
    }
}

void Executor::count_errors(const Call& call, std::string_view written) {
    statistics_.commands[call.spec_->id].failed.add(1);
    if (written.starts_with('-'))
        server_.statistics().count_error(written.substr(1, written.find_first_of(" \r") - 1));
}

void Executor::note_slow(const Call& call, std::int64_t us) {
    if ((call.spec_->flags & kSkipSlowlog) || call.applying_) return;
    std::vector<Bytes> shown;
    const bool secret = acl::redact(*call.spec_, call.args_, shown);
    server_.slow_log().add(secret ? std::span<const Bytes>(shown) : call.args_, us,
                           call.session_->scripted ? "?:0" : call.session_->peer,
                           call.session_->text().name,
                           static_cast<std::size_t>(server_.config().slowlog_max_len.load()));
}

void Executor::run_nested(Call& outer, const CommandSpec& spec, std::span<const Bytes> args) {
    Call call(*this, spec, args, outer.session(), server_, record_, outer.reply().buffer(),
              outer.db_.options());
    call.nested_ = true;
    invoke(call, &outer);
}

void Executor::run_scripted(Call& outer, Session& session, const CommandSpec& spec,
                            std::span<const Bytes> args, std::string& out, bool replicated) {
    Call call(*this, spec, args, session, server_, record_, out, outer.db_.options());
    call.nested_ = true;
    record_.mute(!replicated);
    invoke(call, &outer);
    record_.mute(false);
}

// -- The applier
// ---------------------------------------------------------------------------------------------

Executor::ApplyResult Executor::apply(int& db, std::span<const Command> record,
                                      std::string_view raw) {
    Scratch& s = *scratch_;
    s.shards.clear();
    bool exclusive = false;
    for (const Command& command : record) {
        const CommandSpec* spec =
            command.empty() ? nullptr : resolve_logged(server_.commands(), command);
        if (!spec || !spec->handler || !arity_fits(*spec, command.size())) {
            return {false, command.empty() ? "ERR empty command" : unknown_command(command),
                    nullptr};
        }
        exclusive = exclusive || is_exclusive(*spec, command);
        add_shards(*spec, command);
    }
    ApplyResult result;
    if (!exclusive && order_shards()) {
        enter();
        lock_shards();
        const bool woken = waiters_near() && meets_waiter(record);
        if (!woken) result = apply_locked(db, record, raw);
        unlock_shards();
        leave();
        record_.events().wake();
        if (!woken) return result;
    }
    gate_.run_exclusive(*flag_, "applying a record", [&] {
        read_clock();
        exclusive_ = true;
        result = apply_locked(db, record, raw);
        exclusive_ = false;
    });
    record_.events().wake();
    return result;
}

Executor::ApplyResult Executor::apply_locked(int& db, std::span<const Command> record,
                                             std::string_view raw) {
    Scratch& s = *scratch_;
    ApplyResult result;
    record_.begin(&s.applier, true);
    const Database::Options options{
        .now = now_ms(), .expire = false, .ignore_expiry = true, .no_touch = true};
    for (const Command& command : record) {
        const CommandSpec& spec = *resolve_logged(server_.commands(), command);
        result.last = &spec;
        if (&spec == s.multi || &spec == s.exec) continue;
        s.sink.clear();
        s.applier.select(db);
        Call call(*this, spec, command, s.applier, server_, record_, s.sink, options);
        invoke(call, nullptr);
        if (&spec == s.select) db = s.applier.db();
        if (call.reply_.errors() > 0 && result.ok) {
            result.ok = false;
            result.error = s.sink.substr(1, s.sink.find('\r') - 1);
        }
    }
    if (s.sink.capacity() > kSinkBytesKept) std::string().swap(s.sink);
    record_.commit_raw(raw);
    serve_ready();
    return result;
}

}  // namespace millpond::engine
