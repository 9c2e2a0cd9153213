// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/debug_tools.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <string>

#include "engine/commands/collections.h"
#include "engine/commands/numbers.h"
#include "engine/commands/record.h"
#include "engine/keyspace/keyspace.h"
#include "engine/replication/replication.h"
#include "engine/scripting/scripting.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/snapshot/dump.h"
#include "engine/snapshot/persistence.h"
#include "engine/snapshot/rdb_file.h"
#include "engine/snapshot/rdb_reader.h"

namespace millpond::engine {

namespace {

/// Puts what a file holds where it belongs. In the exclusive lane.
class ReloadTarget final : public RdbTarget {
public:
    ReloadTarget(Call& call, bool merge) : call_(call), merge_(merge) {}

    void string(int db, Bytes key, Bytes value, std::optional<std::int64_t> expiry) override {
        Database database = call_.db(db);
        if (!wanted(database, key, expiry)) return;
        if (expiry) {
            database.put_string_until(key, value, *expiry);
        } else {
            database.put_string(key, value);
        }
    }
    void object(int db, Bytes key, OwnedObject object,
                std::optional<std::int64_t> expiry) override {
        Database database = call_.db(db);
        if (!wanted(database, key, expiry)) return;
        const Type type = object.type();
        Entry* entry = database.put_object(key, type, object.take());
        if (expiry) database.set_expiry(*entry, *expiry);
    }
    std::string function(Bytes code) override {
        return call_.server().scripting().functions().load_stored(code, merge_);
    }
    bool stop() override { return conflict_; }
    bool conflict() const { return conflict_; }

private:
    bool wanted(Database& database, Bytes key, std::optional<std::int64_t> expiry) {
        if (expiry && *expiry < call_.now()) return false;
        conflict_ = conflict_ || (!merge_ && database.peek(key) != nullptr);
        return !conflict_;
    }

