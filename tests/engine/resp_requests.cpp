// SPDX-License-Identifier: Apache-2.0
//
// The request parser: the same commands come out however the bytes are cut, and bad input gets
// Redis's words.
#include <QtTest>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "resp/reply_writer.h"
#include "resp/request_parser.h"
#include "resp/words.h"

using namespace millpond::resp;

namespace {

using Commands = std::vector<std::vector<std::string>>;

/// Feeds `input` in pieces, as a connection does: what has not been consumed stays at the front,
/// each time at another address.
struct Feeder {
    RequestParser parser;
    RequestLimits limits;
    std::string kept;
    Commands out;
    std::string error;

    bool feed(std::string_view piece, std::size_t commands_max = 64) {
        kept.append(piece);
        const std::string moved = kept;
        std::string_view rest = moved;
        for (;;) {
            RequestBatch batch;
            const auto status = parser.parse(rest, limits, commands_max, batch);
            for (std::size_t i = 0; i < batch.size(); ++i) {
                auto& command = out.emplace_back();
                for (const std::string_view arg : batch[i]) command.emplace_back(arg);
            }
            if (status == RequestParser::Status::malformed) {
                error = parser.error();
                return false;
            }
            rest.remove_prefix(batch.consumed());
            if (batch.consumed() == 0) break;
        }
        kept = rest;
        return true;
    }
};

std::string encode(const std::vector<std::string>& command) {
    std::string out = "*" + std::to_string(command.size()) + "\r\n";
    for (const std::string& arg : command)
        out += "$" + std::to_string(arg.size()) + "\r\n" + arg + "\r\n";
    return out;
}

std::string error_of(std::string_view input, bool authenticated = true) {
    Feeder feeder;
    feeder.limits.authenticated = authenticated;
    return feeder.feed(input) ? std::string("none") : feeder.error;
}

}  // namespace

class RespRequests : public QObject {
    Q_OBJECT
private slots:
    void everyCutGivesTheSameCommands() {
        const Commands commands{{"SET", "key", std::string("a\r\nb\0c", 6)},
                                {"GET", ""},
                                {"PING"},
                                {"MSET", "a", "1", "b", std::string(300, 'x')}};
        std::string input;
        for (const auto& command : commands) input += encode(command);
        input += "*0\r\n\r\nPING \"inline \\x41\" 'q'\r\n*-1\r\n";
        Commands expected = commands;
        expected.push_back({"PING", "inline A", "q"});
        for (std::size_t first = 0; first <= input.size(); ++first) {
            Feeder feeder;
            QVERIFY(feeder.feed(std::string_view(input).substr(0, first)));
            QVERIFY(feeder.feed(std::string_view(input).substr(first)));
            QCOMPARE(feeder.out, expected);
            QVERIFY(feeder.kept.empty());
        }
        Feeder byByte;
        for (const char c : input) QVERIFY(byByte.feed({&c, 1}, 1));
        QCOMPARE(byByte.out, expected);
    }

    void randomPipelinesSurviveRandomCuts() {
        const auto seed = qEnvironmentVariableIntValue("MILLPOND_SEED")
                              ? qEnvironmentVariableIntValue("MILLPOND_SEED")
                              : static_cast<int>(std::random_device()());
        qInfo("MILLPOND_SEED=%d", seed);
        std::mt19937 random(static_cast<unsigned>(seed));
        for (int round = 0; round < 300; ++round) {
            Commands commands(random() % 20 + 1);
            std::string input;
            for (auto& command : commands) {
                command.resize(random() % 6 + 1);
                for (auto& arg : command) {
                    arg.resize(random() % (random() % 10 == 0 ? 5000 : 20));
                    for (char& c : arg) c = static_cast<char>(random());
                }
                input += encode(command);
            }
            Feeder feeder;
            for (std::size_t at = 0; at < input.size();) {
                const std::size_t size =
                    std::min<std::size_t>(random() % 400 + 1, input.size() - at);
                QVERIFY(feeder.feed(std::string_view(input).substr(at, size), random() % 8 + 1));
                at += size;
            }
            QCOMPARE(feeder.out, commands);
        }
    }

    void noiseNeverBreaksIt() {
        std::mt19937 random(7);
        const std::string alphabet = "*$\r\n0123456789-+ab\"'\\ ";
        for (int round = 0; round < 20000; ++round) {
            std::string input(random() % 60, ' ');
            for (char& c : input) c = alphabet[random() % alphabet.size()];
            Feeder whole, cut;
            const bool ok = whole.feed(input);
            bool cutOk = true;
            for (const char c : input) cutOk = cutOk && cut.feed({&c, 1});
            QCOMPARE(cutOk, ok);
            QCOMPARE(cut.out, whole.out);
        }
    }

    void unrunCommandsAreGivenOutAgain() {
        RequestParser parser;
        RequestBatch batch;
        const std::string input = encode({"A"}) + encode({"B"}) + "*2\r\n$1\r\nC\r\n$1";
        QCOMPARE(parser.parse(input, {}, 64, batch), RequestParser::Status::ok);
        QCOMPARE(batch.size(), std::size_t{2});
        const std::string rest = input.substr(batch.input_end(0)) + "\r\nd\r\n";
        parser.rewind();
        RequestBatch again;
        QCOMPARE(parser.parse(rest, {}, 64, again), RequestParser::Status::ok);
        QCOMPARE(again.size(), std::size_t{2});
        QCOMPARE(std::string(again[0][0]), std::string("B"));
        QCOMPARE(std::string(again[1][1]), std::string("d"));
    }

