// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/time_chart.h"

#include <QDateTime>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <cmath>
#include <limits>

#include "gui/theme/tones.h"

namespace millpond::console {
namespace {

constexpr int kHead = 54;  // title and legend
constexpr int kFoot = 22;
constexpr int kLeft = 66;
constexpr int kGridLines = 4;

// The next 1, 2, 2.5 or 5 times a power of ten: round numbers on the axis.
double niceTop(double value, bool binary) {
    if (value <= 0) return 1;
    if (binary && value > 1024) {
        // Bytes: four grid lines of a power of two each.
        const double step = std::exp2(std::floor(std::log2(value / kGridLines)));
        return std::ceil(value / step / kGridLines) * step * kGridLines;
    }
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 2.5, 5.0, 10.0})
        if (value <= factor * power) return factor * power;
    return value;
}

QString timeLabel(std::int64_t ms, std::int64_t span) {
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(ms);
    if (span > 36LL * 3600 * 1000) return time.toString(QStringLiteral("MM-dd HH:mm"));
    return time.toString(span > 600'000 ? QStringLiteral("HH:mm") : QStringLiteral("HH:mm:ss"));
}

}  // namespace

double valueAt(const Series& series, std::int64_t time_ms, std::int64_t reach_ms) {
    const auto after = std::ranges::lower_bound(series.samples, time_ms, {}, &Sample::time_ms);
    const Sample* best = nullptr;
    if (after != series.samples.end()) best = &*after;
    if (after != series.samples.begin()) {
        const Sample& before = *std::prev(after);
        if (!best || time_ms - before.time_ms < best->time_ms - time_ms) best = &before;
    }
    if (!best || std::abs(best->time_ms - time_ms) > reach_ms)
        return std::numeric_limits<double>::quiet_NaN();
    return best->value;
}

TimeChart::TimeChart(const QString& title, Format format, Scale scale, QWidget* parent)
    : QWidget(parent), title_(title), format_(std::move(format)), binary_(scale == Scale::Bytes) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(title);
    setAccessibleDescription(tr("Chart over time. Left and right arrow keys move the readout."));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void TimeChart::setSeries(std::vector<Series> series) {
    series_ = std::move(series);
    update();
}

void TimeChart::append(const QString& name, Sample sample) {
    for (Series& series : series_) {
        if (series.name != name) continue;
        if (!series.samples.empty() && series.samples.back().time_ms >= sample.time_ms) return;
        series.samples.push_back(sample);
        if (series.samples.size() > kSamples) series.samples.pop_front();
    }
}

void TimeChart::setWindow(std::int64_t from_ms, std::int64_t to_ms) {
    from_ms_ = from_ms;
    to_ms_ = std::max(to_ms, from_ms + 1);
    update();
}

void TimeChart::setMarks(std::vector<Mark> marks) {
    marks_ = std::move(marks);
    update();
}

QString TimeChart::toCsv() const {
    QString csv = QStringLiteral("time,series,value\n");
    for (const Series& series : series_)
        for (const Sample& sample : series.samples)
            if (sample.time_ms >= from_ms_ && sample.time_ms <= to_ms_ && !std::isnan(sample.value))
                csv += QStringLiteral("%1,%2,%3\n")
                           .arg(QDateTime::fromMSecsSinceEpoch(sample.time_ms)
                                    .toUTC()
                                    .toString(Qt::ISODateWithMs),
                                series.name)
                           .arg(sample.value, 0, 'g', 12);
    return csv;
}

QRectF TimeChart::plot() const {
    return QRectF(rect()).adjusted(kLeft, kHead, -8, -kFoot);
}

double TimeChart::maximum() const {
    double top = 0;
    for (const Series& series : series_)
        for (const Sample& sample : series.samples)
            if (sample.time_ms >= from_ms_ && sample.time_ms <= to_ms_ && sample.value > top)
                top = sample.value;
    return niceTop(top * 1.05, binary_);
}

double TimeChart::xOf(std::int64_t time_ms) const {
    const QRectF area = plot();
    return area.left() + area.width() * double(time_ms - from_ms_) / double(to_ms_ - from_ms_);
}

