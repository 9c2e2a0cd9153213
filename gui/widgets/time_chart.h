// SPDX-License-Identifier: Apache-2.0
//
// A chart of numbers over time: several series, role changes marked on the axis, a readout under
// the pointer (or under the arrow keys). Its own painter: at most two points per pixel and series.
// A series keeps at most kSamples. UI thread.
#pragma once

#include <QString>
#include <QWidget>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

namespace millpond::console {

struct Sample {
    std::int64_t time_ms = 0;
    double value = 0;  ///< NaN: not seen
};

struct Series {
    QString name;
    int colour = 0;  ///< index into Tones::series
    std::deque<Sample> samples;
};

struct Mark {
    std::int64_t time_ms = 0;
    QString words;
};

class TimeChart : public QWidget {
    Q_OBJECT

public:
    static constexpr std::size_t kSamples = 86'400;
    using Format = std::function<QString(double)>;

    enum class Scale { Decimal, Bytes };

    TimeChart(const QString& title, Format format, Scale scale = Scale::Decimal,
              QWidget* parent = nullptr);

    void setSeries(std::vector<Series> series);
    void append(const QString& series, Sample sample);
    void setWindow(std::int64_t from_ms, std::int64_t to_ms);
    void setMarks(std::vector<Mark> marks);
    const std::vector<Series>& series() const { return series_; }

    QString toCsv() const;
    QSize sizeHint() const override { return {420, 220}; }
    QSize minimumSizeHint() const override { return {260, 190}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRectF plot() const;
    double maximum() const;
    double xOf(std::int64_t time_ms) const;
    void paintGrid(QPainter& painter, double top) const;
    void paintSeries(QPainter& painter, const Series& series, double top) const;
    void paintMarks(QPainter& painter) const;
    void paintReadout(QPainter& painter, double top) const;
    void paintLegend(QPainter& painter) const;

    QString title_;
    Format format_;
    bool binary_;
    std::vector<Series> series_;
    std::vector<Mark> marks_;
    std::int64_t from_ms_ = 0;
    std::int64_t to_ms_ = 1;
    double hover_x_ = -1;
};

/// The value nearest to `time_ms` (within `reach_ms`), or NaN.
double valueAt(const Series& series, std::int64_t time_ms, std::int64_t reach_ms);

}  // namespace millpond::console
