// SPDX-License-Identifier: Apache-2.0
#include "gui/app/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QGraphicsOpacityEffect>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QSettings>
#include <QShortcut>
#include <QStackedWidget>
#include <QStatusBar>
#include <QVBoxLayout>

#include "gui/app/actions.h"
#include "gui/app/language.h"
#include "gui/app/lost_banner.h"
#include "gui/app/top_bar.h"
#include "gui/dialogs/confirm_dialogs.h"
#include "gui/dialogs/create_wizard.h"
#include "gui/dialogs/failover_dialog.h"
#include "gui/dialogs/group_dialogs.h"
#include "gui/dialogs/modify_dialog.h"
#include "gui/dialogs/shortcuts_dialog.h"
#include "gui/dialogs/tags_dialog.h"
#include "gui/models/format.h"
#include "gui/models/words.h"
#include "gui/pages/cluster_page.h"
#include "gui/pages/clusters_page.h"
#include "gui/pages/dashboard_page.h"
#include "gui/pages/groups_page.h"
#include "gui/pages/history_pages.h"
#include "gui/pages/settings_page.h"
#include "gui/theme/icons.h"
#include "gui/theme/theme.h"
#include "gui/widgets/command_palette.h"
#include "gui/widgets/flash_bar.h"
#include "gui/widgets/form.h"

