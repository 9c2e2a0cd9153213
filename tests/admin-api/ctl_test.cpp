// SPDX-License-Identifier: Apache-2.0
//
// The parts of millpondctl that need no daemon: words, tables, the command line.
#include <QtTest>
#include <boost/json/parse.hpp>
#include <sstream>

#include "admin-api/ctl/commands.h"
#include "admin-api/ctl/table.h"
#include "admin-api/ctl/text.h"

using namespace millpond::admin;
using namespace millpond::admin::ctl;

class CtlTest : public QObject {
    Q_OBJECT

private slots:
    void readsPorts();
    void readsSources();
    void base64GoesBothWays();
    void tablesAlignWideCharactersAndDropControls();
    void showsBytesThatAreNoText();
    void showsRepliesAsRedisCliDoes();
    void showsSizesAndTimes();
    void drawsProgress();
    void protectsTheWordsOfANodesCommand();
    void everyCommandHasHelpAndASection();
    void contradictionsAreUsageErrors();
};

void CtlTest::readsPorts() {
    QCOMPARE(parse_ports("6379").value().from, 6379);
    QCOMPARE(parse_ports("6379-6390").value().to, 6390);
    QCOMPARE(parse_ports("all").value().protocol, std::string("-1"));
    for (const char* bad : {"", "0", "65536", "x", "5-4", "1-", "-1", "6379x", "1-2-3"})
        QVERIFY2(!parse_ports(bad), bad);
}

void CtlTest::readsSources() {
    QCOMPARE(parse_source("anywhere").value_or(""), std::string("0.0.0.0/0"));
    QCOMPARE(parse_source("127.0.0.7").value_or(""), std::string("127.0.0.7/32"));
    QCOMPARE(parse_source("127.0.0.0/16").value_or(""), std::string("127.0.0.0/16"));
    QVERIFY(!parse_source("redis-sg"));
    QVERIFY(!parse_source("1.2.3.400"));
}

void CtlTest::base64GoesBothWays() {
    for (const auto& bytes : {std::string(), std::string("a"), std::string("ab"),
                              std::string("abc"), std::string("\0\xff\x80z", 4)})
        QCOMPARE(base64_decode(base64_encode(bytes)).value_or("?"), bytes);
    QCOMPARE(base64_encode("abcd"), std::string("YWJjZA=="));
    QVERIFY(!base64_decode("a b"));
}

void CtlTest::tablesAlignWideCharactersAndDropControls() {
    Table table({"A", "B"});
    table.add({"\xed\x95\x9c\xea\xb8\x80", "x"});  // two Hangul syllables, four columns
    table.add({"evil\x1b[2J", ""});
    std::ostringstream out;
    table.print(out);
    QCOMPARE(out.str(), std::string("A         B\n\xed\x95\x9c\xea\xb8\x80      x\nevil?[2J  -\n"));
}

void CtlTest::showsBytesThatAreNoText() {
    QCOMPARE(shown_bytes("plain"), std::string("plain"));
    QCOMPARE(shown_bytes("\xed\x95\x9c"), std::string("\xed\x95\x9c"));
    QCOMPARE(shown_bytes(std::string_view("\xff\0", 2)), std::string("\"\\xff\\x00\""));
    QCOMPARE(shown_bytes("\xed\x95"), std::string("\"\\xed\\x95\""));
}

void CtlTest::showsRepliesAsRedisCliDoes() {
    const auto show = [](const char* json) { return describe_reply(boost::json::parse(json)); };
    QCOMPARE(show("null"), std::string("(nil)"));
    QCOMPARE(show("42"), std::string("42"));
    QCOMPARE(show("\"PONG\""), std::string("PONG"));
    QCOMPARE(show(R"({"error": "ERR no"})"), std::string("(error) ERR no"));
    QCOMPARE(show(R"(["a", ["b", null]])"), std::string("1) a\n2) 1) b\n   2) (nil)"));
    QCOMPARE(show(R"({"base64": "AP8="})"), std::string("\"\\x00\\xff\""));
    QCOMPARE(show("[]"), std::string("(empty array)"));
    QCOMPARE(show(R"("a\r\nb\r\n")"), std::string("a\nb\n"));
    QVERIFY(is_error_reply(boost::json::parse(R"({"error": "ERR no"})")));
    QVERIFY(!is_error_reply(boost::json::parse(R"({"error": "ERR no", "b": 1})")));
}

void CtlTest::showsSizesAndTimes() {
    QCOMPARE(human_bytes(0), std::string("0 B"));
    QCOMPARE(human_bytes(536870912), std::string("512 MiB"));
    QCOMPARE(human_bytes(1471026299), std::string("1.4 GiB"));
    QCOMPARE(human_ttl(-1), std::string("-"));
    QCOMPARE(human_ttl(7'500'000), std::string("2 h 5 min"));
    QCOMPARE(short_time("2026-03-01T12:00:00.123Z"), std::string("2026-03-01 12:00:00"));
    QCOMPARE(short_time(""), std::string());
}

void CtlTest::drawsProgress() {
    schema::Operation operation;
    operation.progress = 50;
    operation.status = "running";
    operation.steps = {{"Start node a", "done", ""}, {"Start node b", "running", ""}};
    QCOMPARE(progress_line(operation),
             std::string("[############............]  50 %  Start node b"));
    operation.progress = 1000;  // whatever is told, the bar stays a bar
    QVERIFY(progress_line(operation).starts_with("[########################] 100 %"));
}

void CtlTest::protectsTheWordsOfANodesCommand() {
    using Words = std::vector<std::string>;
    QCOMPARE(protect_command_words({"exec", "orders-001", "SET", "k", "--json"}),
             (Words{"exec", "orders-001", "--", "SET", "k", "--json"}));
    QCOMPARE(protect_command_words({"--socket", "/s", "exec", "--db", "1", "n", "GET", "-k"}),
             (Words{"--socket", "/s", "exec", "--db", "1", "n", "--", "GET", "-k"}));
    QCOMPARE(protect_command_words({"show", "exec", "x"}), (Words{"show", "exec", "x"}));
    QCOMPARE(protect_command_words({"exec"}), (Words{"exec"}));
    QCOMPARE(protect_command_words({"exec", "n", "--json", "CONFIG", "GET", "-x"}),
             (Words{"exec", "n", "--json", "--", "CONFIG", "GET", "-x"}));
}

void CtlTest::everyCommandHasHelpAndASection() {
    Context context;
    CLI::App app{"", "millpondctl"};
    build_app(app, context);
    for (const auto* command : app.get_subcommands({})) {
        QVERIFY2(!command->get_description().empty(), command->get_name().c_str());
        if (!command->get_name().starts_with("__")) QVERIFY(command->get_group() != "Subcommands");
    }
}

void CtlTest::contradictionsAreUsageErrors() {
    GlobalOptions both;
    both.socket = "/s";
    both.url = "http://127.0.0.1:4566";
    QVERIFY_EXCEPTION_THROWN(locate(both), Failure);
    QTemporaryFile token;
    QVERIFY(token.open());
    token.write("secret\n");
    token.close();
    GlobalOptions remote;
    remote.token_file = token.fileName().toStdString();
    for (const char* bad : {"https://127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999", ":1"}) {
        remote.url = bad;
        QVERIFY_EXCEPTION_THROWN(locate(remote), Failure);
    }
    remote.url = "http://127.0.0.1:9999/";
    QCOMPARE(locate(remote).port, std::uint16_t(9999));
    QCOMPARE(locate(remote).token, std::string("secret"));
}

QTEST_GUILESS_MAIN(CtlTest)
#include "ctl_test.moc"
