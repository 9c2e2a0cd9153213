// SPDX-License-Identifier: Apache-2.0
//
// Ctrl+K: type a few letters of an action, a cluster, a node or a security group, press Return.
// Every word typed must occur in the entry. UI thread.
#pragma once

#include <QDialog>
#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace millpond::console {

struct PaletteEntry {
    QString icon;
    QString title;
    QString kind;  ///< "Cluster", "Action"
    std::function<void()> run;
};

class CommandPalette : public QDialog {
    Q_OBJECT

public:
    explicit CommandPalette(std::vector<PaletteEntry> entries, QWidget* parent = nullptr);

    QLineEdit* field() const { return field_; }
    QListWidget* list() const { return list_; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill(const QString& needle);
    void runCurrent();

    std::vector<PaletteEntry> entries_;
    QLineEdit* field_;
    QListWidget* list_;
};

}  // namespace millpond::console