    void errorsAreRedisWords() {
        const std::string prefix = "ERR Protocol error: ";
        QCOMPARE(error_of("*abc\r\n"), prefix + "invalid multibulk length");
        QCOMPARE(error_of("*\r\n$1\r\na\r\n"), prefix + "invalid multibulk length");
        QCOMPARE(error_of("*1\r\n$\r\na\r\n"), prefix + "invalid bulk length");
        QCOMPARE(error_of("*2147483648\r\n"), prefix + "invalid multibulk length");
        QCOMPARE(error_of("*1\r\n:1\r\n"), prefix + "expected '$', got ':'");
        QCOMPARE(error_of("*1\r\n$-1\r\n"), prefix + "invalid bulk length");
        QCOMPARE(error_of("*1\r\n$536870913\r\n"), prefix + "invalid bulk length");
        QCOMPARE(error_of("*1\r\n$536870912\r\n"), std::string("none"));
        QCOMPARE(error_of("*11\r\n", false), prefix + "unauthenticated multibulk length");
        QCOMPARE(error_of("*1\r\n$16385\r\n", false), prefix + "unauthenticated bulk length");
        QCOMPARE(error_of("*" + std::string(70000, '1')), prefix + "too big mbulk count string");
        QCOMPARE(error_of("*1\r\n$" + std::string(70000, '1')),
                 prefix + "too big bulk count string");
        QCOMPARE(error_of(std::string(70000, 'a')), prefix + "too big inline request");
        QCOMPARE(error_of("PING \"open\r\n"), prefix + "unbalanced quotes in request");
    }

    void aBigArgumentSaysHowMuchIsMissing() {
        RequestParser parser;
        RequestBatch batch;
        const std::string head = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\n";
        parser.parse(head, {}, 64, batch);
        QCOMPARE(parser.bytes_wanted(), head.size() + 1000002);
    }

    void wordsAreToldAheadWhereTheyAreWhole() {
        const std::string long_key(120, 'k');
        const std::vector<std::pair<std::string, std::string>> cases{
            {"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n", "key"},
            {"*4\r\n$4\r\nHSET\r\n$3\r\nkey\r\n$5\r\nfield\r\n$1\r\nv\r\n", "key field"},
            {"*4\r\n$4\r\nHSET\r\n$3\r\nkey\r\n$5\r\nfie", "key"},
            {"*3\r\n$3\r\nSET\r\n$120\r\n" + long_key + "\r\n$1\r\nv\r\n", long_key + " v"},
            {"*2\r\n$3\r\nGET\r\n$3\r\nke", ""},
            {"*2\r\n$3\r\nGET\r\n$3", ""},
            {"*2\r\n$3\r\nGE", ""},
            {"*1\r\n$4\r\nPING\r\n", ""},
            {"GET key\r\n", ""},
            {"*2\r\n$-1\r\n", ""},
            {"*", ""},
            {"", ""}};
        for (const auto& [input, expected] : cases) {
            std::string_view words[2];
            std::string seen;
            for (std::size_t i = 0, n = RequestParser::peek(input, words); i < n; ++i)
                seen.append(i > 0 ? " " : "").append(words[i]);
            QCOMPARE(seen, expected);
        }
    }

    void integersPrintTheirDigits() {
        std::vector<std::int64_t> values{0, INT64_MIN, INT64_MIN + 1, INT64_MAX};
        std::int64_t power = 1;
        for (int digits = 1; digits < 19; ++digits, power *= 10) {
            for (const std::int64_t value : {power - 1, power, power + 1, 5 * power}) {
                values.insert(values.end(), {value, -value});
            }
        }
        for (const std::int64_t value : values) {
            std::string out;
            ReplyWriter(out, ReplyWriter::Protocol::resp2).integer(value);
            QCOMPARE(out, ":" + std::to_string(value) + "\r\n");
        }
    }

    void realsPrintAsRedisPrintsThem() {
        const std::vector<std::pair<double, std::string>> cases{{3, "3"},
                                                                {3.1, "3.1000000000000001"},
                                                                {1e17, "1e+17"},
                                                                {-0.0, "-0"},
                                                                {1e300, "1.0000000000000001e+300"},
                                                                {0.1, "0.10000000000000001"},
                                                                {INFINITY, "inf"},
                                                                {-INFINITY, "-inf"}};
        for (const auto& [value, text] : cases) {
            char out[kRealBytesMax];
            QCOMPARE(std::string(out, format_real(value, out)), text);
        }
    }

    void wordsAreSplitAsInConfigurationFiles() {
        QVERIFY(!split_words("a \"b"));
        QVERIFY(!split_words("\"a\"b"));
        QCOMPARE(*split_words(" a\tb  'c d' \"\" "),
                 (std::vector<std::string>{"a", "b", "c d", ""}));
        QCOMPARE(*split_words("\"\\n\\x7e\\\"\" 'it\\'s'"),
                 (std::vector<std::string>{"\n~\"", "it's"}));
    }
};

QTEST_APPLESS_MAIN(RespRequests)
#include "resp_requests.moc"
