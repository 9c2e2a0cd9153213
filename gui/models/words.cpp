// SPDX-License-Identifier: Apache-2.0
#include "gui/models/words.h"

#include <QCoreApplication>
#include <QHash>

namespace millpond::console {
namespace {

struct Word {
    const char* text;
    StatusKind kind;
};

const QHash<QString, Word>& statuses() {
    static const QHash<QString, Word> words{
        {"available", {QT_TRANSLATE_NOOP("Words", "Available"), StatusKind::Good}},
        {"creating", {QT_TRANSLATE_NOOP("Words", "Creating"), StatusKind::Busy}},
        {"modifying", {QT_TRANSLATE_NOOP("Words", "Modifying"), StatusKind::Busy}},
        {"deleting", {QT_TRANSLATE_NOOP("Words", "Deleting"), StatusKind::Busy}},
        {"rebooting", {QT_TRANSLATE_NOOP("Words", "Rebooting"), StatusKind::Busy}},
        {"recovering", {QT_TRANSLATE_NOOP("Words", "Recovering"), StatusKind::Busy}},
        {"snapshotting", {QT_TRANSLATE_NOOP("Words", "Backing up"), StatusKind::Busy}},
        {"create-failed", {QT_TRANSLATE_NOOP("Words", "Create failed"), StatusKind::Bad}},
        {"failed", {QT_TRANSLATE_NOOP("Words", "Failed"), StatusKind::Bad}},
        {"pending", {QT_TRANSLATE_NOOP("Words", "Waiting"), StatusKind::Idle}},
        {"running", {QT_TRANSLATE_NOOP("Words", "Running"), StatusKind::Busy}},
        {"done", {QT_TRANSLATE_NOOP("Words", "Done"), StatusKind::Good}},
        {"succeeded", {QT_TRANSLATE_NOOP("Words", "Succeeded"), StatusKind::Good}},
        {"enabled", {QT_TRANSLATE_NOOP("Words", "Enabled"), StatusKind::Good}},
        {"disabled", {QT_TRANSLATE_NOOP("Words", "Disabled"), StatusKind::Idle}},
        {"enabling", {QT_TRANSLATE_NOOP("Words", "Enabling"), StatusKind::Busy}},
        {"disabling", {QT_TRANSLATE_NOOP("Words", "Disabling"), StatusKind::Busy}},
        {"up", {QT_TRANSLATE_NOOP("Words", "In sync"), StatusKind::Good}},
        {"down", {QT_TRANSLATE_NOOP("Words", "Link down"), StatusKind::Bad}},
        {"syncing", {QT_TRANSLATE_NOOP("Words", "Synchronising"), StatusKind::Busy}},
        {"info", {QT_TRANSLATE_NOOP("Words", "Information"), StatusKind::Idle}},
        {"warning", {QT_TRANSLATE_NOOP("Words", "Warning"), StatusKind::Warning}},
        {"error", {QT_TRANSLATE_NOOP("Words", "Error"), StatusKind::Bad}},
        {"refused", {QT_TRANSLATE_NOOP("Words", "Refused"), StatusKind::Bad}},
        {"accepted", {QT_TRANSLATE_NOOP("Words", "Accepted"), StatusKind::Good}},
        {"mixed", {QT_TRANSLATE_NOOP("Words", "Accepted and refused"), StatusKind::Warning}},
    };
    return words;
}

const QHash<QString, const char*>& others() {
    static const QHash<QString, const char*> words{
        {"primary", QT_TRANSLATE_NOOP("Words", "Primary")},
        {"replica", QT_TRANSLATE_NOOP("Words", "Replica")},
        {"none", QT_TRANSLATE_NOOP("Words", "None")},
        {"create-cluster", QT_TRANSLATE_NOOP("Words", "Create cluster")},
        {"modify-cluster", QT_TRANSLATE_NOOP("Words", "Modify cluster")},
        {"delete-cluster", QT_TRANSLATE_NOOP("Words", "Delete cluster")},
        {"failover", QT_TRANSLATE_NOOP("Words", "Failover")},
        {"reboot", QT_TRANSLATE_NOOP("Words", "Reboot")},
        {"recover", QT_TRANSLATE_NOOP("Words", "Recovery")},
        {"replication-group", QT_TRANSLATE_NOOP("Words", "Cluster")},
        {"cache-cluster", QT_TRANSLATE_NOOP("Words", "Node")},
        {"security-group", QT_TRANSLATE_NOOP("Words", "Security group")},
        {"daemon", QT_TRANSLATE_NOOP("Words", "Admin API")},
        {"string", QT_TRANSLATE_NOOP("Words", "String")},
        {"hash", QT_TRANSLATE_NOOP("Words", "Hash")},
        {"list", QT_TRANSLATE_NOOP("Words", "List")},
        {"set", QT_TRANSLATE_NOOP("Words", "Set")},
        {"zset", QT_TRANSLATE_NOOP("Words", "Sorted set")},
    };
    return words;
}

QString other(const std::string& word) {
    const QString key = QString::fromStdString(word);
    const char* known = others().value(key, nullptr);
    return known ? QCoreApplication::translate("Words", known) : key;
}

}  // namespace

StatusKind statusKind(const QString& word) {
    const auto it = statuses().constFind(word);
    return it == statuses().constEnd() ? StatusKind::Idle : it->kind;
}

QString statusWord(const QString& word) {
    const auto it = statuses().constFind(word);
    return it == statuses().constEnd() ? word : QCoreApplication::translate("Words", it->text);
}

QString roleWord(const std::string& role) {
    return other(role);
}
QString operationKindWord(const std::string& kind) {
    return other(kind);
}
QString sourceTypeWord(const std::string& type) {
    return other(type);
}
QString keyTypeWord(const std::string& type) {
    return other(type);
}
QString linkWord(const std::string& link) {
    return link == "none" ? QString() : statusWord(QString::fromStdString(link));
}
QString severityWord(const std::string& severity) {
    return statusWord(QString::fromStdString(severity));
}

}  // namespace millpond::console
