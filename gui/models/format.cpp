// SPDX-License-Identifier: Apache-2.0
#include "gui/models/format.h"

#include <QCoreApplication>
#include <QLocale>
#include <array>
#include <cmath>

namespace millpond::console {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("millpond::console", text);
}

QString shortNumber(double value) {
    const int decimals = value < 10 && value != std::floor(value) ? 1 : 0;
    return QLocale().toString(value, 'f', decimals);
}

}  // namespace

QString formatBytes(double bytes) {
    static constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    while (std::abs(bytes) >= 1024 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    const int decimals = unit == 0 || bytes >= 100 || bytes == std::floor(bytes) ? 0 : 1;
    return QLocale().toString(bytes, 'f', decimals) + QLatin1Char(' ') + QLatin1String(units[unit]);
}

QString formatCount(double value) {
    if (value >= 1e9) return QLocale().toString(value / 1e9, 'f', 1) + QStringLiteral(" G");
    if (value >= 1e6) return QLocale().toString(value / 1e6, 'f', 1) + QStringLiteral(" M");
    return shortNumber(value);
}

QString formatRate(double per_second) {
    return tr("%1/s").arg(formatCount(per_second));
}

QString formatMilliseconds(double ms) {
    return tr("%1 ms").arg(QLocale().toString(ms, 'f', ms < 100 ? 1 : 0));
}

QString formatDuration(qint64 ms) {
    if (ms < 1000) return tr("%1 ms").arg(ms);
    if (ms < 60'000)
        return tr("%1 s").arg(QLocale().toString(double(ms) / 1000, 'f', ms < 10'000 ? 1 : 0));
    const qint64 s = ms / 1000;
    if (s < 3600) return tr("%1 min %2 s").arg(s / 60).arg(s % 60);
    if (s < 86'400) return tr("%1 h %2 min").arg(s / 3600).arg(s / 60 % 60);
    return tr("%1 d %2 h").arg(s / 86'400).arg(s / 3600 % 24);
}

QString formatTtl(std::int64_t ttl_ms) {
    return ttl_ms < 0 ? tr("No expiry") : formatDuration(ttl_ms);
}

QDateTime parseTime(const std::string& iso) {
    return QDateTime::fromString(QString::fromStdString(iso), Qt::ISODateWithMs);
}

QString formatTime(const std::string& iso) {
    const QDateTime time = parseTime(iso);
    return time.isValid() ? time.toLocalTime().toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"))
                          : QString();
}

QString formatTimeOfDay(const std::string& iso) {
    const QDateTime time = parseTime(iso).toLocalTime();
    if (!time.isValid()) return {};
    const bool today = time.date() == QDate::currentDate();
    return time.toString(today ? QStringLiteral("HH:mm:ss")
                               : QStringLiteral("yyyy-MM-dd HH:mm:ss"));
}

}  // namespace millpond::console