void TimeChart::paintGrid(QPainter& painter, double top) const {
    const QRectF area = plot();
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() - 1.5);
    painter.setFont(small);
    for (int line = 0; line <= kGridLines; ++line) {
        const double y = area.bottom() - area.height() * line / kGridLines;
        painter.setPen(QPen(tones().border, 1));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.setPen(tones().muted);
        painter.drawText(QRectF(0, y - 9, kLeft - 8, 18), int(Qt::AlignRight | Qt::AlignVCenter),
                         format_(top * line / kGridLines));
    }
    const int labels = std::max(2, int(area.width() / 110));
    for (int i = 0; i <= labels; ++i) {
        const std::int64_t time = from_ms_ + (to_ms_ - from_ms_) * i / labels;
        const double x = xOf(time);
        const Qt::Alignment align = i == 0        ? Qt::AlignLeft
                                    : i == labels ? Qt::AlignRight
                                                  : Qt::AlignHCenter;
        const QRectF where(i == 0        ? x
                           : i == labels ? x - 100
                                         : x - 50,
                           area.bottom() + 4, 100, kFoot - 4);
        painter.setPen(tones().muted);
        painter.drawText(where, int(align | Qt::AlignTop), timeLabel(time, to_ms_ - from_ms_));
    }
}

void TimeChart::paintSeries(QPainter& painter, const Series& series, double top) const {
    const QRectF area = plot();
    const auto yOf = [&](double value) {
        return area.bottom() - area.height() * std::min(value / top, 1.0);
    };
    // Samples that fall on one pixel become its lowest and highest value: a spike is never lost.
    QPolygonF line;
    const auto draw = [&] {
        if (line.size() == 1)
            painter.drawPoint(line.front());
        else if (!line.isEmpty())
            painter.drawPolyline(line);
        line.clear();
    };
    const auto first = std::ranges::lower_bound(series.samples, from_ms_, {}, &Sample::time_ms);
    const auto last = std::ranges::upper_bound(series.samples, to_ms_, {}, &Sample::time_ms);
    // Where every pixel holds several samples the line is a band of vertical strokes: smoothing
    // those is a hundred times dearer than drawing them and cannot be seen.
    const bool dense = double(last - first) > 2 * area.width();
    painter.setRenderHint(QPainter::Antialiasing, !dense);
    painter.setPen(
        QPen(tones().series[std::size_t(series.colour) % tones().series.size()], dense ? 1 : 1.6));
    int pixel = std::numeric_limits<int>::min();
    double low = 0, high = 0;
    const auto flush = [&] {
        if (pixel == std::numeric_limits<int>::min()) return;
        line << QPointF(pixel, yOf(high));
        if (high - low > top / area.height()) line << QPointF(pixel, yOf(low));
        pixel = std::numeric_limits<int>::min();
    };
    const double pixels_per_ms = area.width() / double(to_ms_ - from_ms_);
    for (auto it = first; it != last; ++it) {
        if (std::isnan(it->value)) {
            flush();
            draw();
            continue;
        }
        const int x = int(area.left() + pixels_per_ms * double(it->time_ms - from_ms_));
        if (x != pixel) {
            flush();
            pixel = x;
            low = high = it->value;
        }
        low = std::min(low, it->value);
        high = std::max(high, it->value);
    }
    flush();
    draw();
}

void TimeChart::paintMarks(QPainter& painter) const {
    const QRectF area = plot();
    for (const Mark& mark : marks_) {
        if (mark.time_ms < from_ms_ || mark.time_ms > to_ms_) continue;
        const double x = xOf(mark.time_ms);
        painter.setPen(QPen(tones().warning, 1.2, Qt::DashLine));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        painter.setBrush(tones().warning);
        painter.setPen(Qt::NoPen);
        painter.drawPolygon(QPolygonF{
            {x - 5, area.bottom() + 6}, {x + 5, area.bottom() + 6}, {x, area.bottom() - 2}});
    }
}

void TimeChart::paintLegend(QPainter& painter) const {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(tones().text);
    painter.drawText(QRectF(4, 0, width() - 8, 22), int(Qt::AlignLeft | Qt::AlignVCenter), title_);
    painter.setFont(font());
    double x = 6;
    for (const Series& series : series_) {
        const double wide = painter.fontMetrics().horizontalAdvance(series.name);
        painter.setPen(Qt::NoPen);
        painter.setBrush(tones().series[std::size_t(series.colour) % tones().series.size()]);
        painter.drawRoundedRect(QRectF(x, 31, 12, 4), 2, 2);
        painter.setPen(tones().muted);
        painter.drawText(QRectF(x + 17, 22, wide + 4, 22), int(Qt::AlignLeft | Qt::AlignVCenter),
                         series.name);
        x += wide + 36;
    }
}

