// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/topology.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "gui/models/cluster_model.h"
#include "gui/models/format.h"
#include "gui/models/node_model.h"
#include "gui/models/words.h"
#include "gui/theme/icons.h"
#include "gui/theme/tones.h"
#include "gui/widgets/cell_delegate.h"
#include "gui/widgets/status_label.h"

namespace millpond::console {
namespace {

constexpr double kBoxWidth = 232;
constexpr double kNodeHeight = 88;
constexpr double kEndpointHeight = 58;
constexpr double kGapX = 96;
constexpr double kGapY = 16;
constexpr double kTop = 8;

std::vector<const schema::Node*> replicasOf(const schema::Cluster& cluster) {
    std::vector<const schema::Node*> replicas;
    for (const schema::Node& node : cluster.nodes)
        if (node.role != "primary") replicas.push_back(&node);
    return replicas;
}

double columnHeight(std::size_t replicas) {
    const double count = double(std::max<std::size_t>(1, replicas));
    return std::max(2 * kEndpointHeight + 60, count * kNodeHeight + (count - 1) * kGapY);
}

}  // namespace

Topology::Topology(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::NoFocus);
}

void Topology::show(const schema::Cluster& cluster,
                    const std::map<std::string, schema::NodeMetrics>& metrics) {
    const bool resized = cluster.nodes.size() != cluster_.nodes.size();
    cluster_ = cluster;
    metrics_ = metrics;
    setAccessibleName(tr("Topology of %1").arg(text(cluster.id)));
    setAccessibleDescription(described());
    if (resized) updateGeometry();
    update();
}

QSize Topology::sizeHint() const {
    return {int(3 * kBoxWidth + 2 * kGapX + 8),
            int(columnHeight(replicasOf(cluster_).size()) + 2 * kTop)};
}

QString Topology::lagWords(const schema::Node& node) const {
    if (node.link == "up") {
        const auto it = metrics_.find(node.id);
        return it == metrics_.end() ? linkWord(node.link) : lagText(it->second);
    }
    return linkWord(node.link);
}

QString Topology::described() const {
    QStringList words;
    for (const schema::Node& node : cluster_.nodes)
        words.append(tr("%1: %2, %3, zone %4")
                         .arg(text(node.id), roleWord(node.role), statusWord(text(node.status)),
                              text(node.zone)));
    return words.join(QStringLiteral("; "));
}

void Topology::paintEndpoint(QPainter& painter, const QRectF& box, const QString& name,
                             const QString& address) const {
    painter.setPen(QPen(tones().outline, 1, Qt::DashLine));
    painter.setBrush(tones().raised);
    painter.drawRoundedRect(box, 8, 8);
    icon(QStringLiteral("link"), Tint::Accent)
        .paint(&painter, QRect(int(box.left()) + 12, int(box.center().y()) - 9, 18, 18));
    painter.setPen(tones().muted);
    painter.drawText(box.adjusted(40, 8, -8, 0), int(Qt::AlignTop | Qt::AlignLeft), name);
    const QFont usual = painter.font();
    painter.setFont(monospace(usual));
    painter.setPen(tones().text);
    painter.drawText(box.adjusted(40, 0, -8, -9), int(Qt::AlignBottom | Qt::AlignLeft),
                     address.isEmpty() ? QStringLiteral("-") : address);
    painter.setFont(usual);
}

