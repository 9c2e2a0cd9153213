// SPDX-License-Identifier: Apache-2.0
//
// The story that must always work, told in the console alone: the real MainWindow drives a real
// daemon and real nodes. Screenshots are left in the folder that MILLPOND_SHOTS names, else beside
// the build.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QProcess>
#include <QSpinBox>

#include "admin-api/client/client.h"
#include "gui/api/client_backend.h"
#include "gui/dialogs/confirm_dialogs.h"
#include "gui/dialogs/create_wizard.h"
#include "gui/dialogs/failover_dialog.h"
#include "gui/dialogs/group_dialogs.h"
#include "gui/dialogs/modify_dialog.h"
#include "gui/widgets/copy_label.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/rule_editor.h"
#include "tests/gui/console_fixture.h"

using namespace millpond;
using namespace millpond::console;

namespace {

constexpr int kWaitMs = 20'000;

/// One command on a connection of its own; empty when the connection was refused, reset or silent.
std::string ask(const QString& endpoint, const std::string& command) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval limit{2, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.section(':', 1).toUShort());
    ::inet_pton(AF_INET, endpoint.section(':', 0, 0).toLatin1().constData(), &address.sin_addr);
    std::string reply;
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
        const std::string line = command + "\r\n";
        char buffer[512];
        if (::send(socket, line.data(), line.size(), MSG_NOSIGNAL) > 0)
            if (const ssize_t n = ::recv(socket, buffer, sizeof buffer, 0); n > 0)
                reply.assign(buffer, std::size_t(n));
    }
    ::close(socket);
    return reply;
}

}  // namespace

class StoryTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir folder_;
    QString shots_;
    int shot_ = 0;
    QProcess daemon_;
    std::unique_ptr<Console> console_;

    MainWindow& window() { return *console_->window; }
    const schema::Cluster* orders() { return window().workspace().clusters().find("orders"); }
    bool available() {
        const schema::Cluster* now = orders();
        return now && now->status == "available" && unwellNodes(*now) == 0;
    }
    std::string primary() {
        const schema::Node* node = orders() ? primaryOf(*orders()) : nullptr;
        return node ? node->id : std::string();
    }
    QString endpoint() { return orders() ? endpointText(orders()->primary_endpoint) : QString(); }
    void photograph(const char* name, QWidget* widget = nullptr) {
        QTest::qWait(50);
        (widget ? widget : &window())
            ->grab()
            .save(QStringLiteral("%1/%2-%3.png")
                      .arg(shots_)
                      .arg(++shot_, 2, 10, QLatin1Char('0'))
                      .arg(QLatin1String(name)));
    }
    /// Ends what the daemon's nodes left behind, by their own pids.
    void endNodes() {
        if (!console_) return;
        for (const schema::Cluster& cluster : window().workspace().clusters().rows())
            for (const schema::Node& node : cluster.nodes)
                if (node.pid > 1) ::kill(pid_t(node.pid), SIGKILL);
    }

