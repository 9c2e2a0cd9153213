// SPDX-License-Identifier: Apache-2.0
//
// One command being run: what a handler gets. It is made by dispatch on the thread that parsed the
// command, with the shards of its keys locked (or in the exclusive lane). A handler validates, changes
// the database, writes exactly one reply, and says what it changed; dispatch does the rest (log, dirty
// counter, statistics). Arguments are views that live as long as the call.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "engine/keyspace/database.h"
#include "resp/reply_writer.h"

namespace millpond::engine {

class Session;
class Server;

/// Keyspace notification classes, Redis's letters.
enum class EventClass : char {
    generic = 'g', string = '$', list = 'l', set = 's', hash = 'h', sorted_set = 'z', expired = 'x', evicted = 'e',
    stream = 't', key_miss = 'm', new_key = 'n'
};

class Call {
public:
    std::span<const Bytes> args() const;
    std::size_t argc() const;
    Bytes arg(std::size_t index) const;  ///< arg(0) is the command's name as sent

    resp::ReplyWriter& reply();
    Database& db();
    Database db(int index);  ///< another database, same moment (COPY ... DB, MOVE)
    UnixMillis now() const;  ///< frozen for the command, EXEC or script
    Session& session();
    Server& server();
    bool applying() const;  ///< run by the replica applier or the loader: no client is there

    /// This command changed `n` things. With n > 0 in all, its effect goes to the log: the command as it
    /// was sent, unless effect() was called, which replaces it (several calls, several commands).
    void changed(std::size_t n = 1);
    void effect(std::initializer_list<Bytes> command);
    void effect(std::span<const Bytes> command);

    /// A keyspace event, sent in the order of the writes.
    void notify(EventClass cls, std::string_view event, Bytes key);

    // The errors that everybody writes; each writes the reply, and returns false for `return` chains.
    bool wrong_type();
    bool syntax_error();
    bool not_an_integer();
    bool not_a_float();
    bool error(std::string_view message);  ///< with its own first word: "ERR ...", "NOSCRIPT ..."

    // Arguments as numbers, Redis's exact grammar; on failure the error reply has been written.
    bool integer(std::size_t index, std::int64_t& out);
    bool real(std::size_t index, double& out);
};

}  // namespace millpond::engine
