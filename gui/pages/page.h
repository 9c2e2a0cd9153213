// SPDX-License-Identifier: Apache-2.0
//
// What the main window knows of every page. UI thread.
#pragma once

#include <QWidget>

#include "gui/api/backend.h"
#include "gui/models/workspace.h"

class QBoxLayout;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace millpond::console {

class DataTable;

class Page : public QWidget {
    Q_OBJECT

public:
    Page(Workspace& workspace, const QString& title, QWidget* parent = nullptr);

    QString title() const { return title_; }
    virtual void create() {}                                    ///< Ctrl+N
    virtual void removeCurrent() {}                             ///< Del
    virtual void copyCurrent() {}                               ///< Ctrl+C
    virtual QLineEdit* filterField() const { return nullptr; }  ///< Ctrl+F

Q_SIGNALS:
    void openCluster(const QString& id, const QString& tab);
    void openPage(const QString& name);
    void createClusterRequested();
    void createGroupRequested();
    /// Modify, failover, reboot, delete, tags, "allow:ADDRESS", "promote:NODE", "reboot:NODE" of a
    /// cluster.
    void clusterAction(const QString& cluster, const QString& action);
    void groupAction(const QString& group, const QString& action);  ///< edit, delete
    void said(const QString& words);                                ///< good news for the flash bar

protected:
    Workspace& workspace() { return workspace_; }
    /// The title's row: the title, a stretch; append actions.
    QBoxLayout* head() const { return head_; }
    QVBoxLayout* body() const { return body_; }
    /// A white box that a table fills, with its filter above.
    QWidget* tableCard(DataTable* table, QLineEdit* filter, const QList<QWidget*>& beside = {});

private:
    Workspace& workspace_;
    QString title_;
    QBoxLayout* head_;
    QVBoxLayout* body_;
};

/// What the main window does to a cluster, as a menu; why a thing cannot be done now, or empty.
QString whyNotModify(const schema::Cluster* cluster);
QString whyNotFailover(const schema::Cluster* cluster);
QString whyNotDelete(const schema::Cluster* cluster);

}  // namespace millpond::console
