// SPDX-License-Identifier: Apache-2.0
//
// RESP as a client sees it: replies in any pieces, bounds, and commands that are read back as
// written.
#include <QtTest>
#include <cmath>
#include <random>

#include "resp/command.h"
#include "resp/reply_parser.h"

using namespace millpond::resp;

namespace {

Value parsed(const std::string& text) {
    ReplyParser parser;
    parser.feed(text);
    Value value;
    if (parser.next(value) != ReplyParser::Status::ready) value.text = "not ready";
    return value;
}

bool malformed(const std::string& text) {
    ReplyParser parser;
    parser.feed(text);
    Value value;
    return parser.next(value) == ReplyParser::Status::malformed;
}

}  // namespace

class RespClientSideTest : public QObject {
    Q_OBJECT

private slots:
    void everyTypeIsRead() {
        QCOMPARE(parsed("+OK\r\n").text, std::string("OK"));
        QVERIFY(parsed("-ERR no\r\n").is_error());
        QVERIFY(parsed("!6\r\nERR no\r\n").is_error());
        QCOMPARE(parsed(":-42\r\n").integer, std::int64_t(-42));
        QCOMPARE(parsed("$5\r\na\r\nbc\r\n").text, std::string("a\r\nbc"));
        QCOMPARE(parsed("=7\r\ntxt:abc\r\n").text, std::string("abc"));
        QVERIFY(parsed("$-1\r\n").is_null());
        QVERIFY(parsed("*-1\r\n").is_null());
        QVERIFY(parsed("_\r\n").is_null());
        QCOMPARE(parsed(",1.5\r\n").real, 1.5);
        QVERIFY(std::isinf(parsed(",-inf\r\n").real));
        QCOMPARE(parsed("#t\r\n").integer, std::int64_t(1));
        QCOMPARE(parsed("(123456789012345678901\r\n").text, std::string("123456789012345678901"));
        QCOMPARE(parsed("*2\r\n:1\r\n*1\r\n$1\r\nx\r\n").items[1].items[0].text, std::string("x"));
        QCOMPARE(parsed("~1\r\n:1\r\n").items.size(), std::size_t(1));
        QVERIFY(parsed(">1\r\n+x\r\n").type == ValueType::push);
        QVERIFY(parsed("*0\r\n").items.empty());
    }

    void mapsAreSearchedByKey() {
        const Value map = parsed("%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n");
        QCOMPARE(map.find("b")->integer, std::int64_t(2));
        QVERIFY(map.find("c") == nullptr);
        QCOMPARE(parsed("*4\r\n+a\r\n:1\r\n+b\r\n:2\r\n").find("a")->integer, std::int64_t(1));
    }

    void attributesAreDropped() {
        const Value value = parsed("|1\r\n+ttl\r\n:3600\r\n*2\r\n|1\r\n+x\r\n+y\r\n:1\r\n:2\r\n");
        QCOMPARE(value.items.size(), std::size_t(2));
        QCOMPARE(value.items[1].integer, std::int64_t(2));
    }

    void badInputIsRefused() {
        for (const char* text : {"?\r\n", "\r\n", ":x\r\n", "$x\r\n", "$-2\r\n", "*99999999999\r\n",
                                 "$600000000\r\n", "$1\r\nab\r\n", "#x\r\n", ",x\r\n"}) {
            QVERIFY2(malformed(text), text);
        }
        QVERIFY(malformed(std::string(70'000, '+')));
        std::string deep;
        for (int i = 0; i < 100; ++i) deep += "*1\r\n";
        QVERIFY(malformed(deep));
    }

    void piecesGiveTheSameAsTheWhole() {
        const quint64 seed = qEnvironmentVariableIsSet("MILLPOND_SEED")
                                 ? qEnvironmentVariable("MILLPOND_SEED").toULongLong()
                                 : std::random_device{}();
        qInfo("seed %llu", seed);
        std::mt19937_64 random(seed);
        std::string stream;
        for (int i = 0; i < 500; ++i) {
            stream += "%1\r\n$3\r\nkey\r\n*3\r\n:" + std::to_string(i) + "\r\n$" +
                      std::to_string(i) + "\r\n" + std::string(static_cast<std::size_t>(i), 'v') +
                      "\r\n_\r\n";
        }
        ReplyParser parser;
        Value value;
        int read = 0;
        for (std::size_t at = 0; at < stream.size();) {
            const std::size_t size = std::min<std::size_t>(1 + random() % 50, stream.size() - at);
            parser.feed(std::string_view(stream).substr(at, size));
            at += size;
            while (parser.next(value) == ReplyParser::Status::ready) {
                QCOMPARE(value.find("key")->items[0].integer, std::int64_t(read));
                QCOMPARE(value.find("key")->items[1].text.size(), static_cast<std::size_t>(read));
                ++read;
            }
        }
        QCOMPARE(read, 500);
        QCOMPARE(parser.pending(), std::size_t(0));
    }

    void commandsAreReadBackAsWritten() {
        const Value value = parsed(encode_command({"SET", "k\r\n", ""}));
        QCOMPARE(value.items.size(), std::size_t(3));
        QCOMPARE(value.items[1].text, std::string("k\r\n"));
        QCOMPARE(value.items[2].text, std::string());
    }
};

QTEST_GUILESS_MAIN(RespClientSideTest)
#include "resp_client_side_test.moc"