namespace millpond::console {
namespace {

constexpr int kNavigationWidth = 208;
constexpr double kGreyed = 0.45;

template <class Dialog>
Dialog* opened(Dialog* dialog) {
    dialog->open();
    return dialog;
}

}  // namespace

MainWindow::MainWindow(Backend& backend, Theme& theme, Language& language)
    : theme_(theme), language_(language), workspace_(backend) {
    setObjectName(QStringLiteral("main-window"));
    setWindowIcon(productIcon());
    resize(1440, 880);
    setMinimumSize(960, 600);
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    build();
    addShortcuts();
    connectWorkspace();
    openPage(settings.value(QStringLiteral("window/page"), QStringLiteral("dashboard")).toString());
    if (currentPage() == QStringLiteral("cluster")) openPage(QStringLiteral("clusters"));
}

MainWindow::~MainWindow() {
    // The pages look at the workspace until they are gone; it is a member and would go first.
    delete takeCentralWidget();
}

void MainWindow::build() {
    setWindowTitle(tr("Millpond console"));
    auto* centre = new QWidget;
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    top_ = new TopBar;
    lost_ = makeLostBanner(&lost_words_);
    flash_ = new FlashBar;
    navigation_ = named(new QListWidget, tr("Navigation"));
    navigation_->setObjectName(QStringLiteral("navigation"));
    setRole(navigation_, "navigation");
    navigation_->setFixedWidth(kNavigationWidth);
    navigation_->setIconSize({18, 18});
    pages_ = new QStackedWidget;
    column->addWidget(top_);
    column->addWidget(lost_);
    column->addWidget(flash_);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(navigation_);
    row->addWidget(pages_, 1);
    column->addLayout(row, 1);

    addPage(new DashboardPage(workspace_), QStringLiteral("dashboard"), 1);
    addPage(new ClustersPage(workspace_), QStringLiteral("cluster"), 2);
    groups_page_ = new GroupsPage(workspace_);
    addPage(groups_page_, QStringLiteral("security"), 3);
    addPage(new EventsPage(workspace_), QStringLiteral("events"), 4);
    addPage(new OperationsPage(workspace_), QStringLiteral("operations"), 5);
    auto* settings = new SettingsPage(workspace_, wordOf(theme_.choice()), language_.choice());
    addPage(settings, QStringLiteral("settings"), 6);
    cluster_page_ = new ClusterPage(workspace_);
    addPage(cluster_page_, {}, 0);

    health_ = label({});
    running_ = label({});
    for (QWidget* old : statusBar()->findChildren<QLabel*>(QString(), Qt::FindDirectChildrenOnly))
        delete old;
    statusBar()->addWidget(health_);
    statusBar()->addPermanentWidget(running_);
    statusBar()->setSizeGripEnabled(false);

    connect(top_, &TopBar::searchRequested, this, &MainWindow::showPalette);
    connect(top_, &TopBar::connectionClicked, this,
            [this] { openPage(QStringLiteral("settings")); });
    connect(top_, &TopBar::helpRequested, this, [this] { opened(new ShortcutsDialog(this)); });
    connect(top_, &TopBar::themeToggled, this, [this] {
        setThemeChoice(theme_.isDark() ? QStringLiteral("light") : QStringLiteral("dark"));
    });
    connect(settings, &SettingsPage::themeChosen, this, &MainWindow::setThemeChoice);
    connect(&theme_, &Theme::changed, settings,
            [this, settings] { settings->showTheme(wordOf(theme_.choice())); });
    connect(settings, &SettingsPage::languageChosen, this, &MainWindow::setLanguageChoice);
    connect(navigation_, &QListWidget::currentItemChanged, this,
            [this](const QListWidgetItem* item) {
                if (item) openPage(item->data(Qt::UserRole).toString());
            });
    connect(navigation_, &QListWidget::itemClicked, this,
            [this](const QListWidgetItem* item) { openPage(item->data(Qt::UserRole).toString()); });
    setCentralWidget(centre);
    top_->setInfo(workspace_.backend().info());
    onLink();
    refreshStatus();
}

void MainWindow::addPage(Page* page, const QString& iconName, int key) {
    pages_->addWidget(page);
    if (key > 0) {
        auto* item = new QListWidgetItem(icon(iconName, Tint::Muted), page->title(), navigation_);
        item->setData(Qt::UserRole, page->objectName());
        item->setToolTip(QStringLiteral("Alt+%1").arg(key));
    }
    connect(page, &Page::openCluster, this, &MainWindow::openCluster);
    connect(page, &Page::openPage, this, &MainWindow::openPage);
    connect(page, &Page::createClusterRequested, this, &MainWindow::createCluster);
    connect(page, &Page::createGroupRequested, this, &MainWindow::createGroup);
    connect(page, &Page::clusterAction, this, &MainWindow::clusterAction);
    connect(page, &Page::groupAction, this, &MainWindow::groupAction);
    connect(page, &Page::said, this,
            [this](const QString& words) { statusBar()->showMessage(words, 4000); });
}

void MainWindow::addShortcuts() {
    const auto on = [this](const QKeySequence& keys, auto run) {
        auto* shortcut = new QShortcut(keys, this);
        connect(shortcut, &QShortcut::activated, this, run);
    };
    on(QKeySequence(Qt::CTRL | Qt::Key_K), [this] { showPalette(); });
    on(QKeySequence(Qt::CTRL | Qt::Key_N), [this] { page()->create(); });
    on(QKeySequence(Qt::CTRL | Qt::Key_F), [this] {
        if (QLineEdit* field = page()->filterField()) {
            field->setFocus(Qt::ShortcutFocusReason);
            field->selectAll();
        }
    });
    on(QKeySequence(Qt::Key_F5), [this] {
        workspace_.backend().refresh();
        statusBar()->showMessage(tr("Reading everything again"), 2000);
    });
    on(QKeySequence(Qt::Key_Delete), [this] { page()->removeCurrent(); });
    on(QKeySequence(QKeySequence::Copy), [this] { page()->copyCurrent(); });
    on(QKeySequence(Qt::Key_F1), [this] { opened(new ShortcutsDialog(this)); });
    on(QKeySequence(Qt::ALT | Qt::Key_Left), [this] {
        if (page() == cluster_page_) openPage(QStringLiteral("clusters"));
    });
    for (int number = 1; number <= 9; ++number)
        on(QKeySequence(Qt::ALT | Qt::Key(Qt::Key_0 + number)), [this, number] {
            if (number <= navigation_->count())
                openPage(navigation_->item(number - 1)->data(Qt::UserRole).toString());
        });
}

void MainWindow::connectWorkspace() {
    Backend& backend = workspace_.backend();
    connect(&backend, &Backend::linkChanged, this, &MainWindow::onLink);
    connect(&backend, &Backend::infoChanged, this, [this] {
        top_->setInfo(workspace_.backend().info());
        refreshStatus();
    });
    connect(&workspace_, &Workspace::operationsChanged, this, &MainWindow::refreshStatus);
    connect(&workspace_, &Workspace::operationEnded, this, &MainWindow::onOperationEnded);
    clock_.setInterval(1000);
    connect(&clock_, &QTimer::timeout, this, &MainWindow::onLink);
}

Page* MainWindow::page() const {
    return static_cast<Page*>(pages_->currentWidget());
}
QString MainWindow::currentPage() const {
    return page()->objectName();
}

void MainWindow::openPage(const QString& name) {
    for (int i = 0; i < pages_->count(); ++i)
        if (pages_->widget(i)->objectName() == name) pages_->setCurrentIndex(i);
    // A cluster's page belongs to the list of clusters.
    const QString marked =
        currentPage() == QStringLiteral("cluster") ? QStringLiteral("clusters") : currentPage();
    const QSignalBlocker quiet(navigation_);
    for (int row = 0; row < navigation_->count(); ++row)
        if (navigation_->item(row)->data(Qt::UserRole).toString() == marked)
            navigation_->setCurrentRow(row);
}

void MainWindow::openCluster(const QString& id, const QString& tab) {
    cluster_page_->show(id, tab);
    openPage(QStringLiteral("cluster"));
}

void MainWindow::onLink() {
    const Link& link = workspace_.backend().link();
    const bool online = link.state == Link::State::Online;
    top_->setLink(link);
    lost_->setVisible(link.state == Link::State::Lost);
    if (online)
        clock_.stop();
    else if (!clock_.isActive())
        clock_.start();
    if (link.state == Link::State::Lost) lost_words_->setText(lostWords(link));
    // What is on screen may be out of date: it is greyed, but can still be read.
    if (online && pages_->graphicsEffect()) pages_->setGraphicsEffect(nullptr);
    if (link.state == Link::State::Lost && !pages_->graphicsEffect()) {
        auto* grey = new QGraphicsOpacityEffect(pages_);
        grey->setOpacity(kGreyed);
        pages_->setGraphicsEffect(grey);
    }
    refreshStatus();
}

void MainWindow::refreshStatus() {
    const Link& link = workspace_.backend().link();
    const schema::DaemonInfo& info = workspace_.backend().info();
    switch (link.state) {
        case Link::State::Online:
            health_->setText(
                tr("Admin API %1 is well   ·   %2").arg(text(info.version), link.target));
            break;
        case Link::State::Connecting:
            health_->setText(tr("Connecting to %1").arg(link.target));
            break;
        case Link::State::Lost:
            health_->setText(tr("Not connected to %1").arg(link.target));
            break;
    }
    const int running = workspace_.operations().running();
    running_->setText(running == 0 ? tr("No operation is running")
                                   : tr("%n operation(s) running", nullptr, running));
}

void MainWindow::onOperationEnded(const schema::Operation& operation) {
    const QString what =
        tr("%1 of %2").arg(operationKindWord(operation.kind), text(operation.target));
    if (operation.status == "failed")
        return flash_->show(FlashBar::Kind::Error, tr("%1 failed").arg(what),
                            text(operation.error));
    flash_->show(FlashBar::Kind::Success, tr("%1 succeeded").arg(what),
                 operation.failover ? stepText(operation) : QString());
}

void MainWindow::setThemeChoice(const QString& theme) {
    theme_.choose(themeChoiceOf(theme));
    QSettings().setValue(QStringLiteral("theme"), theme);
}

void MainWindow::setLanguageChoice(const QString& language) {
    const QString name = currentPage();
    const QString cluster = cluster_page_->cluster();
    const QString tab = cluster_page_->tab();
    language_.choose(language);
    QSettings().setValue(QStringLiteral("language"), language_.choice());
    delete takeCentralWidget();
    build();
    if (name == QStringLiteral("cluster"))
        openCluster(cluster, tab);
    else
        openPage(name);
}

void MainWindow::createCluster() {
    auto* wizard = opened(new CreateWizard(workspace_, this));
    connect(wizard, &CreateWizard::started, this, [this](const schema::Operation& operation) {
        flash_->show(FlashBar::Kind::Info, tr("Creating %1").arg(text(operation.target)),
                     tr("It appears in the list and becomes available there."));
        openPage(QStringLiteral("clusters"));
    });
}

void MainWindow::createGroup() {
    auto* dialog = opened(new GroupDialog(workspace_, {}, this));
    connect(dialog, &GroupDialog::saved, this, [this](const schema::SecurityGroup& group) {
        flash_->show(FlashBar::Kind::Success, tr("Security group %1 created").arg(text(group.name)),
                     tr("Apply it to a cluster with Modify."));
        openPage(QStringLiteral("groups"));
    });
}

void MainWindow::clusterAction(const QString& cluster, const QString& action) {
    const std::string id = cluster.toStdString();
    if (!workspace_.clusters().find(id)) return;
    const QString subject = action.section(QLatin1Char(':'), 1);
    ActionDialog* dialog = nullptr;
    if (action == QStringLiteral("modify"))
        dialog = new ModifyDialog(workspace_, id, this);
    else if (action == QStringLiteral("failover") || action.startsWith(QStringLiteral("promote:")))
        dialog = new FailoverDialog(workspace_, id, subject.toStdString(), this);
    else if (action.startsWith(QStringLiteral("reboot")))
        dialog = new RebootDialog(workspace_, id, subject.toStdString(), this);
    else if (action == QStringLiteral("delete"))
        dialog = new DeleteClusterDialog(workspace_, id, this);
    else if (action == QStringLiteral("tags"))
        dialog = new TagsDialog(workspace_, id, this);
    else if (action.startsWith(QStringLiteral("allow:"))) {
        auto* allow = new AllowSourceDialog(workspace_, id, subject, this);
        connect(allow, &AllowSourceDialog::allowed, this,
                [this](const QString& address, const QString& group) {
                    flash_->show(FlashBar::Kind::Success,
                                 tr("%1 is let in by %2").arg(address, group));
                });
        dialog = allow;
    }
    if (dialog) opened(dialog);
}

void MainWindow::groupAction(const QString& group, const QString& action) {
    const std::string id = group.toStdString();
    if (!workspace_.groups().find(id)) return;
    if (action == QStringLiteral("delete")) {
        auto* dialog = opened(new DeleteGroupDialog(workspace_, id, this));
        connect(dialog, &DeleteGroupDialog::deleted, this, [this](const QString& name) {
            flash_->show(FlashBar::Kind::Success, tr("Security group %1 deleted").arg(name));
        });
        return;
    }
    auto* dialog = opened(new GroupDialog(workspace_, id, this));
    connect(dialog, &GroupDialog::saved, this, [this](const schema::SecurityGroup& saved) {
        flash_->show(FlashBar::Kind::Success, tr("Rules of %1 saved").arg(text(saved.name)),
                     tr("They are in force."));
    });
}

void MainWindow::showPalette() {
    opened(new CommandPalette(paletteEntries(*this), this));
}

void MainWindow::closeEvent(QCloseEvent* event) {
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/page"), currentPage());
    QMainWindow::closeEvent(event);
}

}  // namespace millpond::console
