// SPDX-License-Identifier: Apache-2.0
//
// Users' rules without a server: what the parser takes and refuses, that what is described makes
// the same user anew, who may run what, and the log of refusals.
#include <QtTest>
#include <random>
#include <string>
#include <vector>

#include "engine/acl/access_control.h"
#include "engine/acl/description.h"
#include "engine/acl/password.h"
#include "engine/acl/redaction.h"
#include "engine/acl/user_files.h"
#include "engine/commands/table.h"

using namespace millpond::engine;
using namespace millpond::engine::acl;

namespace {

constexpr ChannelDefault kNone = ChannelDefault::none;

const CommandTable& table() {
    static const std::unique_ptr<const CommandTable> made = [] {
        auto commands = std::make_unique<CommandTable>();
        add_connection_commands(*commands);
        add_server_commands(*commands);
        add_transaction_commands(*commands);
        add_string_commands(*commands);
        add_generic_commands(*commands);
        add_hash_commands(*commands);
        add_list_commands(*commands);
        add_acl_commands(*commands);
        return commands;
    }();
    return *made;
}

const CommandIndex& rules_index() {
    static const CommandIndex made(table());
    return made;
}

/// Words at blanks.
std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> found(1);
    for (const char c : text) {
        if (c == ' ') {
            found.emplace_back();
        } else {
            found.back() += c;
        }
    }
    return found;
}

/// A user made of rules, one in each word, parentheses joined.
User make_user(const std::string& text) {
    User user(rules_index(), kNone);
    const std::vector<std::string> given = words(text);
    const std::vector<std::string_view> views(given.begin(), given.end());
    std::vector<std::string> rules;
    if (join_selectors(views, rules)) qFatal("an open parenthesis in %s", text.c_str());
    for (const std::string& rule : rules) {
        if (user.apply(rule, kNone) != RuleError::none) qFatal("refused: %s", rule.c_str());
    }
    return user;
}

Verdict check_call(const User& user, const std::string& text) {
    const std::vector<std::string> given = words(text);
    const std::vector<Bytes> args(given.begin(), given.end());
    const CommandSpec* spec = table().find(args[0]);
    if (spec->has_subcommands) spec = table().find_subcommand(*spec, args[1]);
    return check(rules_index(), user, *spec, args);
}

bool allowed(const User& user, const std::string& text) {
    return check_call(user, text).allowed();
}

}  // namespace

class AclRules : public QObject {
    Q_OBJECT

private slots:
    void refuses_what_makes_no_sense_and_changes_nothing() {
        User user = make_user("on >secret ~a* %R~b &c +@hash +select|0 (+get ~x)");
        const std::string before = describe(user);
        const std::pair<std::string, RuleError> wrong[] = {
            {"bogus", RuleError::syntax},
            {"+bogus", RuleError::unknown_name},
            {"+", RuleError::unknown_name},
            {"-", RuleError::unknown_name},
            {"+|", RuleError::unknown_name},
            {"+@", RuleError::unknown_name},
            {"-@bogus", RuleError::unknown_name},
            {"-select|0", RuleError::unknown_name},
            {"+select|", RuleError::syntax},
            {"+config|get|x", RuleError::argument_of_subcommand},
            {"+config|bogus", RuleError::unknown_name},
            {"%", RuleError::syntax},
            {"%~x", RuleError::syntax},
            {"%RR~x", RuleError::syntax},
            {"~a b", RuleError::syntax},
            {std::string("~a\0b", 4), RuleError::syntax},
            {"&a\tb", RuleError::syntax},
            {"#abc", RuleError::bad_hash},
            {"!abc", RuleError::bad_hash},
            {"<other", RuleError::no_such_password},
            {"(on)", RuleError::syntax},
            {"(+get", RuleError::syntax},
            {"(+bogus)", RuleError::unknown_name},
            {"(allkeys ~x)", RuleError::pattern_after_all},
            {"(&* &x)", RuleError::channel_after_all},
            {"(", RuleError::syntax},
            {")", RuleError::syntax},
        };
        for (const auto& [rule, error] : wrong) {
            QVERIFY2(user.apply(rule, kNone) == error, rule.c_str());
            QCOMPARE(describe(user), before);
        }
    }