void TimeChart::paintReadout(QPainter& painter, double top) const {
    const QRectF area = plot();
    if (hover_x_ < area.left() || hover_x_ > area.right()) return;
    const double share = (hover_x_ - area.left()) / area.width();
    const std::int64_t time = from_ms_ + std::int64_t(share * double(to_ms_ - from_ms_));
    const std::int64_t reach = std::max<std::int64_t>(1500, (to_ms_ - from_ms_) / 60);
    painter.setPen(QPen(tones().outline, 1));
    painter.drawLine(QPointF(hover_x_, area.top()), QPointF(hover_x_, area.bottom()));

    QStringList lines{
        QDateTime::fromMSecsSinceEpoch(time).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"))};
    std::vector<int> colours{-1};
    for (const Series& series : series_) {
        const double value = valueAt(series, time, reach);
        if (std::isnan(value)) continue;
        lines.append(series.name + QStringLiteral("  ") + format_(value));
        colours.push_back(series.colour);
        painter.setPen(Qt::NoPen);
        painter.setBrush(tones().series[std::size_t(series.colour) % tones().series.size()]);
        painter.drawEllipse(
            QPointF(hover_x_, area.bottom() - area.height() * std::min(value / top, 1.0)), 3.5,
            3.5);
    }
    for (const Mark& mark : marks_)
        if (std::abs(xOf(mark.time_ms) - hover_x_) < 6) {
            lines.append(mark.words);
            colours.push_back(-1);
        }
    double wide = 0;
    for (const QString& line : lines)
        wide = std::max(wide, double(painter.fontMetrics().horizontalAdvance(line)));
    const double step = painter.fontMetrics().height() + 2;
    QRectF box(hover_x_ + 10, area.top() + 4, wide + 30, step * double(lines.size()) + 10);
    if (box.right() > area.right()) box.moveRight(hover_x_ - 10);
    painter.setPen(QPen(tones().border, 1));
    painter.setBrush(tones().raised);
    painter.drawRoundedRect(box, 5, 5);
    for (qsizetype i = 0; i < lines.size(); ++i) {
        const double y = box.top() + 5 + step * double(i);
        if (colours[std::size_t(i)] >= 0) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(
                tones().series[std::size_t(colours[std::size_t(i)]) % tones().series.size()]);
            painter.drawEllipse(QPointF(box.left() + 11, y + step / 2), 3.5, 3.5);
        }
        painter.setPen(tones().text);
        painter.drawText(QRectF(box.left() + 20, y, wide + 8, step),
                         int(Qt::AlignLeft | Qt::AlignVCenter), lines[i]);
    }
}

void TimeChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double top = maximum();
    paintGrid(painter, top);
    painter.save();
    painter.setClipRect(plot().adjusted(-1, -2, 1, 2));
    bool any = false;
    for (const Series& series : series_) {
        paintSeries(painter, series, top);
        any = any || !series.samples.empty();
    }
    painter.restore();
    paintMarks(painter);
    paintLegend(painter);
    if (!any) {
        painter.setPen(tones().muted);
        painter.drawText(plot(), int(Qt::AlignCenter), tr("No data in this range yet"));
    }
    paintReadout(painter, top);
    if (hasFocus()) {
        painter.setPen(QPen(tones().accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    }
}

void TimeChart::mouseMoveEvent(QMouseEvent* event) {
    hover_x_ = event->position().x();
    update();
}

void TimeChart::leaveEvent(QEvent*) {
    hover_x_ = -1;
    update();
}

void TimeChart::keyPressEvent(QKeyEvent* event) {
    const QRectF area = plot();
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) {
        if (hover_x_ < 0) hover_x_ = area.right();
        hover_x_ = std::clamp(hover_x_ + (event->key() == Qt::Key_Left ? -4 : 4), area.left(),
                              area.right());
        return update();
    }
    QWidget::keyPressEvent(event);
}

}  // namespace millpond::console
