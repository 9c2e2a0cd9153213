// SPDX-License-Identifier: Apache-2.0
//
// The real MainWindow over a played daemon: every page, the dialogs, the keys, the lost connection.
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QTabWidget>

#include "gui/demo/demo_backend.h"
#include "gui/dialogs/confirm_dialogs.h"
#include "gui/dialogs/create_wizard.h"
#include "gui/dialogs/failover_dialog.h"
#include "gui/dialogs/group_dialogs.h"
#include "gui/dialogs/modify_dialog.h"
#include "gui/dialogs/shortcuts_dialog.h"
#include "gui/widgets/command_palette.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/flash_bar.h"
#include "gui/widgets/rule_editor.h"
#include "gui/widgets/status_label.h"
#include "tests/gui/console_fixture.h"

using namespace millpond::console;

class PagesTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir settings_;
    std::unique_ptr<Console> console_;
    DemoBackend* demo_ = nullptr;

    MainWindow& window() { return *console_->window; }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(&window(), key, modifiers);
    }

private Q_SLOTS:
    void init() {
        useOwnSettings(settings_);
        QSettings().clear();
        DemoBackend::Options options;
        options.step_ms = 20;
        auto demo = std::make_unique<DemoBackend>(options);
        demo_ = demo.get();
        console_ = std::make_unique<Console>(std::move(demo));
        QVERIFY(QTest::qWaitForWindowExposed(&window()));
    }
    void cleanup() { console_.reset(); }

    void altNumbersOpenThePages() {
        const QStringList names{"dashboard", "clusters",   "groups",
                                "events",    "operations", "settings"};
        for (int i = 0; i < names.size(); ++i) {
            key(Qt::Key(Qt::Key_1 + i), Qt::AltModifier);
            QCOMPARE(window().currentPage(), names[i]);
        }
        key(Qt::Key_9, Qt::AltModifier);
        QCOMPARE(window().currentPage(), names.back());
    }

    void everyControlHasAnAccessibleName() {
        QStringList nameless;
        for (const char* tab : {"overview", "nodes", "metrics", "keys", "network", "events"})
            window().openCluster("orders", tab);
        window().createCluster();
        window().createGroup();
        for (const char* action :
             {"modify", "failover", "reboot", "delete", "tags", "allow:127.0.0.1"})
            window().clusterAction("orders", action);
        for (QWidget* widget : QApplication::allWidgets()) {
            if (!(widget->focusPolicy() & Qt::TabFocus) || widget->inherits("QTabBar") ||
                widget->inherits("QScrollArea") || widget->inherits("QHeaderView"))
                continue;
            // Parts of a control (a spin box's field, a combo box's list) are named by the control.
            if (widget->objectName().startsWith("qt_") ||
                (widget->parentWidget() &&
                 (widget->parentWidget()->inherits("QComboBox") ||
                  widget->parentWidget()->inherits("QAbstractSpinBox") ||
                  widget->parentWidget()->inherits("QComboBoxPrivateContainer"))))
                continue;
            if (widget->inherits("QMenu") || widget->isWindow()) continue;
            const bool button_with_words = widget->inherits("QAbstractButton") &&
                                           !widget->property("text").toString().isEmpty();
            if (widget->accessibleName().isEmpty() && !button_with_words &&
                !widget->inherits("QLabel"))
                nameless.append(widget->metaObject()->className() + QStringLiteral(" ") +
                                widget->objectName());
        }
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(", ")));
    }

    void theClusterTableIsLive() {
        window().openPage("clusters");
        auto* table = console_->find<DataTable>("clusters-table");
        QCOMPARE(table->model()->rowCount(), 4);
        QVERIFY(table->select("orders"));
        QSignalSpy moved(table, &DataTable::currentChangedTo);
        demo_->tick();
        demo_->refresh();
        QCOMPARE(table->currentId(), QStringLiteral("orders"));
        QCOMPARE(moved.size(), 0);
        QVERIFY(table->model()->index(0, ClusterModel::Memory).data(UsageRole).isValid());
    }

    void ctrlFFiltersAndCtrlCCopiesTheEndpoint() {
        window().openPage("clusters");
        auto* table = console_->find<DataTable>("clusters-table");
        key(Qt::Key_F, Qt::ControlModifier);
        auto* field = console_->find<QLineEdit>("clusters-table-filter");
        QTRY_COMPARE(window().focusWidget(), static_cast<QWidget*>(field));
        QTest::keyClicks(field, "sess");
        QCOMPARE(table->model()->rowCount(), 1);
        QVERIFY(table->select("sessions"));
        table->setFocus();
        QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 endpointText(demo_->cluster("sessions")->primary_endpoint));
    }

    void theWizardChecksAsOneTypesAndCreates() {
        window().openPage("clusters");
        key(Qt::Key_N, Qt::ControlModifier);
        auto* wizard = console_->dialog<CreateWizard>();
        QVERIFY(wizard);
        auto* next = wizard->findChild<QPushButton*>("wizard-next");
        auto* name = wizard->findChild<QLineEdit*>("wizard-name");
        QVERIFY(!next->isEnabled());
        QTest::keyClicks(name, "or_ders");
        QVERIFY(!next->isEnabled());
        name->clear();
        QTest::keyClicks(name, "orders");
        QVERIFY(next->toolTip().contains("already"));
        name->clear();
        QTest::keyClicks(name, "carts");
        QVERIFY(next->isEnabled());
        Console::click(next);
        QCOMPARE(wizard->step(), CreateWizard::Nodes);
        auto* replicas = wizard->findChild<QSpinBox*>("wizard-replicas");
        replicas->setValue(0);
        QVERIFY(!wizard->findChild<QCheckBox*>("wizard-failover")->isEnabled());
        QCOMPARE(wizard->request().automatic_failover, std::optional(false));
        replicas->setValue(2);
        QCOMPARE(wizard->request().automatic_failover, std::optional(true));
        Console::click(next);
        wizard->findChild<QCheckBox*>("group-redis-sg")->setChecked(true);
        Console::click(next);
        Console::click(next);
        QCOMPARE(wizard->step(), CreateWizard::Review);
        const QString command = wizard->findChild<QPlainTextEdit*>("wizard-command")->toPlainText();
        QVERIFY(command.contains("--replication-group-id carts"));
        QVERIFY(command.contains("--num-cache-clusters 3"));
        Console::click(next);
        QTRY_VERIFY(demo_->cluster("carts") != nullptr);
        QTRY_COMPARE(demo_->cluster("carts")->status, std::string("available"));
        QCOMPARE(demo_->cluster("carts")->security_groups.size(), std::size_t(1));
        QTRY_VERIFY(
            !window().flashBar()->messages().filter("Create cluster of carts succeeded").isEmpty());
    }

    void modifySendsOnlyWhatChanges() {
        window().clusterAction("orders", "modify");
        auto* dialog = console_->dialog<ModifyDialog>();
        QVERIFY(dialog);
        QVERIFY(!dialog->actionButton()->isEnabled());
        dialog->findChild<QSpinBox*>("modify-replicas")->setValue(3);
        QVERIFY(dialog->actionButton()->isEnabled());
        const schema::ModifyCluster change = dialog->change();
        QCOMPARE(change.replicas, std::optional(3));
        QVERIFY(!change.description && !change.node_type && !change.automatic_failover &&
                !change.security_groups);
        QCOMPARE(dialog->changeWords().size(), 1);
        for (const char* group : {"group-redis-sg"})
            dialog->findChild<QCheckBox*>(group)->setChecked(false);
        QVERIFY(!dialog->actionButton()->isEnabled());
        dialog->findChild<QCheckBox*>("group-redis-sg")->setChecked(true);
        Console::click(dialog->actionButton());
        QTRY_COMPARE(demo_->cluster("orders")->nodes.size(), std::size_t(4));
    }

    void failoverShowsItsPhasesAndWhatItTook() {
        window().clusterAction("orders", "failover");
        auto* dialog = console_->dialog<FailoverDialog>();
        QVERIFY(dialog);
        QVERIFY2(!dialog->actionButton()->isEnabled(),
                 "a cluster tagged production asks for its name");
        QTest::keyClicks(dialog->findChild<QLineEdit*>("failover-name"), "orders");
        const std::string before = primaryOf(*demo_->cluster("orders"))->id;
        Console::click(dialog->actionButton());
        QTRY_VERIFY(dialog->outcome().contains("11.8 ms"));
        QVERIFY(dialog->outcome().contains("0 B"));
        QVERIFY(primaryOf(*demo_->cluster("orders"))->id != before);
        int done = 0;
        for (const auto* line : dialog->findChildren<StatusLabel*>())
            done += line->status() == QStringLiteral("done");
        QCOMPARE(done, 4);
        dialog->close();
    }

    void promoteOnTheNodesTabNamesTheReplica() {
        window().openCluster("sessions", "nodes");
        auto* table = console_->find<DataTable>("nodes-table");
        QVERIFY(table->select("sessions-001"));
        QVERIFY(!console_->find<QPushButton>("node-promote")->isEnabled());
        QVERIFY(table->select("sessions-002"));
        Console::click(console_->find<QPushButton>("node-promote"));
        auto* dialog = console_->dialog<FailoverDialog>();
        QVERIFY(dialog);
        QCOMPARE(dialog->findChild<QComboBox*>("failover-target")->currentData().toString(),
                 QStringLiteral("sessions-002"));
        dialog->close();
    }

    void deleteAsksForTheName() {
        window().openPage("clusters");
        auto* table = console_->find<DataTable>("clusters-table");
        QVERIFY(table->select("sessions"));
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Delete);
        auto* dialog = console_->dialog<DeleteClusterDialog>();
        QVERIFY(dialog);
        auto* name = dialog->findChild<QLineEdit*>("delete-name");
        QTest::keyClicks(name, "session");
        QVERIFY(!dialog->actionButton()->isEnabled());
        QTest::keyClicks(name, "s");
        QVERIFY(dialog->actionButton()->isEnabled());
        Console::click(dialog->actionButton());
        QTRY_VERIFY(demo_->cluster("sessions") == nullptr);
        QTRY_COMPARE(table->model()->rowCount(), 3);
    }

    void aRefusedSourceIsAllowedWithOneRule() {
        window().openCluster("orders", "network");
        auto* table = console_->find<DataTable>("sources-table");
        auto* allow = console_->find<QPushButton>("allow-source");
        QTRY_VERIFY(table->model()->rowCount() >= 3);
        const auto choose = [&](const QString& address) {
            for (int row = 0; row < table->model()->rowCount(); ++row)
                if (table->model()->index(row, SourceModel::Address).data().toString() == address)
                    table->setCurrentIndex(table->model()->index(row, 0));
        };
        choose("192.168.0.23");
        QVERIFY2(!allow->isEnabled(), "outside the VPC no rule helps");
        choose("127.44.0.9");
        QVERIFY(allow->isEnabled());
        Console::click(allow);
        auto* dialog = console_->dialog<AllowSourceDialog>();
        QVERIFY(dialog);
        Console::click(dialog->actionButton());
        auto* rules = console_->find<DataTable>("cluster-rules");
        QTRY_COMPARE(rules->model()->rowCount(), 2);
        QCOMPARE(rules->model()->index(1, RuleModel::Source).data().toString(),
                 QStringLiteral("127.44.0.9/32"));
    }

    void aGroupIsCreatedWithItsRules() {
        window().openPage("groups");
        Console::click(console_->find<QPushButton>("create-group"));
        auto* dialog = console_->dialog<GroupDialog>();
        QVERIFY(dialog);
        QTest::keyClicks(dialog->findChild<QLineEdit*>("group-name"), "web-sg");
        Console::click(dialog->findChild<QPushButton*>("add-rule"));
        QCOMPARE(dialog->rules()->rowCount(), 1);
        Console::click(dialog->actionButton());
        auto* table = console_->find<DataTable>("groups-table");
        QTRY_COMPARE(table->model()->rowCount(), 4);
        QTRY_VERIFY(!window().flashBar()->messages().filter("web-sg").isEmpty());
    }

    void theKeyBrowserScansAndShowsEveryType() {
        window().openCluster("orders", "keys");
        auto* table = console_->find<DataTable>("keys-table");
        QTRY_COMPARE(table->model()->rowCount(), 600);
        auto* values = console_->find<DataTable>("value-table");
        for (int row = 0; row < 5; ++row) {
            table->setCurrentIndex(table->model()->index(row, 0));
            const bool is_string =
                table->model()->index(row, 1).data().toString() == QStringLiteral("String");
            if (is_string)
                QTRY_VERIFY(!values->isVisible());
            else
                QTRY_VERIFY(values->isVisible() && values->model()->rowCount() > 0);
        }
        auto* pattern = console_->find<QLineEdit>("keys-pattern");
        QTest::keyClicks(pattern, "queue:*");
        QTest::keyClick(pattern, Qt::Key_Return);
        QTRY_COMPARE(table->model()->rowCount(), 120);
    }

    void thePaletteJumpsAndActs() {
        key(Qt::Key_K, Qt::ControlModifier);
        auto* palette = console_->dialog<CommandPalette>();
        QVERIFY(palette);
        QTest::keyClicks(palette->field(), "rate cluster");
        QTest::keyClick(palette->field(), Qt::Key_Return);
        QTRY_COMPARE(window().currentPage(), QStringLiteral("cluster"));
        QCOMPARE(console_->find<QLabel>("cluster-name")->text(), QStringLiteral("rate-limits"));
    }

    void f1ShowsTheKeys() {
        key(Qt::Key_F1);
        auto* dialog = console_->dialog<ShortcutsDialog>();
        QVERIFY(dialog);
        dialog->close();
    }

    void aLostConnectionGreysTheViewAndSaysSinceWhen() {
        auto* banner = console_->find<QWidget>("lost-banner");
        QVERIFY(!banner->isVisible());
        demo_->setLost(true);
        QVERIFY(banner->isVisible());
        QVERIFY(console_->find<QLabel>("lost-words")->text().contains("since"));
        QVERIFY(console_->find<QWidget>("dashboard")->parentWidget()->graphicsEffect() != nullptr);
        demo_->setLost(false);
        QVERIFY(!banner->isVisible());
        QVERIFY(console_->find<QWidget>("dashboard")->parentWidget()->graphicsEffect() == nullptr);
    }

    void languageAndThemeChangeAtRunTimeAndAreRemembered() {
        window().openCluster("orders", "nodes");
        window().setLanguageChoice("ko");
        QCOMPARE(window().currentPage(), QStringLiteral("cluster"));
        QCOMPARE(console_->find<QTabWidget>("cluster-tabs")->tabText(1), QStringLiteral("노드"));
        window().setThemeChoice("dark");
        QVERIFY(QGuiApplication::palette().color(QPalette::Window).lightness() < 128);
        QCOMPARE(QSettings().value("language").toString(), QStringLiteral("ko"));
        QCOMPARE(QSettings().value("theme").toString(), QStringLiteral("dark"));
        window().setLanguageChoice("en");
        QCOMPARE(console_->find<QTabWidget>("cluster-tabs")->tabText(1), QStringLiteral("Nodes"));
    }

    void theWindowRemembersItsPage() {
        window().openPage("operations");
        window().close();
        console_->window.reset();
        console_->window =
            std::make_unique<MainWindow>(*console_->backend, console_->theme, console_->language);
        QCOMPARE(window().currentPage(), QStringLiteral("operations"));
    }
};

QTEST_MAIN(PagesTest)
#include "pages_test.moc"