    Call& call_;
    const bool merge_;
    bool conflict_ = false;
};

struct ReloadOptions {
    bool save = true, flush = true, merge = false;
};

bool read_options(Call& call, ReloadOptions& options) {
    for (std::size_t i = 2; i < call.argc(); ++i) {
        if (is_word(call.arg(i), "nosave")) {
            options.save = false;
        } else if (is_word(call.arg(i), "noflush")) {
            options.flush = false;
        } else if (is_word(call.arg(i), "merge")) {
            options.merge = true;
        } else {
            return call.error(
                "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
        }
    }
    return true;
}

void flush_all(Call& call) {
    call.before_flush(-1);
    call.server().keyspace().flush_all(false);
    call.server().scripting().functions().flush();
}

bool load(Call& call, const ReloadOptions& options) {
    Config& config = call.server().config();
    const std::string path = config.dir.get() + "/" + config.dbfilename.get();
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    FileSource source(fd);
    ReloadTarget target(call, options.merge || options.flush);
    const RdbReadResult result = read_rdb(source, target,
                                          {.databases = static_cast<int>(config.databases.load()),
                                           .verify_checksum = config.rdbchecksum});
    if (result.error) spdlog::warn("DEBUG RELOAD: {}", *result.error);
    return !result.error;
}

bool no_such_key(Call& call, Entry*& entry) {
    entry = find_even_expired(call, call.arg(2));
    return entry != nullptr || call.error("ERR no such key");
}

}  // namespace

void debug_reload(Call& call) {
    ReloadOptions options;
    if (!read_options(call, options)) return;
    if (options.save) {
        const std::string error = Replication::of(call.server()).persistence().save_now();
        if (!error.empty()) return void(call.error("ERR " + error));
    }
    if (options.flush) flush_all(call);
    if (!load(call, options))
        return void(call.error("ERR Error trying to load the RDB dump, check server logs"));
    call.reply().ok();
}

/// Everybody else is answered -LOADING meanwhile, and this client when all is there.
void debug_loadaof(Call& call) {
    Session& session = call.session();
    if (!call.may_block())
        return void(
            call.error("ERR DEBUG LOADAOF waits until all is loaded, which a transaction or "
                       "script cannot"));
    Replication& replication = Replication::of(call.server());
    if (const std::string error = replication.prepare_reload(); !error.empty())
        return void(call.error("ERR " + error));
    const BlockToken client = session.suspend([](bool) {
        return std::string("-UNBLOCKED client unblocked while the data is being loaded\r\n");
    });
    flush_all(call);
    replication.reload_append_only(
        [&server = call.server(), client] { server.resume(client, "+OK\r\n"); });
}

/// As in Redis, replicas are told nothing of it.
void debug_populate(Call& call) {
    std::int64_t count = 0, size = 0;
    if (!not_negative(call, 2, count)) return;
    const std::string prefix(call.argc() > 3 ? call.arg(3) : Bytes("key"));
    if (call.argc() == 5 && !not_negative(call, 4, size)) return;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::string key = prefix + ":" + std::to_string(i);
        if (call.db().peek(key) != nullptr) continue;
        std::string value = "value:" + std::to_string(i);
        if (size > 0) value.resize(static_cast<std::size_t>(size));
        call.db().put_string(key, value);
    }
    call.reply().ok();
}

void debug_protocol(Call& call) {
    resp::ReplyWriter& reply = call.reply();
    const Bytes name = call.arg(2);
    const auto numbers = [&] {
        for (int i = 0; i < 3; ++i) reply.integer(i);
    };
    if (is_word(name, "string")) {
        reply.bulk("Hello World");
    } else if (is_word(name, "integer")) {
        reply.integer(12345);
    } else if (is_word(name, "double")) {
        reply.raw(reply.resp3() ? ",3.141\r\n" : "$5\r\n3.141\r\n");
    } else if (is_word(name, "null")) {
        reply.null();
    } else if (is_word(name, "array")) {
        reply.array(3);
        numbers();
    } else if (is_word(name, "set")) {
        reply.set(3);
        numbers();
    } else if (is_word(name, "map")) {
        reply.map(3);
        for (int i = 0; i < 3; ++i) {
            reply.integer(i);
            reply.boolean(i == 1);
        }
    } else if (is_word(name, "attrib")) {
        if (reply.resp3())
            reply.raw("|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n");
        reply.bulk("Some real reply following the attribute");
    } else if (is_word(name, "push")) {
        if (!reply.resp3()) return void(call.error("ERR RESP2 is not supported by this command"));
        reply.push(2);
        reply.bulk("server-cpu-usage");
        reply.integer(42);
        reply.bulk("Some real reply following the push reply");
    } else if (is_word(name, "bignum")) {
        constexpr std::string_view kDigits = "1234567999999999999999999999999999999";
        if (reply.resp3()) return reply.raw("(" + std::string(kDigits) + "\r\n");
        reply.bulk(kDigits);
    } else if (is_word(name, "verbatim")) {
        reply.verbatim("txt", "This is a verbatim\nstring");
    } else if (is_word(name, "true")) {
        reply.boolean(true);
    } else if (is_word(name, "false")) {
        reply.boolean(false);
    } else {
        call.error(
            "ERR Wrong protocol type name. Please use one of the following: "
            "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false");
    }
}

void debug_log(Call& call) {
    spdlog::warn("DEBUG LOG: {}", call.arg(2));
    call.reply().ok();
}

void debug_structsize(Call& call) {
    call.reply().simple("bits:64 entry:" + std::to_string(sizeof(Entry)));
}

void debug_htstats(Call& call) {
    std::int64_t db = 0;
    if (!call.integer(2, db)) return;
    if (db < 0 || db >= call.server().config().databases.load())
        return void(call.error("ERR Out of range database"));
    const Keyspace& keys = call.server().keyspace();
    const int index = static_cast<int>(db);
    call.reply().verbatim(
        "txt", "[Dictionary HT]\n number of elements: " + std::to_string(keys.size(index)) +
                   "\n[Expires HT]\n number of elements: " +
                   std::to_string(keys.volatile_size(index)) + "\n");
}

void debug_htstats_key(Call& call) {
    Entry* entry = nullptr;
    if (!no_such_key(call, entry)) return;
    const std::string_view encoding = entry->encoding_name();
    if (encoding != "hashtable" && encoding != "skiplist") {
        return void(call.error(
            "ERR The value stored at the specified key is not represented using an hash table"));
    }
    const std::size_t size = entry->type() == Type::hash  ? Hash(entry->object()).size()
                             : entry->type() == Type::set ? Set(entry->object()).size()
                                                          : SortedSet(entry->object()).size();
    call.reply().verbatim("txt", " number of elements: " + std::to_string(size) + "\n");
}

void debug_listpack(Call& call) {
    Entry* entry = nullptr;
    if (!no_such_key(call, entry)) return;
    if (!entry->encoding_name().starts_with("listpack"))
        return void(call.error("ERR Not a listpack encoded object."));
    spdlog::info("DEBUG LISTPACK {}: {} bytes", call.arg(2),
                 object_bytes(entry->type(), entry->object()));
    call.reply().simple("Listpack structure printed on stdout");
}

void debug_quicklist(Call& call) {
    Entry* entry = nullptr;
    if (!no_such_key(call, entry)) return;
    if (entry->encoding_name() != "quicklist")
        return void(call.error("ERR Not a quicklist encoded object."));
    spdlog::info("DEBUG QUICKLIST {}: {} elements, {} bytes", call.arg(2),
                 List(entry->object()).size(), object_bytes(entry->type(), entry->object()));
    call.reply().simple("Quicklist structure printed on stdout");
}

void debug_sdslen(Call& call) {
    Entry* entry = nullptr;
    if (!no_such_key(call, entry)) return;
    if (!entry->is_string() || entry->encoding() == Entry::Encoding::integer)
        return void(call.error("ERR Not an sds encoded string."));
    const SharedBuffer* buffer = entry->string_buffer();
    const std::size_t length = entry->string_length();
    const std::size_t spare = buffer ? buffer->capacity() - length : 0;
    call.reply().simple("key_sds_len:" + std::to_string(entry->key().size()) +
                        ", key_sds_avail:0, key_zmalloc: " + std::to_string(entry->key().size()) +
                        ", val_sds_len:" + std::to_string(length) + ", val_sds_avail:" +
                        std::to_string(spare) + ", val_zmalloc: " + std::to_string(length + spare));
}

void debug_skip_checksum(Call& call) {
    skip_dump_checksum(std::atoi(std::string(call.arg(2)).c_str()) != 0);
    call.reply().ok();
}

Entry* find_even_expired(Call& call, Bytes key) {
    Database::Options options = call.db().options();
    options.ignore_expiry = true;
    return Database(call.server().keyspace(), call.db().index(), options, call.record()).peek(key);
}

void debug_allow_in_scripts(Call& call) {
    call.server().scripting().allow_everything(std::atoi(std::string(call.arg(2)).c_str()) != 0);
    call.reply().ok();
}

/// Whatever it is: replicas are sent it as a command, and so is this node's own file.
void debug_replicate(Call& call) {
    call.effect(call.args().subspan(2));
    call.changed();
    call.reply().ok();
}

void debug_change_repl_id(Call& call) {
    Replication::of(call.server()).history().start_anew();
    call.reply().ok();
}

void debug_replybuffer(Call& call) {
    std::int64_t number = 0;
    if (is_word(call.arg(2), "peak-reset-time")) {
        if (!is_word(call.arg(3), "never") && !is_word(call.arg(3), "reset") &&
            !call.integer(3, number))
            return;
    } else if (!is_word(call.arg(2), "resizing")) {
        return void(call.error("ERR unknown subcommand or wrong number of arguments for '" +
                               std::string(call.arg(1).substr(0, 128)) + "'. Try DEBUG HELP."));
    }
    call.reply().ok();
}

void debug_accepted(Call& call) {
    call.reply().ok();
}

}  // namespace millpond::engine
