// SPDX-License-Identifier: Apache-2.0
#include "admin-api/ctl/progress.h"

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "admin-api/ctl/text.h"

namespace millpond::admin::ctl {
namespace {

constexpr int bar_cells = 24;

/// Shared by main's thread, which waits, and the client's thread, which learns.
class Watch {
public:
    explicit Watch(schema::Operation started) : latest_(std::move(started)) {}

    void learn(const schema::Operation& operation) {
        const std::lock_guard lock(mutex_);
        if (operation.id != latest_.id || is_finished(latest_)) return;
        latest_ = operation;
        changed_ = true;
        condition_.notify_all();
    }

    void lose(const std::string& reason) {
        const std::lock_guard lock(mutex_);
        trouble_ = reason;
        changed_ = true;
        condition_.notify_all();
    }

    /// False when nothing happened until the deadline.
    bool next(std::chrono::steady_clock::time_point deadline, schema::Operation& operation,
              std::string& trouble) {
        std::unique_lock lock(mutex_);
        if (!condition_.wait_until(lock, deadline, [&] { return changed_; })) return false;
        changed_ = false;
        operation = latest_;
        trouble = trouble_;
        return true;
    }

private:
    std::mutex mutex_;
    std::condition_variable condition_;
    schema::Operation latest_;
    std::string trouble_;
    bool changed_ = true;
};

/// The stream tells every change; a read of the operation covers what came before the stream and
/// what a reset left out.
void subscribe(Client& client, const schema::Operation& started,
               const std::shared_ptr<Watch>& watch) {
    const auto refresh = [&client, watch, id = started.id] {
        client.operation(id, [watch](Result<schema::Operation> operation) {
            if (operation) watch->learn(operation.value());
        });
    };
    StreamHandlers handlers;
    handlers.on_event = [watch, refresh](const StreamEvent& event) {
        if (event.type == "reset") refresh();
        if (event.type != "operation") return;
        const auto* change = event.data.if_object();
        const auto* object = change ? change->if_contains("object") : nullptr;
        if (!object) return;
        auto operation =
            schema::from_json<schema::Operation>(*object, schema::UnknownMembers::skip);
        if (operation) watch->learn(operation.value());
    };
    handlers.on_state = [watch, refresh](const StreamState& state) {
        watch->lose(state.connected ? "" : state.reason);
        if (state.connected) refresh();
    };
    client.stream(started.revision, std::move(handlers));
}

class Line {
public:
    void show(const std::string& text) {
        if (!live_) return;
        std::cerr << "\r\033[K" << printable(text) << std::flush;
        shown_ = true;
    }
    ~Line() {
        if (shown_) std::cerr << "\r\033[K" << std::flush;
    }

private:
    const bool live_ = is_terminal(STDERR_FILENO);
    bool shown_ = false;
};

}  // namespace

std::string progress_line(const schema::Operation& operation) {
    const int percent = std::clamp(operation.progress, 0, 100);
    const auto filled = static_cast<std::size_t>(percent * bar_cells / 100);
    std::string text = "[" + std::string(filled, '#') + std::string(bar_cells - filled, '.') + "] ";
    const auto number = std::to_string(percent);
    text += std::string(3 - number.size(), ' ') + number + " %";
    for (const auto& step : operation.steps)
        if (step.status == "running") return text + "  " + step.name;
    return text + "  " + operation.status;
}

schema::Operation follow_operation(Context& context, const schema::Operation& started,
                                   const WaitOptions& options) {
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds(options.timeout_seconds);
    const auto watch = std::make_shared<Watch>(started);
    subscribe(context.client(), started, watch);
    Line line;
    schema::Operation operation = started;
    std::string trouble;
    while (!is_finished(operation)) {
        if (!watch->next(deadline, operation, trouble))
            throw Failure(operation_failed,
                          "The operation " + started.id + " is still under way after " +
                              std::to_string(options.timeout_seconds) +
                              " s, and goes on. See: millpondctl operation " + started.id);
        line.show(trouble.empty() ? progress_line(operation) : "Waiting: " + trouble);
    }
    return operation;
}

}  // namespace millpond::admin::ctl
