// SPDX-License-Identifier: Apache-2.0
#include <QAbstractButton>
#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <cmath>
#include <ctime>

#include "gui/dialogs/aws_command.h"
#include "gui/models/format.h"
#include "gui/pages/value_view.h"
#include "gui/theme/icons.h"
#include "gui/theme/tones.h"
#include "gui/widgets/flash_bar.h"
#include "gui/widgets/rule_editor.h"
#include "gui/widgets/tag_editor.h"
#include "gui/widgets/time_chart.h"
#include "tests/gui/console_fixture.h"

using namespace millpond::console;

namespace {

schema::InboundRule rule(const char* id, int port, const char* cidr) {
    schema::InboundRule made;
    made.id = id;
    made.from_port = made.to_port = port;
    made.cidr = cidr;
    return made;
}

// WCAG's contrast of two colours.
double contrast(const QColor& a, const QColor& b) {
    const auto luminance = [](const QColor& c) {
        const auto linear = [](double v) {
            return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
    };
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

}  // namespace

class WidgetsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyToneCanBeReadInBothThemes() {
        for (const Tones* t : {&lightTones(), &darkTones()}) {
            for (const QColor& ground : {t->page, t->surface, t->raised})
                for (const QColor& ink :
                     {t->text, t->muted, t->accent, t->ok, t->warning, t->error, t->info})
                    QVERIFY2(contrast(ink, ground) >= 4.5,
                             qPrintable(ink.name() + " on " + ground.name()));
            QVERIFY(contrast(t->onAccent, t->accent) >= 4.5);
            QVERIFY(contrast(t->onTopBar, t->topBar) >= 4.5);
        }
    }

    void anIconFollowsTheThemeAfterItWasHandedOut() {
        Theme theme;
        theme.choose(ThemeChoice::Light);
        const QIcon held = icon(QStringLiteral("cluster"));
        const QImage light = held.pixmap(24, 24).toImage();
        theme.choose(ThemeChoice::Dark);
        QVERIFY(held.pixmap(24, 24).toImage() != light);
        theme.choose(ThemeChoice::Light);
        QCOMPARE(held.pixmap(24, 24).toImage(), light);
    }

    void unchangedRulesAskForNothing() {
        RuleEditor editor({});
        editor.setRules({rule("sgr-1", 6379, "0.0.0.0/0"), rule("sgr-2", 7000, "127.1.0.0/16")});
        QCOMPARE(editor.rowCount(), 2);
        QVERIFY(!editor.isChanged());
        QVERIFY(editor.problem().isEmpty());
    }

    void anEditedRuleIsAddedAndTheOldOneRemoved() {
        RuleEditor editor({});
        editor.setRules({rule("sgr-1", 7000, "127.1.0.0/16")});
        editor.findChild<QLineEdit*>("rule-ports")->setText("7001-7002");
        QCOMPARE(editor.added().size(), std::size_t(1));
        QCOMPARE(editor.added()[0].from_port, 7001);
        QCOMPARE(editor.added()[0].to_port, 7002);
        QCOMPARE(editor.removed(), std::vector<std::string>{"sgr-1"});
    }

    void typeAndSourceFillInWhatTheyMean() {
        schema::SecurityGroup other;
        other.id = "sg-1";
        other.name = "web";
        RuleEditor editor({other});
        QTest::mouseClick(editor.findChild<QPushButton*>("add-rule"), Qt::LeftButton);
        QCOMPARE(editor.rowCount(), 1);
        auto* type = editor.findChild<QComboBox*>("rule-type");
        auto* source = editor.findChild<QComboBox*>("rule-source");
        QCOMPARE(editor.findChild<QLineEdit*>("rule-ports")->text(), QStringLiteral("6379"));
        type->setCurrentText("Memcached");
        QCOMPARE(editor.added()[0].from_port, 11211);
        source->setCurrentText("Anywhere");
        QCOMPARE(editor.added()[0].cidr, std::optional<std::string>("0.0.0.0/0"));
        source->setCurrentText("Security group");
        QCOMPARE(editor.added()[0].group, std::optional<std::string>("sg-1"));
        QVERIFY(!editor.added()[0].cidr);
        type->setCurrentText("All traffic");
        QCOMPARE(editor.added()[0].protocol, std::optional<std::string>("-1"));
        QCOMPARE(editor.added()[0].from_port, -1);
    }

    void aBadRuleIsNamedAndNotSent() {
        RuleEditor editor({});
        schema::InboundRule fresh;
        fresh.from_port = fresh.to_port = 7000;
        fresh.cidr = "127.2.0.0/16";
        editor.addRule(fresh);
        editor.findChild<QLineEdit*>("rule-range")->setText("127.2.0.1/16");
        QVERIFY(editor.problem().contains("127.2.0.0/16"));
        QVERIFY(editor.added().empty());
        editor.findChild<QLineEdit*>("rule-range")->setText("127.2.0.0/16");
        QVERIFY(editor.problem().isEmpty());
        editor.addRule(fresh);
        QVERIFY(editor.problem().contains("same"));
    }

    void tagsAreChecked() {
        TagEditor editor;
        editor.setTags({{"env", "test"}, {"env", "live"}});
        QVERIFY(!editor.problem().isEmpty());
        editor.setTags({{"aws:x", ""}});
        QVERIFY(!editor.problem().isEmpty());
        editor.setTags({{"env", "test"}, {"", "ignored"}});
        QVERIFY(editor.problem().isEmpty());
        QCOMPARE(editor.tags().size(), std::size_t(1));
    }

    void errorsStayAndTheBarIsBounded() {
        FlashBar bar;
        for (int i = 0; i < 9; ++i) bar.show(FlashBar::Kind::Error, QString::number(i));
        QCOMPARE(bar.messages().size(), FlashBar::kMessages);
        QCOMPARE(bar.messages().front(), QStringLiteral("8"));
        bar.dismissAll();
        bar.show(FlashBar::Kind::Error, "bad");
        bar.show(FlashBar::Kind::Info, "creating");
        bar.show(FlashBar::Kind::Success, "created");
        QCOMPARE(bar.messages(), (QStringList{"created", "bad"}));
        bar.dismissAll();
        QVERIFY(bar.messages().isEmpty());
    }

    void aChartFindsTheNearestSample() {
        Series series{"a", 0, {{1000, 1}, {2000, 2}, {5000, 5}}};
        QCOMPARE(valueAt(series, 1900, 500), 2.0);
        QVERIFY(std::isnan(valueAt(series, 3500, 500)));
        TimeChart chart("Chart", [](double v) { return QString::number(v); });
        chart.setSeries({series});
        chart.append("a", {4000, 4});
        QCOMPARE(chart.series()[0].samples.size(), std::size_t(3));
        chart.append("a", {6000, 6});
        QCOMPARE(chart.series()[0].samples.size(), std::size_t(4));
        chart.setWindow(0, 3000);
        QCOMPARE(chart.toCsv().count('\n'), 3);
    }

    void tenSeriesOfADayDrawWithinAFrame() {
        TimeChart chart("Chart", [](double v) { return QString::number(v); });
        chart.resize(900, 300);
        std::vector<Series> all;
        for (int s = 0; s < 10; ++s) {
            Series series{QString::number(s), s, {}};
            for (int i = 0; i < 86'400; ++i)
                series.samples.push_back({i * 1000LL, double((i * (s + 3)) % 997)});
            all.push_back(std::move(series));
        }
        chart.setSeries(std::move(all));
        chart.setWindow(0, 86'400'000);
        QPixmap target(chart.size());
        chart.render(&target);
        // Time of the processor, not of the clock on the wall: other tests may be running.
        const auto processor_ms = [] { return double(std::clock()) * 1000 / CLOCKS_PER_SEC; };
        const double before = processor_ms();
        chart.render(&target);
        const double took = processor_ms() - before;
        qInfo("864,000 samples drawn in %.1f ms", took);
#ifndef MILLPOND_SANITIZED
        QVERIFY(took < 60);
#endif
    }

    void theAwsCommandIsTheSameRequest() {
        schema::CreateCluster wanted;
        wanted.id = "orders";
        wanted.description = "Kim's orders";
        wanted.node_type = "cache.t4g.micro";
        wanted.replicas = 2;
        wanted.automatic_failover = true;
        wanted.security_groups = {"sg-1", "sg-2"};
        wanted.tags = std::vector<schema::Tag>{{"env", "test 1"}};
        const QString command = awsCreateCommand(wanted, "http://127.0.0.1:4566")
                                    .replace(QStringLiteral(" \\\n    "), QStringLiteral(" "));
        QCOMPARE(command,
                 QStringLiteral("aws elasticache create-replication-group --endpoint-url "
                                "http://127.0.0.1:4566 --replication-group-id orders "
                                "--replication-group-description 'Kim'\\''s orders' --engine redis "
                                "--cache-node-type cache.t4g.micro "
                                "--num-cache-clusters 3 --automatic-failover-enabled "
                                "--security-group-ids sg-1 sg-2 --tags 'Key=env,Value=test 1'"));
    }

    void hexDumpShowsBytesAndText() {
        QCOMPARE(hexDump(QByteArray("AB\x01", 3)).trimmed().section(QLatin1Char(' '), 0, 3),
                 QStringLiteral("00000000  41 42"));
        QVERIFY(hexDump(QByteArray("AB\x01", 3)).contains("AB."));
    }
};

QTEST_MAIN(WidgetsTest)
#include "widgets_test.moc"
