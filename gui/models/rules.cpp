// SPDX-License-Identifier: Apache-2.0
#include "gui/models/rules.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QStringList>
#include <cstdint>

namespace millpond::console {
namespace {

constexpr int kClusterNameMax = 40;
constexpr int kDescriptionMax = 255;
constexpr int kPortMax = 65'535;

QString tr(const char* text) {
    return QCoreApplication::translate("millpond::console", text);
}

std::optional<std::uint32_t> parseAddress(const QString& address) {
    static const QRegularExpression shape(
        QStringLiteral(R"(^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$)"));
    const auto match = shape.match(address);
    if (!match.hasMatch()) return std::nullopt;
    std::uint32_t value = 0;
    for (int part = 1; part <= 4; ++part) {
        const int octet = match.captured(part).toInt();
        if (octet > 255) return std::nullopt;
        value = (value << 8) | std::uint32_t(octet);
    }
    return value;
}

std::uint32_t maskOf(int bits) {
    return bits == 0 ? 0 : ~std::uint32_t(0) << (32 - bits);
}

}  // namespace

QString clusterNameProblem(const QString& name) {
    static const QRegularExpression allowed(QStringLiteral("^[a-zA-Z0-9-]*$"));
    if (name.isEmpty()) return tr("Enter a name.");
    if (name.size() > kClusterNameMax) return tr("Use at most %1 characters.").arg(kClusterNameMax);
    if (!name[0].isLetter() || name[0].unicode() > 127) return tr("Begin with a letter (a to z).");
    if (!allowed.match(name).hasMatch())
        return tr("Use only letters (a to z), digits and hyphens.");
    if (name.contains(QStringLiteral("--"))) return tr("Two hyphens may not follow each other.");
    if (name.endsWith(QLatin1Char('-'))) return tr("The last character may not be a hyphen.");
    return {};
}

QString groupNameProblem(const QString& name) {
    static const QRegularExpression allowed(
        QStringLiteral(R"(^[a-zA-Z0-9 ._:/()#,@\[\]+=&;{}!$*-]*$)"));
    if (name.trimmed().isEmpty()) return tr("Enter a name.");
    if (name.size() > kDescriptionMax) return tr("Use at most %1 characters.").arg(kDescriptionMax);
    if (name.startsWith(QStringLiteral("sg-")))
        return tr("A name may not begin with \"sg-\": that is how IDs begin.");
    if (!allowed.match(name).hasMatch())
        return tr("Use only letters (a to z), digits, spaces and ._-:/()#,@[]+=&;{}!$*");
    return {};
}

QString descriptionProblem(const QString& description) {
    return description.size() > kDescriptionMax
               ? tr("Use at most %1 characters.").arg(kDescriptionMax)
               : QString();
}

std::optional<std::pair<int, int>> parsePortRange(const QString& ports) {
    static const QRegularExpression shape(
        QStringLiteral(R"(^\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s*$)"));
    const auto match = shape.match(ports);
    if (!match.hasMatch()) return std::nullopt;
    const int from = match.captured(1).toInt();
    const int to = match.captured(2).isEmpty() ? from : match.captured(2).toInt();
    return std::pair(from, to);
}

QString portRangeProblem(const QString& ports) {
    const auto range = parsePortRange(ports);
    if (!range) return tr("Enter a port (6379) or a range (6379-6399).");
    if (range->first > kPortMax || range->second > kPortMax)
        return tr("A port is at most %1.").arg(kPortMax);
    if (range->first > range->second)
        return tr("The first port must not be greater than the last.");
    return {};
}

QString cidrProblem(const QString& cidr) {
    const QStringList parts = cidr.trimmed().split(QLatin1Char('/'));
    const auto address = parseAddress(parts[0]);
    if (!address || parts.size() > 2)
        return tr("Enter an address (127.0.0.1) or a range (127.0.0.0/8).");
    if (parts.size() == 1) return {};
    bool number = false;
    const int bits = parts[1].toInt(&number);
    if (!number || bits < 0 || bits > 32) return tr("The prefix length is a number from 0 to 32.");
    const std::uint32_t network = *address & maskOf(bits);
    if (network != *address)
        return tr("The range begins at %1.%2.%3.%4/%5.")
            .arg(network >> 24)
            .arg(network >> 16 & 255)
            .arg(network >> 8 & 255)
            .arg(network & 255)
            .arg(bits);
    return {};
}

QString asCidr(const QString& cidr) {
    const QString trimmed = cidr.trimmed();
    return trimmed.contains(QLatin1Char('/')) ? trimmed : trimmed + QStringLiteral("/32");
}

bool contains(const QString& cidr, const QString& address) {
    if (!cidrProblem(cidr).isEmpty()) return false;
    const QStringList parts = asCidr(cidr).split(QLatin1Char('/'));
    const auto network = parseAddress(parts[0]);
    const auto asked = parseAddress(address.trimmed());
    return asked && (*asked & maskOf(parts[1].toInt())) == *network;
}

}  // namespace millpond::console
