// SPDX-License-Identifier: Apache-2.0
#include "admin-api/control/feed.h"

#include <boost/json/serialize.hpp>

namespace millpond::admin {
namespace {

Feed::Frame render(std::optional<schema::Revision> id, std::string_view event,
                   const boost::json::value& data) {
    std::string out;
    if (id) out += "id: " + std::to_string(*id) + "\n";
    out += "event: ";
    out += event;
    out += "\ndata: " + boost::json::serialize(data) + "\n\n";
    return std::make_shared<const std::string>(std::move(out));
}

boost::json::value only_revision(schema::Revision revision) {
    return boost::json::object{{"revision", revision}};
}

}  // namespace

void Feed::publish(schema::Revision revision, std::string_view event,
                   const boost::json::value& data) {
    const auto frame = render(revision, event, data);
    std::lock_guard lock(mutex_);
    revision_ = revision;
    kept_.push_back({revision, frame});
    bytes_kept_ += frame->size();
    while (kept_.size() > frames_kept_max || (bytes_kept_ > bytes_kept_max && kept_.size() > 1)) {
        oldest_ = kept_.front().revision;
        bytes_kept_ -= kept_.front().frame->size();
        kept_.pop_front();
    }
    deliver_to_all(frame);
}

void Feed::publish_passing(std::string_view event, const boost::json::value& data) {
    const auto frame = render(std::nullopt, event, data);
    std::lock_guard lock(mutex_);
    deliver_to_all(frame);
}

void Feed::deliver_to_all(const Frame& frame) {
    std::erase_if(subscribers_, [&](const std::weak_ptr<Subscriber>& weak) {
        const auto subscriber = weak.lock();
        if (subscriber) subscriber->deliver(frame);
        return !subscriber;
    });
}

void Feed::subscribe(const std::shared_ptr<Subscriber>& subscriber,
                     std::optional<schema::Revision> after) {
    std::lock_guard lock(mutex_);
    if (!after) {
        subscriber->deliver(render(revision_, "hello", only_revision(revision_)));
    } else if (*after < oldest_ || *after > revision_) {
        subscriber->deliver(render(revision_, "reset", only_revision(revision_)));
    } else {
        for (const auto& kept : kept_)
            if (kept.revision > *after) subscriber->deliver(kept.frame);
    }
    subscribers_.push_back(subscriber);
}

schema::Revision Feed::revision() const {
    std::lock_guard lock(mutex_);
    return revision_;
}

Feed::Frame Feed::reset_frame() const {
    const auto now = revision();
    return render(now, "reset", only_revision(now));
}

Feed::Frame Feed::heartbeat_frame() {
    return render(std::nullopt, "heartbeat", boost::json::object{});
}

}  // namespace millpond::admin
