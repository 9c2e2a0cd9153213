// SPDX-License-Identifier: Apache-2.0
#include "admin-api/api/stream.h"

namespace millpond::admin {
namespace {

class QueueSubscriber final : public Feed::Subscriber {
public:
    explicit QueueSubscriber(const std::shared_ptr<http::FrameQueue>& queue) : queue_(queue) {}
    void deliver(const Feed::Frame& frame) override {
        if (const auto queue = queue_.lock()) queue->push(frame);
    }

private:
    std::weak_ptr<http::FrameQueue> queue_;  // the queue owns us: see FrameQueue::keep
};

}  // namespace

http::Response stream_response(Feed& feed, std::optional<schema::Revision> after) {
    const auto queue = std::make_shared<http::FrameQueue>([&feed] { return feed.reset_frame(); },
                                                          [] { return Feed::heartbeat_frame(); });
    const auto subscriber = std::make_shared<QueueSubscriber>(queue);
    queue->keep(subscriber);
    feed.subscribe(subscriber, after);
    http::Response response;
    response.content_type = "text/event-stream";
    response.stream = queue;
    return response;
}

}  // namespace millpond::admin
