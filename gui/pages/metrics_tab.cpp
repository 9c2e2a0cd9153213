// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/metrics_tab.h"

#include <QComboBox>
#include <QFile>
#include <QFileDialog>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/models/format.h"
#include "gui/widgets/form.h"
#include "gui/widgets/time_chart.h"

namespace millpond::console {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kLiveSpan = 15 * kMinute;
constexpr std::int64_t kPoints = 720;  ///< about one per two pixels

double valueOf(const schema::NodeMetrics& m, const std::string& metric) {
    if (metric == "used_memory") return double(m.used_memory);
    if (metric == "ops_per_second") return m.ops_per_second;
    if (metric == "connections") return double(m.connections);
    if (metric == "cpu_percent") return m.cpu_percent;
    if (metric == "lag_bytes") return double(m.lag_bytes);
    return m.hits_per_second;
}

QString percent(double value) {
    return QStringLiteral("%1 %").arg(value, 0, 'f', value < 10 ? 1 : 0);
}

}  // namespace

MetricsTab::MetricsTab(Workspace& workspace, QWidget* parent) : ClusterTab(workspace, parent) {
    range_ = named(new QComboBox, tr("Time range"));
    range_->setObjectName(QStringLiteral("metrics-range"));
    const std::pair<QString, std::int64_t> ranges[] = {
        {tr("5 minutes"), 5 * kMinute},  {tr("15 minutes"), kLiveSpan},
        {tr("1 hour"), kHour},           {tr("6 hours"), 6 * kHour},
        {tr("24 hours"), 24 * kHour},    {tr("7 days"), 7 * 24 * kHour},
        {tr("15 days"), 15 * 24 * kHour}};
    for (const auto& [words, ms] : ranges) range_->addItem(words, qlonglong(ms));
    QPushButton* csv = button(tr("Save CSV"), ButtonRole::Normal, QStringLiteral("download"));
    QPushButton* png = button(tr("Save PNG"), ButtonRole::Normal, QStringLiteral("download"));
    problem_ = label({}, "problem");
    auto* top = new QHBoxLayout;
    top->addWidget(label(tr("Time range"), "label"));
    top->addWidget(range_);
    top->addWidget(problem_);
    top->addStretch();
    top->addWidget(csv);
    top->addWidget(png);

    charts_.emplace_back("used_memory", new TimeChart(
                                            tr("Memory"), [](double v) { return formatBytes(v); },
                                            TimeChart::Scale::Bytes));
    charts_.emplace_back("ops_per_second", new TimeChart(tr("Operations per second"),
                                                         [](double v) { return formatRate(v); }));
    charts_.emplace_back("connections",
                         new TimeChart(tr("Connections"), [](double v) { return formatCount(v); }));
    charts_.emplace_back("lag_bytes",
                         new TimeChart(
                             tr("Replication lag"), [](double v) { return formatBytes(v); },
                             TimeChart::Scale::Bytes));
    charts_.emplace_back("hits_per_second", new TimeChart(tr("Hits per second"),
                                                          [](double v) { return formatRate(v); }));
    charts_.emplace_back("cpu_percent", new TimeChart(tr("Processor"), percent));
    charts_box_ = new QWidget;
    setRole(charts_box_, "page");
    auto* grid = new QGridLayout(charts_box_);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(12);
    for (std::size_t i = 0; i < charts_.size(); ++i) {
        auto* box = new QFrame;
        setRole(box, "card");
        auto* column = new QVBoxLayout(box);
        column->setContentsMargins(12, 10, 10, 8);
        column->addWidget(charts_[i].second);
        grid->addWidget(box, int(i / 2), int(i % 2));
    }
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 14, 0, 0);
    all->setSpacing(12);
    all->addLayout(top);
    // On a low window the charts keep their height and scroll.
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setWidget(charts_box_);
    scroll->setFocusPolicy(Qt::NoFocus);
    all->addWidget(scroll, 1);

    slow_.setInterval(int(kMinute));
    connect(&slow_, &QTimer::timeout, this, [this] {
        if (isVisible() && span() > kLiveSpan) read();
    });
    slow_.start();
    connect(range_, &QComboBox::currentIndexChanged, this, [this] { read(); });
    connect(csv, &QPushButton::clicked, this, &MetricsTab::saveCsv);
    connect(png, &QPushButton::clicked, this, &MetricsTab::savePng);
    connect(&workspace, &Workspace::operationsChanged, this, [this] {
        if (isVisible()) markFailovers();
    });
}