    void a_long_or_deep_rule_is_only_long() {
        User user(rules_index(), kNone);
        std::string stars = "~";
        for (int i = 0; i < 1000; ++i) stars += "*a";
        QCOMPARE(user.apply(stars + "c", kNone), RuleError::none);
        QCOMPARE(user.apply(std::string(1 << 20, '('), kNone), RuleError::syntax);
        QCOMPARE(user.apply("(" + std::string(1 << 20, '(') + ")", kNone), RuleError::syntax);
        QCOMPARE(user.apply("+" + std::string(1 << 20, '|'), kNone), RuleError::unknown_name);
        user.apply("+get", kNone);
        QVERIFY(!allowed(user, "get " + std::string(5000, 'a')));
        QVERIFY(allowed(user, "get " + std::string(5000, 'a') + "c"));
    }

    void describes_in_the_canonical_form() {
        QCOMPARE(describe(make_user("reset")), "off sanitize-payload resetchannels -@all");
        QCOMPARE(describe(make_user("on nopass allkeys allchannels allcommands")),
                 "on nopass ~* &* +@all");
        QCOMPARE(describe(make_user("%R~a %W~a ~b %W~c &d")),
                 "off ~a ~b %W~c resetchannels &d -@all");
        QCOMPARE(describe_commands(make_user("+@hash -hget").root()), "-@all +@hash -hget");
        QCOMPARE(describe_commands(make_user("+@all -config|set").root()), "+@all -config|set");
        QCOMPARE(describe_commands(make_user("+config|get +config|set").root()),
                 "-@all +config|get +config|set");
        QCOMPARE(describe_commands(make_user("+select|0 +SELECT|1 +select|0").root()),
                 "-@all +select|0 +select|1");
        QCOMPARE(describe_commands(make_user("+select|0 +select").root()), "-@all +select");
    }

    void what_is_described_makes_the_same_user() {
        const char* given = std::getenv("MILLPOND_SEED");
        const unsigned seed =
            given ? static_cast<unsigned>(std::stoul(given)) : std::random_device{}();
        qInfo("MILLPOND_SEED=%u", seed);
        std::mt19937 random(seed);
        std::vector<std::string> rules{"+@all",
                                       "-@all",
                                       "+select|1",
                                       "+get|x",
                                       "~a",
                                       "%R~b",
                                       "&c",
                                       "resetkeys",
                                       "resetchannels",
                                       "on",
                                       "off",
                                       ">p",
                                       "nopass",
                                       "resetpass",
                                       "(+@read -get ~x)",
                                       "()",
                                       "clearselectors"};
        for (const CategoryName& category : categories()) {
            rules.push_back("+@" + std::string(category.name));
            rules.push_back("-@" + std::string(category.name));
        }
        for (const CommandIndex::Entry& entry : rules_index().commands()) {
            rules.push_back("+" + std::string(entry.spec->name));
            rules.push_back("-" + std::string(entry.spec->name));
            for (const CommandIndex::Entry& sub : entry.subcommands) {
                rules.push_back("+" + std::string(sub.spec->name));
                rules.push_back("-" + std::string(sub.spec->name));
            }
        }
        for (int round = 0; round < 200; ++round) {
            User user(rules_index(), kNone);
            for (std::size_t n = random() % 12; n > 0; --n)
                user.apply(rules[random() % rules.size()], kNone);
            const std::string text = describe(user);
            const User again = make_user(text);
            QCOMPARE(describe(again), text);
            QVERIFY2(again.root().commands() == user.root().commands(), text.c_str());
            QVERIFY(again.root().keys() == user.root().keys());
        }
    }

    void tests_commands_then_keys_then_channels() {
        const User user =
            make_user("~a* %R~r %W~w +get +set +copy +config|get +select|0 (+mget ~s*)");
        for (const char* text : {"get a1", "get r", "set w 1", "copy r w", "mget s1 s2", "select 0",
                                 "config get x", "auth x", "set a 1 get"}) {
            QVERIFY2(allowed(user, text), text);
        }
        const std::tuple<const char*, Reason, std::size_t> refused[] = {
            {"del a", Reason::command, 0},    {"config set x y", Reason::command, 0},
            {"select 1", Reason::command, 0}, {"get w", Reason::key, 1},
            {"set r 1", Reason::key, 1},      {"set w 1 get", Reason::key, 1},
            {"copy w r", Reason::key, 1},     {"copy r r", Reason::key, 2},
            {"mget a s1", Reason::key, 1},    {"mget s1 a", Reason::key, 2},
        };
        for (const auto& [text, reason, argument] : refused) {
            const Verdict verdict = check_call(user, text);
            QVERIFY2(verdict.reason == reason, text);
            QCOMPARE(verdict.argument, argument);
        }
    }

