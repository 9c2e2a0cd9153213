// SPDX-License-Identifier: Apache-2.0
//
// The read-only key browser: keys page by page over SCAN, filtered by pattern and type on the
// server, and the value of the selected one. UI thread.
#pragma once

#include "gui/models/key_model.h"
#include "gui/pages/cluster_tab.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace millpond::console {

class DataTable;
class ValueView;

class KeysTab : public ClusterTab {
    Q_OBJECT

public:
    /// A scan pauses after this many new keys, or this many steps that found nothing.
    static constexpr int kKeysPerRun = 1000;
    static constexpr int kStepsPerRun = 200;

    explicit KeysTab(Workspace& workspace, QWidget* parent = nullptr);
    QLineEdit* filterField() const override { return pattern_; }

protected:
    void onCluster() override;
    void refresh() override;

private:
    void restart();
    void run();
    void stop();
    void step();
    void onPage(const Answer<schema::KeyPage>& answer);
    void showProgress();

    KeyModel model_;
    QLineEdit* pattern_;
    QComboBox* type_;
    QSpinBox* db_;
    QPushButton* go_;
    QLabel* progress_;
    DataTable* table_;
    ValueView* value_;

    std::string cursor_ = "0";
    std::int64_t total_ = 0;
    bool started_ = false;
    bool running_ = false;
    bool complete_ = false;
    int scan_ = 0;  ///< answers of an earlier scan are thrown away
    int run_keys_ = 0;
    int run_steps_ = 0;
};

}  // namespace millpond::console
