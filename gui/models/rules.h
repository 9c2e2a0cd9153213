// SPDX-License-Identifier: Apache-2.0
//
// What may be typed: cluster names, port ranges, address ranges, by AWS's rules. Each returns an
// empty string for good input, else a sentence that says what to change. Pure functions.
#pragma once

#include <QString>
#include <optional>
#include <utility>

namespace millpond::console {

QString clusterNameProblem(const QString& name);
QString groupNameProblem(const QString& name);
QString descriptionProblem(const QString& description);
QString portRangeProblem(const QString& ports);
QString cidrProblem(const QString& cidr);

/// "6379" or "6379-6399"; nothing when it is neither.
std::optional<std::pair<int, int>> parsePortRange(const QString& ports);
/// An address becomes its /32; a range stays. Requires: cidrProblem(cidr) is empty.
QString asCidr(const QString& cidr);
/// Whether the IPv4 address lies in the range. False for anything that does not parse.
bool contains(const QString& cidr, const QString& address);

}  // namespace millpond::console
