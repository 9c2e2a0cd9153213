// SPDX-License-Identifier: Apache-2.0
//
// The drawing of a cluster: its endpoints, the primary, the replicas in their zones, and how far
// each is behind. UI thread.
#pragma once

#include <QString>
#include <QWidget>
#include <map>
#include <string>

#include "gui/api/backend.h"

namespace millpond::console {

class Topology : public QWidget {
    Q_OBJECT

public:
    explicit Topology(QWidget* parent = nullptr);

    void show(const schema::Cluster& cluster,
              const std::map<std::string, schema::NodeMetrics>& metrics);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintEndpoint(QPainter& painter, const QRectF& box, const QString& name,
                       const QString& address) const;
    void paintNode(QPainter& painter, const QRectF& box, const schema::Node& node) const;
    void paintArrow(QPainter& painter, QPointF from, QPointF to, const QString& words,
                    bool well) const;
    QString lagWords(const schema::Node& node) const;
    QString described() const;

    schema::Cluster cluster_;
    std::map<std::string, schema::NodeMetrics> metrics_;
};

}  // namespace millpond::console
