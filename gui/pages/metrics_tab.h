// SPDX-License-Identifier: Apache-2.0
//
// Memory, operations, connections and lag of every node over time, with failovers marked. Up to 15
// minutes the charts follow the stream second by second; longer ranges are read from the API, once
// a minute. UI thread.
#pragma once

#include <QTimer>

#include "gui/pages/cluster_tab.h"

class QComboBox;
class QLabel;

namespace millpond::console {

class TimeChart;

class MetricsTab : public ClusterTab {
    Q_OBJECT

public:
    explicit MetricsTab(Workspace& workspace, QWidget* parent = nullptr);

protected:
    void onCluster() override;
    void refresh() override;
    void refreshLive() override;

private:
    void read();
    void fill(const std::vector<schema::MetricSeries>& all);
    void moveWindow();
    void markFailovers();
    void saveCsv();
    void savePng();
    std::int64_t span() const;

    QComboBox* range_;
    QLabel* problem_;
    QWidget* charts_box_;
    std::vector<std::pair<std::string, TimeChart*>> charts_;  ///< by metric
    QTimer slow_;
    bool read_ = false;  ///< the series of this cluster and range are there
};

}  // namespace millpond::console
