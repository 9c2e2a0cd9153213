// SPDX-License-Identifier: Apache-2.0
//
// hiredis at its ordinary work, in both of its forms: one reply after the other, and with callbacks
// from a loop. Run: hiredis_client PORT SOCKET; says what is wrong and ends with 1.
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

void expect(bool holds, const std::string& what) {
    if (!holds) throw std::runtime_error(what);
}

struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

std::string text(const redisReply& reply) {
    return {reply.str, static_cast<std::size_t>(reply.len)};
}

/// A connection that waits for each reply.
class Client {
public:
    explicit Client(redisContext* context) : context_(context) {
        expect(context && !context->err, context ? context->errstr : "no connection");
    }
    ~Client() { redisFree(context_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    template <class... Args>
    Reply ask(const char* format, Args... args) {
        return checked(redisCommand(context_, format, args...));
    }
    Reply ask_words(const std::vector<std::string>& words) {
        std::vector<const char*> data;
        std::vector<std::size_t> sizes;
        for (const std::string& word : words) {
            data.push_back(word.data());
            sizes.push_back(word.size());
        }
        return checked(
            redisCommandArgv(context_, static_cast<int>(words.size()), data.data(), sizes.data()));
    }
    template <class... Args>
    void append(const char* format, Args... args) {
        expect(redisAppendCommand(context_, format, args...) == REDIS_OK, "a command is put off");
    }
    Reply next() {
        void* reply = nullptr;
        expect(redisGetReply(context_, &reply) == REDIS_OK, context_->errstr);
        return checked(reply);
    }
    redisContext* context() { return context_; }

private:
    Reply checked(void* reply) {
        expect(reply != nullptr, context_->errstr);
        return Reply(static_cast<redisReply*>(reply));
    }

    redisContext* context_;
};

void check_replies(Client& client) {
    Reply reply = client.ask("FLUSHALL");
    expect(reply->type == REDIS_REPLY_STATUS && text(*reply) == "OK", "FLUSHALL: OK");
    const std::string key("k\0\r\n", 4), value("\0\xff\r\n$5\r\n", 8);
    reply = client.ask("SET %b %b", key.data(), key.size(), value.data(), value.size());
    expect(text(*reply) == "OK", "SET of binary words");
    reply = client.ask("GET %b", key.data(), key.size());
    expect(reply->type == REDIS_REPLY_STRING && text(*reply) == value, "GET of a binary key");
    reply = client.ask("GET %s", "absent");
    expect(reply->type == REDIS_REPLY_NIL, "GET of no key");
    reply = client.ask("INCRBY n %d", 42);
    expect(reply->type == REDIS_REPLY_INTEGER && reply->integer == 42, "INCRBY");
    reply = client.ask("LPUSH n x");
    expect(reply->type == REDIS_REPLY_ERROR && text(*reply).starts_with("WRONGTYPE "),
           "LPUSH on a string");
    reply = client.ask_words({"EVAL", "return {1, {'a', {ARGV[1]}}, false}", "0", value});
    expect(reply->type == REDIS_REPLY_ARRAY && reply->elements == 3, "an array of three");
    const redisReply& inner = *reply->element[1];
    expect(inner.elements == 2 && text(*inner.element[1]->element[0]) == value, "arrays in it");
    expect(reply->element[2]->type == REDIS_REPLY_NIL, "and nil");
}

void check_pipelines(Client& client) {
    constexpr int kCommands = 5000;
    for (int i = 0; i < kCommands; ++i) client.append("RPUSH list element:%d", i);
    client.append("MULTI");
    client.append("INCR counter");
    client.append("LRANGE list 0 -1");
    client.append("EXEC");
    for (int i = 0; i < kCommands; ++i)
        expect(client.next()->integer == i + 1, "replies come in order");
    expect(text(*client.next()) == "OK", "MULTI");
    for (int i = 0; i < 2; ++i) expect(text(*client.next()) == "QUEUED", "QUEUED");
    const Reply results = client.next();
    expect(results->elements == 2 && results->element[1]->elements == kCommands, "EXEC");
    expect(text(*results->element[1]->element[kCommands - 1]) ==
               "element:" + std::to_string(kCommands - 1),
           "the last element");
}

void check_big_values(Client& client) {
    std::string big;
    for (std::size_t i = 0; i < 3u << 20; ++i) big += static_cast<char>(i * 31 >> 3);
    expect(text(*client.ask_words({"SET", "big", big})) == "OK", "SET of 3 MiB");
    expect(text(*client.ask("GET big")) == big, "GET of 3 MiB");
}

void check_scan(Client& client) {
    std::map<std::string, int> seen;
    for (int i = 0; i < 1000; ++i) client.append("SET scan:%d %d", i, i);
    for (int i = 0; i < 1000; ++i) client.next();
    std::string cursor = "0";
    do {
        const Reply reply = client.ask("SCAN %s MATCH scan:* COUNT 50", cursor.c_str());
        cursor = text(*reply->element[0]);
        for (std::size_t i = 0; i < reply->element[1]->elements; ++i)
            ++seen[text(*reply->element[1]->element[i])];
    } while (cursor != "0");
    expect(seen.size() == 1000, "SCAN finds every key");
}

/// A loop around one asynchronous connection: what libevent and its like do for hiredis.
class Loop {
public:
    explicit Loop(int port) : context_(redisAsyncConnect("127.0.0.1", port)) {
        expect(context_ && !context_->err, "an asynchronous connection");
        context_->data = this;
        context_->ev.data = this;
        context_->ev.addRead = [](void* self) { of(self).events_ |= POLLIN; };
        context_->ev.delRead = [](void* self) { of(self).events_ &= ~POLLIN; };
        context_->ev.addWrite = [](void* self) { of(self).events_ |= POLLOUT; };
        context_->ev.delWrite = [](void* self) { of(self).events_ &= ~POLLOUT; };
        redisAsyncSetDisconnectCallback(context_, [](const redisAsyncContext* context, int) {
            of(context->data).context_ = nullptr;  // hiredis frees it
        });
    }
    ~Loop() {
        if (context_) redisAsyncFree(context_);
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    using Handler = std::function<void(const redisReply&)>;
    /// The handler lives as long as the loop, since a subscription's is called again and again.
    template <class... Args>
    void send(Handler handler, const char* format, Args... args) {
        handlers_.push_back(std::make_unique<Handler>(std::move(handler)));
        const auto call = [](redisAsyncContext*, void* reply, void* self) {
            if (reply) (*static_cast<Handler*>(self))(*static_cast<redisReply*>(reply));
        };
        expect(
            redisAsyncCommand(context_, call, handlers_.back().get(), format, args...) == REDIS_OK,
            "an asynchronous command");
    }
    void run_until(const std::function<bool()>& done) {
        while (!done()) {
            expect(context_ != nullptr, "the connection stays");
            pollfd watched{context_->c.fd, static_cast<short>(events_), 0};
            expect(::poll(&watched, 1, 20'000) == 1, "something happens within 20 s");
            if (watched.revents & (POLLIN | POLLERR | POLLHUP)) redisAsyncHandleRead(context_);
            if (context_ && watched.revents & POLLOUT) redisAsyncHandleWrite(context_);
        }
    }
    void disconnect() {
        redisAsyncDisconnect(context_);
        if (context_) run_until([this] { return context_ == nullptr; });
    }

private:
    static Loop& of(void* self) { return *static_cast<Loop*>(self); }

    redisAsyncContext* context_;
    int events_ = 0;
    std::vector<std::unique_ptr<Handler>> handlers_;
};

void check_callbacks(int port) {
    constexpr int kCommands = 2000;
    Loop subscriber(port), worker(port);
    std::vector<std::string> heard;
    bool subscribed = false, done = false;
    subscriber.send(
        [&](const redisReply& reply) {
            const std::string kind = text(*reply.element[0]);
            if (kind == "subscribe") subscribed = true;
            if (kind == "message") heard.push_back(text(*reply.element[2]));
        },
        "SUBSCRIBE news");
    subscriber.run_until([&] { return subscribed; });

    int last = 0;
    for (int i = 1; i <= kCommands; ++i) {
        worker.send(
            [&last, i](const redisReply& reply) {
                expect(reply.integer == i, "callbacks come in order");
                last = i;
            },
            "INCR calls");
        if (i % 100 == 0) worker.send([](const redisReply&) {}, "PUBLISH news %d", i);
    }
    worker.send([&](const redisReply&) { done = true; }, "PING");
    worker.run_until([&] { return done; });
    expect(last == kCommands, "every callback has been called");
    subscriber.run_until([&] { return heard.size() == kCommands / 100; });
    expect(heard.front() == "100" && heard.back() == std::to_string(kCommands),
           "messages come in order");
    worker.disconnect();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "hiredis_client PORT SOCKET\n");
        return 2;
    }
    try {
        const int port = std::atoi(argv[1]);
        Client tcp(redisConnectWithTimeout("127.0.0.1", port, {20, 0}));
        Client local(redisConnectUnixWithTimeout(argv[2], {20, 0}));
        for (Client* client : {&tcp, &local}) {
            check_replies(*client);
            check_pipelines(*client);
            check_big_values(*client);
            check_scan(*client);
        }
        check_callbacks(port);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hiredis_client: %s\n", error.what());
        return 1;
    }
    return 0;
}
