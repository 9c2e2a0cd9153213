// SPDX-License-Identifier: Apache-2.0
//
// The event stream's source: every change as a ready-made server-sent event, kept for a while so
// that a reader who was cut off can go on where it stopped. Any thread; a subscriber is called
// under the feed's lock, in order, and must only take the frame.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "admin-api/schema/common.h"

namespace millpond::admin {

class Feed {
public:
    using Frame = std::shared_ptr<const std::string>;  ///< shared: one rendering for all readers

    static constexpr std::size_t frames_kept_max = 4096;
    static constexpr std::size_t bytes_kept_max = 16 << 20;

    class Subscriber {
    public:
        virtual ~Subscriber() = default;
        virtual void deliver(const Frame& frame) = 0;
    };

    explicit Feed(schema::Revision start) : revision_(start), oldest_(start) {}

    /// A change of `object`: its frame carries `revision`, which must be higher than any before.
    void publish(schema::Revision revision, std::string_view event, const boost::json::value& data);
    /// Something that is only of the moment: no id, not kept.
    void publish_passing(std::string_view event, const boost::json::value& data);

    /// Begins with `hello` (no `after`), with what was missed, or with `reset` when that is not
    /// known any more. The feed holds the subscriber weakly.
    void subscribe(const std::shared_ptr<Subscriber>& subscriber,
                   std::optional<schema::Revision> after);
    schema::Revision revision() const;
    /// The frame that tells a reader to read the lists again.
    Frame reset_frame() const;
    static Frame heartbeat_frame();

private:
    struct Kept {
        schema::Revision revision;
        Frame frame;
    };
    void deliver_to_all(const Frame& frame);

    mutable std::mutex mutex_;
    schema::Revision revision_;
    schema::Revision oldest_;  ///< everything after this one is in `kept_`
    std::deque<Kept> kept_;
    std::size_t bytes_kept_ = 0;
    std::vector<std::weak_ptr<Subscriber>> subscribers_;
};

}  // namespace millpond::admin