std::int64_t MetricsTab::span() const {
    return range_->currentData().toLongLong();
}

void MetricsTab::onCluster() {
    read_ = false;
    for (auto& [metric, chart] : charts_) chart->setSeries({});
}

void MetricsTab::refresh() {
    const schema::Cluster* now = cluster();
    // Nodes that have come since are part of the next reading.
    const bool grown = now && charts_.front().second->series().size() != now->nodes.size();
    if (!read_ || grown) read();
    markFailovers();
}

void MetricsTab::read() {
    if (!cluster()) return;
    read_ = true;
    MetricsQuery query;
    for (const auto& [metric, chart] : charts_) query.names.push_back(metric);
    query.to_ms = QDateTime::currentMSecsSinceEpoch();
    query.from_ms = query.to_ms - span();
    query.step_ms =
        span() <= kLiveSpan ? 1000 : std::max(kMinute, span() / kPoints / kMinute * kMinute);
    moveWindow();
    workspace().backend().metrics(
        clusterId(), query, this, [this, id = clusterId(), asked = span()](const auto& answer) {
            if (id != clusterId() || asked != span()) return;
            problem_->setText(answer ? QString() : answer.problem.message);
            fill(answer ? *answer.value : std::vector<schema::MetricSeries>{});
        });
}

void MetricsTab::fill(const std::vector<schema::MetricSeries>& all) {
    const schema::Cluster* now = cluster();
    if (!now) return;
    for (auto& [metric, chart] : charts_) {
        std::vector<Series> shown;
        for (std::size_t i = 0; i < now->nodes.size(); ++i) {
            Series series{text(now->nodes[i].id), int(i), {}};
            for (const schema::MetricSeries& read : all) {
                if (read.metric != metric || read.node != now->nodes[i].id) continue;
                for (std::size_t k = 0; k < read.values.size(); ++k)
                    series.samples.push_back(
                        {read.start_ms + std::int64_t(k) * read.step_ms, read.values[k]});
            }
            shown.push_back(std::move(series));
        }
        chart->setSeries(std::move(shown));
    }
    moveWindow();
    markFailovers();
}

void MetricsTab::moveWindow() {
    const std::int64_t now = QDateTime::currentMSecsSinceEpoch();
    for (auto& [metric, chart] : charts_) chart->setWindow(now - span(), now);
}

void MetricsTab::refreshLive() {
    const schema::Cluster* now = cluster();
    if (!now || span() > kLiveSpan) return;
    for (const schema::Node& node : now->nodes)
        if (const schema::NodeMetrics* m = workspace().metrics().node(node.id))
            for (auto& [metric, chart] : charts_)
                chart->append(text(node.id), {m->time_ms, valueOf(*m, metric)});
    moveWindow();
}

void MetricsTab::markFailovers() {
    std::vector<Mark> marks;
    for (const schema::Operation& operation : workspace().operations().rows())
        if (operation.target == clusterId() && operation.failover && !operation.ended_at.empty())
            marks.push_back({parseTime(operation.ended_at).toMSecsSinceEpoch(),
                             tr("%1 became primary").arg(text(operation.failover->new_primary))});
    for (auto& [metric, chart] : charts_) chart->setMarks(marks);
}

void MetricsTab::saveCsv() {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save CSV"), text(clusterId()) + QStringLiteral("-metrics.csv"),
        QStringLiteral("CSV (*.csv)"));
    if (path.isEmpty()) return;
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Text)) {
        problem_->setText(tr("%1 could not be written: %2").arg(path, file.errorString()));
        return;
    }
    file.write("metric,");
    bool first = true;
    for (const auto& [metric, chart] : charts_) {
        const QStringList lines = chart->toCsv().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        if (first) file.write(lines.front().toUtf8() + '\n');
        first = false;
        for (const QString& line : lines.mid(1))
            file.write(QByteArray::fromStdString(metric) + ',' + line.toUtf8() + '\n');
    }
    Q_EMIT said(tr("%1 saved").arg(path));
}

void MetricsTab::savePng() {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save PNG"), text(clusterId()) + QStringLiteral("-metrics.png"),
        QStringLiteral("PNG (*.png)"));
    if (path.isEmpty()) return;
    if (charts_box_->grab().save(path))
        Q_EMIT said(tr("%1 saved").arg(path));
    else
        problem_->setText(tr("%1 could not be written.").arg(path));
}

}  // namespace millpond::console
