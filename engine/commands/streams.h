// SPDX-License-Identifier: Apache-2.0
//
// What the stream commands share: ids as arguments, streams and groups of keys, entries in replies,
// and the reading of XREAD and XREADGROUP, which may be tried again for a client that waits. Used
// by handlers, under their call's locks.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/commands/collections.h"
#include "engine/types/stream.h"

namespace millpond::engine {

constexpr Family kStreams{kCatStream, "stream"};

/// How an id may be written.
struct StreamIdForm {
    std::uint64_t missing_seq = 0;  ///< the sequence of an id of milliseconds only
    bool edges = false;             ///< "-" and "+" are the least and the greatest id
    bool* has_seq = nullptr;        ///< "<ms>-*" is allowed, and makes this false
};
bool parse_stream_id(Bytes text, StreamId& id, const StreamIdForm& form = {});
/// The same with its error written.
bool stream_id(Call& call, std::size_t index, StreamId& id, const StreamIdForm& form = {});
/// The edges of a range: "(" before an id leaves it out. False: an error has been written.
bool stream_range_start(Call& call, std::size_t index, StreamId& id);
bool stream_range_end(Call& call, std::size_t index, StreamId& id);

/// As far as the first zero byte, where the texts of Redis's errors end.
std::string error_word(Bytes text, std::size_t longest = std::numeric_limits<std::size_t>::max());
/// "unknown subcommand or wrong number of arguments for ..."
bool wrong_subcommand(Call& call);

inline Stream& stream_of(Entry* entry) {
    return Stream::of(entry->object());
}
/// The stream of a key, or nullptr when it is absent. False: it holds something else, and the error
/// has been written. find_changing_stream() is for commands that look as readers do and then change
/// what hangs on the stream: Redis counts them as readers.
bool find_stream(Call& call, Bytes key, Stream*& stream);
bool find_changing_stream(Call& call, Bytes key, Stream*& stream);
/// Both from arguments 1 and 2; false: an error has been written.
bool find_group(Call& call, bool changing, Stream*& stream, StreamGroup*& group);

void reply_entry(Call& call, const StreamEntry& entry);
/// Answers an entry by its id; false when it is not there, and nothing is written.
bool reply_entry_of(Call& call, const Stream& stream, const StreamId& id);

/// An aggregate whose size is known when its elements have been written.
class LateHeader {
public:
    explicit LateHeader(Call& call) : call_(call), at_(call.reply().buffer().size()) {}
    void array(std::size_t size);
    void map(std::size_t pairs);
    /// A string that goes before the aggregate.
    void bulk(Bytes text);

private:
    void insert(const std::string& header);
    Call& call_;
    std::size_t at_;
};

/// A consumer, which is made when it is not there; it has been seen now.
StreamConsumer& use_consumer(Call& call, Bytes key, StreamGroup& group, Bytes name, bool* made);

/// What replicas are told of a change that is not in the command itself.
void log_claim(Call& call, Bytes key, Bytes group_name, const StreamGroup& group,
               const StreamId& id, const StreamPending& pending);
void log_group_id(Call& call, Bytes key, Bytes group_name, const StreamGroup& group);

/// XREAD or XREADGROUP, read. The views are those of the arguments: who keeps it keeps them.
/// `after` has been settled ("$" has become an id), so that it can be tried again whenever one of
/// the keys has changed.
struct StreamRead {
    struct Source {
        Bytes key;
        StreamId after;
        bool fresh = false;  ///< ">": what the group has not been given yet
    };
    std::vector<Source> sources;
    std::optional<std::int64_t> block_ms;  ///< 0: for ever
    std::size_t count = 0;                 ///< of entries from each stream; 0: all
    bool group = false;                    ///< XREADGROUP, with these:
    bool no_ack = false;
    Bytes group_name;
    Bytes consumer;

    /// Of a client that has waited and gave no COUNT.
    static constexpr std::size_t kCountAfterWaiting = 1000;
};

/// Reads the arguments and settles the ids; false: an error has been written.
/// Requires: all keys are locked.
bool read_stream_arguments(Call& call, StreamRead& read);

/// Tries to serve the client now: answers the entries there are, of all sources or of `only` that
/// one, changes the group, and says what changed; true when it answered. False: there was nothing,
/// nothing has been written or changed, and the client may wait for one of the keys.
/// May be called again later with the same `read`, under the locks of its keys (or in the exclusive
/// lane), with a Call of the same client: what Redis does when a key of a blocked client is ready
/// is `only` = that key's source with `count` set to kCountAfterWaiting if it was 0. A key that is
/// no stream any more counts as having nothing; a group that is gone answers NOGROUP when `only` is
/// given.
bool serve_stream_read(Call& call, const StreamRead& read,
                       std::optional<std::size_t> only = std::nullopt);

void add_stream_reading_commands(CommandTable&);
void add_stream_group_commands(CommandTable&);
void add_stream_pending_commands(CommandTable&);
void add_stream_info_commands(CommandTable&);

}  // namespace millpond::engine
