// SPDX-License-Identifier: Apache-2.0
//
// The API's words (statuses, kinds, roles) in the language of the console, and what sort of thing a
// status is. An unknown word is shown as it came. Pure functions.
#pragma once

#include <QString>
#include <string>

namespace millpond::console {

enum class StatusKind { Good, Busy, Warning, Bad, Idle };

StatusKind statusKind(const QString& word);
QString statusWord(const QString& word);

QString roleWord(const std::string& role);
QString linkWord(const std::string& link);
QString operationKindWord(const std::string& kind);
QString severityWord(const std::string& severity);
QString sourceTypeWord(const std::string& type);
QString keyTypeWord(const std::string& type);

}  // namespace millpond::console