    void only_all_of_everything_is_unrestricted() {
        QVERIFY(make_user("allkeys allchannels allcommands").unrestricted());
        for (const char* text : {"allkeys allcommands", "allkeys allchannels +@all -get",
                                 "%RW~* &* +@all", "(+@all ~* &*)", "allkeys allchannels +@read"}) {
            QVERIFY2(!make_user(text).unrestricted(), text);
        }
    }

    void passwords_are_hashed_and_compared_whole() {
        QCOMPARE(hash_password("secret"),
                 "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b");
        QVERIFY(same_hash(hash_password("a"), hash_password("a")));
        QVERIFY(!same_hash(hash_password("a"), hash_password("b")));
        QVERIFY(!same_hash("ab", "abc"));
        User user = make_user("on >one >two");
        QVERIFY(user.accepts("one") && user.accepts("two"));
        QVERIFY(!user.accepts("") && !user.accepts(hash_password("one")));
        user.apply("<one", kNone);
        QVERIFY(!user.accepts("one") && user.accepts("two"));
        user.apply("off", kNone);
        QVERIFY(!user.accepts("two"));
        QVERIFY(make_user("on nopass").accepts("anything") && !make_user("on").accepts(""));
    }

    void secrets_are_not_shown() {
        const std::tuple<const char*, std::vector<Bytes>> shown[] = {
            {"auth", {"AUTH", "u", "p"}},
            {"acl|setuser", {"ACL", "SETUSER", "u", ">p"}},
            {"hello", {"HELLO", "3", "auth", "u", "p", "SETNAME", "n"}},
            {"config|set", {"CONFIG", "SET", "MasterAuth", "p"}},
        };
        for (const auto& [name, args] : shown) {
            std::vector<Bytes> seen;
            QVERIFY(redact(*rules_index().find(name), args, seen));
            QVERIFY(std::ranges::find(seen, Bytes("p")) == seen.end());
            QVERIFY(std::ranges::find(seen, Bytes(">p")) == seen.end());
        }
        std::vector<Bytes> seen;
        const std::vector<Bytes> get{"get", "p"};
        QVERIFY(!redact(*table().find("get"), get, seen));
    }

    void an_acl_file_is_read_whole_or_not_at_all() {
        UserMap users;
        QVERIFY(!parse_users("user a on >p ~* +@all\n\nuser b off (+get\t ~x)\r\n", "f",
                             rules_index(), kNone, users));
        QCOMPARE(users.size(), std::size_t{2});
        UserMap broken;
        const auto errors =
            parse_users("user a +bogus\nuser a on\nb on\n", "f", rules_index(), kNone, broken);
        QVERIFY(errors && errors->find("f:1: Error in applying operation '+bogus'") == 0);
        QVERIFY(errors->find("Duplicate user 'a' found on line 2") != std::string::npos);
        QVERIFY(errors->find("f:3 should start with user") != std::string::npos);
    }

    void the_log_counts_the_same_refusal_within_a_minute() {
        DenialLog log;
        const auto add = [&](const std::string& object, std::int64_t ms) {
            log.add(
                {.reason = Reason::key, .object = object, .user = "u", .client = "", .unix_ms = ms},
                12);
        };
        add("a", 0);
        add("b", 1'000);
        add("a", DenialLog::kGroupedMs);
        QCOMPARE(log.newest(10).size(), std::size_t{2});
        QCOMPARE(log.newest(1)[0].object, std::string("a"));
        QCOMPARE(log.newest(1)[0].count, std::uint64_t{2});
        add("a", 2 * DenialLog::kGroupedMs + 1);
        QCOMPARE(log.newest(10).size(), std::size_t{3});
        for (int i = 0; i < 20; ++i) add("x" + std::to_string(i), 200'000);
        QCOMPARE(log.newest(100).size(), std::size_t{12});
        add("x0", 200'000);  // too far back to be looked at
        QCOMPARE(log.newest(1)[0].count, std::uint64_t{1});
        QCOMPARE(log.count(Reason::key), std::uint64_t{25});
        log.clear();
        QVERIFY(log.newest(10).empty());
    }
};

QTEST_APPLESS_MAIN(AclRules)
#include "acl_rules.moc"
