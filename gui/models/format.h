// SPDX-License-Identifier: Apache-2.0
//
// Numbers, sizes and times in words for a person, in the language of the console. Pure functions.
#pragma once

#include <QDateTime>
#include <QString>
#include <cstdint>
#include <string>

namespace millpond::console {

inline QString text(const std::string& s) {
    return QString::fromStdString(s);
}

QString formatBytes(double bytes);                ///< "1.5 MiB"
QString formatCount(double value);                ///< "12,345" up to a million, then "1.2 M"
QString formatRate(double per_second);            ///< "1,204/s"
QString formatMilliseconds(double ms);            ///< "12.3 ms"
QString formatTtl(std::int64_t ttl_ms);           ///< "No expiry", "3 min 20 s"
QDateTime parseTime(const std::string& iso);      ///< of the schema's ISO times; invalid when empty
QString formatTime(const std::string& iso);       ///< local, "2026-03-01 12:00:00"
QString formatTimeOfDay(const std::string& iso);  ///< "12:00:00" today, with the date otherwise
QString formatDuration(qint64 ms);                ///< "340 ms", "1.2 s", "3 min 20 s"

}  // namespace millpond::console