private Q_SLOTS:
    void initTestCase() {
        useOwnSettings(folder_);
        shots_ = qEnvironmentVariable("MILLPOND_SHOTS", QCoreApplication::applicationDirPath() +
                                                            QStringLiteral("/story-screenshots"));
        QVERIFY(QDir().mkpath(shots_));
        const QString bin = qEnvironmentVariable("MILLPOND_BIN");
        const QString state = folder_.filePath("state");
        daemon_.setProgram(bin + QStringLiteral("/millpond-admin"));
        daemon_.setArguments({"--state-dir", state, "--listen", "none", "--node-range",
                              "127.77.0.0/16", "--engine",
                              bin + QStringLiteral("/millpond-engine")});
        daemon_.setProcessChannelMode(QProcess::ForwardedChannels);
        daemon_.start();
        QVERIFY(daemon_.waitForStarted());
        admin::ClientOptions options;
        options.socket_path = (state + QStringLiteral("/admin.sock")).toStdString();
        console_ = std::make_unique<Console>(
            std::make_unique<ClientBackend>(options, QString::fromStdString(options.socket_path)));
        QTRY_VERIFY_WITH_TIMEOUT(console_->backend->link().state == Link::State::Online, kWaitMs);
        QTRY_VERIFY_WITH_TIMEOUT(
            !console_->backend->nodeTypes().empty() && !console_->backend->vpcs().empty(), kWaitMs);
        photograph("dashboard");
    }

    void cleanupTestCase() {
        daemon_.terminate();
        if (!daemon_.waitForFinished(10'000)) daemon_.kill();
        daemon_.waitForFinished(5000);
        endNodes();
        console_.reset();
    }

    void step1CreatesAClusterInTheWizard() {
        window().openPage("clusters");
        Console::click(console_->find<QPushButton>("create-cluster"));
        auto* wizard = console_->dialog<CreateWizard>();
        QVERIFY(wizard);
        QTest::keyClicks(wizard->findChild<QLineEdit*>("wizard-name"), "orders");
        auto* next = wizard->findChild<QPushButton*>("wizard-next");
        Console::click(next);
        wizard->findChild<QSpinBox*>("wizard-replicas")->setValue(2);
        wizard->findChild<QCheckBox*>("wizard-failover")->setChecked(true);
        Console::click(next);
        Console::click(next);
        Console::click(next);
        QCOMPARE(wizard->step(), CreateWizard::Review);
        photograph("review", wizard);
        QElapsedTimer clock;
        clock.start();
        Console::click(next);
        QTRY_VERIFY_WITH_TIMEOUT(available(), kWaitMs);
        qInfo("available after %lld ms", clock.elapsed());
        QCOMPARE(orders()->nodes.size(), std::size_t(3));
        QVERIFY(!primary().empty());
        QVERIFY(orders()->primary_endpoint.address.starts_with("127.77."));
        window().openCluster("orders", "overview");
        QTRY_COMPARE(console_->find<CopyLabel>("primary-endpoint")->value(), endpoint());
        photograph("overview");
    }

    void step2IsRefusedAndCounted() {
        QVERIFY(available());
        QCOMPARE(ask(endpoint(), "PING"), std::string());
        window().openCluster("orders", "network");
        auto* table = console_->find<DataTable>("sources-table");
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() > 0, kWaitMs);
        QCOMPARE(table->model()->index(0, SourceModel::Address).data().toString(),
                 QStringLiteral("127.0.0.1"));
        QVERIFY(table->model()->index(0, SourceModel::Refused).data(SortRole).toLongLong() > 0);
        table->selectRow(0);
        photograph("refused");
    }

    void step3OpensThePort() {
        QVERIFY(available());
        window().openPage("groups");
        Console::click(console_->find<QPushButton>("create-group"));
        auto* dialog = console_->dialog<GroupDialog>();
        QVERIFY(dialog);
        QTest::keyClicks(dialog->findChild<QLineEdit*>("group-name"), "redis-sg");
        Console::click(dialog->findChild<QPushButton*>("add-rule"));
        dialog->findChild<QComboBox*>("rule-type")->setCurrentText("Custom TCP");
        dialog->findChild<QLineEdit*>("rule-ports")->setText("6379");
        dialog->findChild<QComboBox*>("rule-source")->setCurrentText("Anywhere");
        photograph("rule-editor", dialog);
        Console::click(dialog->actionButton());
        const auto has = [&] {
            for (const auto& group : window().workspace().groups().rows())
                if (group.name == "redis-sg" && group.inbound.size() == 1) return true;
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(has(), kWaitMs);
        QCOMPARE(ask(endpoint(), "PING"), std::string());

        window().clusterAction("orders", "modify");
        auto* modify = console_->dialog<ModifyDialog>();
        QVERIFY(modify);
        modify->findChild<QCheckBox*>("group-default")->setChecked(false);
        modify->findChild<QCheckBox*>("group-redis-sg")->setChecked(true);
        photograph("modify", modify);
        Console::click(modify->actionButton());
        QTRY_COMPARE_WITH_TIMEOUT(ask(endpoint(), "PING"), std::string("+PONG\r\n"), kWaitMs);
        QTRY_VERIFY_WITH_TIMEOUT(available(), kWaitMs);
        window().openCluster("orders", "network");
        photograph("accepted");
    }

    void step4ShowsTheKeys() {
        QVERIFY(available());
        QCOMPARE(ask(endpoint(), "SET greeting hello EX 3600"), std::string("+OK\r\n"));
        QCOMPARE(ask(endpoint(), "HSET order:1 customer kim total 129000"), std::string(":2\r\n"));
        QCOMPARE(ask(endpoint(), "RPUSH queue a b c"), std::string(":3\r\n"));
        QCOMPARE(ask(endpoint(), "SADD labels x y"), std::string(":2\r\n"));
        QCOMPARE(ask(endpoint(), "ZADD ranking 1 a 2 b"), std::string(":2\r\n"));
        window().openCluster("orders", "keys");
        auto* table = console_->find<DataTable>("keys-table");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 5, kWaitMs);
        auto* values = console_->find<DataTable>("value-table");
        for (int row = 0; row < 5; ++row)
            if (table->model()->index(row, 0).data().toString() == QStringLiteral("order:1"))
                table->setCurrentIndex(table->model()->index(row, 0));
        QTRY_VERIFY_WITH_TIMEOUT(values->isVisible() && values->model()->rowCount() == 2, kWaitMs);
        photograph("keys");
    }

    void step5SurvivesTheDeathOfThePrimary() {
        QVERIFY(available());
        window().openCluster("orders", "overview");
        const std::string before = primary();
        const std::int64_t pid = primaryOf(*orders())->pid;
        QVERIFY(pid > 1);
        ::kill(pid_t(pid), SIGKILL);
        QElapsedTimer clock;
        clock.start();
        while (ask(endpoint(), "SET after-crash 1") != "+OK\r\n" && clock.elapsed() < kWaitMs) {
        }
        qInfo("writes went on after %lld ms", clock.elapsed());
        QVERIFY(clock.elapsed() < kWaitMs);
        QTRY_VERIFY_WITH_TIMEOUT(!primary().empty() && primary() != before, kWaitMs);
        photograph("after-crash");
        QTRY_VERIFY_WITH_TIMEOUT(available(), kWaitMs);
        QCOMPARE(ask(endpoint(), "GET greeting"), std::string("$5\r\nhello\r\n"));
        QCOMPARE(ask(endpoint(), "GET after-crash"), std::string("$1\r\n1\r\n"));
        window().openPage("events");
        photograph("events");
    }

    void step6FailsOverWhenAsked() {
        QTRY_VERIFY_WITH_TIMEOUT(available(), kWaitMs);
        const std::string before = primary();
        window().openCluster("orders", "overview");
        Console::click(console_->find<QPushButton>("cluster-failover"));
        auto* dialog = console_->dialog<FailoverDialog>();
        QVERIFY(dialog);
        Console::click(dialog->actionButton());
        QTRY_VERIFY_WITH_TIMEOUT(dialog->outcome().contains(QStringLiteral("is the primary")),
                                 kWaitMs);
        QVERIFY2(dialog->outcome().contains(QStringLiteral("0 B lost")),
                 qPrintable(dialog->outcome()));
        qInfo() << dialog->outcome();
        photograph("failover", dialog);
        dialog->close();
        QTRY_VERIFY_WITH_TIMEOUT(!primary().empty() && primary() != before, kWaitMs);
        QTRY_COMPARE_WITH_TIMEOUT(ask(endpoint(), "GET greeting"), std::string("$5\r\nhello\r\n"),
                                  kWaitMs);
        window().openCluster("orders", "metrics");
        photograph("metrics");
    }

    void step7DeletesTheCluster() {
        QTRY_VERIFY_WITH_TIMEOUT(available(), kWaitMs);
        window().clusterAction("orders", "delete");
        auto* dialog = console_->dialog<DeleteClusterDialog>();
        QVERIFY(dialog);
        QTest::keyClicks(dialog->findChild<QLineEdit*>("delete-name"), "orders");
        Console::click(dialog->actionButton());
        QTRY_VERIFY_WITH_TIMEOUT(orders() == nullptr, kWaitMs);
        window().openPage("operations");
        photograph("operations");
    }
};

QTEST_MAIN(StoryTest)
#include "story_test.moc"
