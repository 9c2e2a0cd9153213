// SPDX-License-Identifier: Apache-2.0
//
// The window: top bar, navigation, flash bar, pages, status bar. It composes and routes; what is
// shown is the pages' business. A change of language makes the pages anew. UI thread.
#pragma once

#include <QMainWindow>
#include <QTimer>

#include "gui/models/workspace.h"

class QLabel;
class QListWidget;
class QStackedWidget;

namespace millpond::console {

class ClusterPage;
class FlashBar;
class GroupsPage;
class Language;
class Page;
class Theme;
class TopBar;

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    /// Requires: all three outlive the window.
    MainWindow(Backend& backend, Theme& theme, Language& language);
    ~MainWindow() override;

    Workspace& workspace() { return workspace_; }
    void openPage(const QString& name);
    void openCluster(const QString& id, const QString& tab = {});
    QString currentPage() const;  ///< "dashboard", "clusters", "cluster", ...
    FlashBar* flashBar() const { return flash_; }

    void setThemeChoice(const QString& theme);
    void setLanguageChoice(const QString& language);
    void createCluster();
    void createGroup();
    void clusterAction(const QString& cluster, const QString& action);
    void groupAction(const QString& group, const QString& action);
    void showPalette();

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void build();
    void addPage(Page* page, const QString& icon, int key);
    void addShortcuts();
    void connectWorkspace();
    void onLink();
    void onOperationEnded(const schema::Operation& operation);
    void refreshStatus();
    Page* page() const;

    Theme& theme_;
    Language& language_;
    Workspace workspace_;
    TopBar* top_ = nullptr;
    QListWidget* navigation_ = nullptr;
    FlashBar* flash_ = nullptr;
    QStackedWidget* pages_ = nullptr;
    ClusterPage* cluster_page_ = nullptr;
    GroupsPage* groups_page_ = nullptr;
    QWidget* lost_ = nullptr;
    QLabel* lost_words_ = nullptr;
    QLabel* health_ = nullptr;
    QLabel* running_ = nullptr;
    QTimer clock_;
};

}  // namespace millpond::console