void Topology::paintNode(QPainter& painter, const QRectF& box, const schema::Node& node) const {
    const bool primary = node.role == "primary";
    const bool well = node.status == "available";
    const QColor edge = !well     ? colourOf(statusTint(text(node.status)))
                        : primary ? tones().accent
                                  : tones().outline;
    painter.setPen(QPen(edge, primary ? 2 : 1.2));
    painter.setBrush(primary ? tones().accentSoft : tones().surface);
    painter.drawRoundedRect(box, 8, 8);
    icon(primary ? QStringLiteral("primary") : QStringLiteral("replica"),
         primary ? Tint::Accent : Tint::Muted)
        .paint(&painter, QRect(int(box.left()) + 12, int(box.top()) + 10, 18, 18));
    const QFont usual = painter.font();
    QFont bold = usual;
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(tones().text);
    painter.drawText(QRectF(box.left() + 38, box.top() + 8, box.width() - 46, 22),
                     int(Qt::AlignLeft | Qt::AlignVCenter), text(node.id));
    painter.setFont(usual);
    painter.setPen(tones().muted);
    painter.drawText(QRectF(box.left() + 38, box.top() + 30, box.width() - 46, 20),
                     int(Qt::AlignLeft | Qt::AlignVCenter),
                     QStringLiteral("%1 · %2").arg(roleWord(node.role), text(node.zone)));
    paintStatus(painter,
                QRect(int(box.left()) + 12, int(box.top()) + 56, int(box.width()) - 20, 22),
                text(node.status),
                statusWord(text(node.status)) + QStringLiteral("  ·  ") + text(node.address));
}

void Topology::paintArrow(QPainter& painter, QPointF from, QPointF to, const QString& words,
                          bool well) const {
    const QColor colour = well ? tones().outline : tones().warning;
    painter.setPen(QPen(colour, 1.4, well ? Qt::SolidLine : Qt::DashLine));
    const double middle = (from.x() + to.x()) / 2;
    painter.drawPolyline(QPolygonF{from, {middle, from.y()}, {middle, to.y()}, to});
    painter.setBrush(colour);
    painter.setPen(Qt::NoPen);
    painter.drawPolygon(QPolygonF{to, {to.x() - 8, to.y() - 4}, {to.x() - 8, to.y() + 4}});
    if (words.isEmpty()) return;
    const QFont usual = painter.font();
    QFont small = usual;
    small.setPointSizeF(usual.pointSizeF() - 1.5);
    painter.setFont(small);
    painter.setPen(well ? tones().muted : tones().warning);
    painter.drawText(QRectF(from.x() + 4, to.y() - 20, to.x() - from.x() - 10, 18),
                     int(Qt::AlignRight | Qt::AlignVCenter), words);
    painter.setFont(usual);
}

void Topology::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto replicas = replicasOf(cluster_);
    const double tall = columnHeight(replicas.size());
    const double gap = std::clamp((width() - 3 * kBoxWidth - 8) / 2.0, 40.0, 190.0);
    const double x0 = 4, x1 = x0 + kBoxWidth + gap, x2 = x1 + kBoxWidth + gap;
    const double middle = kTop + tall / 2;

    const schema::Node* primary = primaryOf(cluster_);
    const QRectF write(x0, middle - kEndpointHeight - 18, kBoxWidth, kEndpointHeight);
    const QRectF read(x0, middle + 18, kBoxWidth, kEndpointHeight);
    const QRectF centre(x1, middle - kNodeHeight / 2, kBoxWidth, kNodeHeight);
    paintEndpoint(painter, write, tr("Primary endpoint"), endpointText(cluster_.primary_endpoint));
    paintEndpoint(painter, read, tr("Reader endpoint"), endpointText(cluster_.reader_endpoint));
    if (primary) {
        paintArrow(painter, {write.right(), write.center().y()}, {centre.left(), centre.top() + 28},
                   {}, true);
        paintNode(painter, centre, *primary);
    }
    const double column = double(replicas.size()) * kNodeHeight +
                          double(std::max<std::size_t>(replicas.size(), 1) - 1) * kGapY;
    double y = kTop + (tall - column) / 2;
    for (const schema::Node* replica : replicas) {
        const QRectF box(x2, y, kBoxWidth, kNodeHeight);
        if (primary)
            paintArrow(painter, {centre.right(), centre.center().y()},
                       {box.left(), box.center().y()}, lagWords(*replica), replica->link == "up");
        paintNode(painter, box, *replica);
        y += kNodeHeight + kGapY;
    }
}

}  // namespace millpond::console
