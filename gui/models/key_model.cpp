// SPDX-License-Identifier: Apache-2.0
#include "gui/models/key_model.h"

#include <QStringDecoder>

#include "gui/models/format.h"
#include "gui/models/words.h"

namespace millpond::console {

QByteArray decoded(const std::string& base64) {
    return QByteArray::fromBase64(QByteArray::fromStdString(base64));
}

QString readable(const QByteArray& bytes) {
    QStringDecoder decoder(QStringDecoder::Utf8);
    QString decodedText = decoder.decode(bytes);
    const bool broken = decoder.hasError();
    const auto printable = [](QChar c) {
        return c.isPrint() || c.isSurrogate() || c == QLatin1Char('\n') || c == QLatin1Char('\t');
    };
    if (!broken && std::all_of(decodedText.cbegin(), decodedText.cend(), printable))
        return decodedText;
    QString escaped;
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        if (value >= 0x20 && value < 0x7f)
            escaped += QLatin1Char(byte);
        else
            escaped += QStringLiteral("\\x%1").arg(value, 2, 16, QLatin1Char('0'));
    }
    return escaped;
}

void KeyModel::clear() {
    if (keys_.empty()) return;
    beginResetModel();
    keys_.clear();
    endResetModel();
}

void KeyModel::append(const std::vector<schema::KeySummary>& keys) {
    if (keys.empty()) return;
    const int first = int(keys_.size());
    beginInsertRows({}, first, first + int(keys.size()) - 1);
    keys_.insert(keys_.end(), keys.begin(), keys.end());
    endInsertRows();
}

int KeyModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(keys_.size());
}
int KeyModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant KeyModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return int(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Key:
            return tr("Key");
        case Type:
            return tr("Type");
        case Ttl:
            return tr("Expires in");
        case Size:
            return tr("Size");
    }
    return {};
}

QVariant KeyModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const schema::KeySummary& key = at(index.row());
    switch (role) {
        case Qt::DisplayRole:
        case Qt::ToolTipRole:
            switch (index.column()) {
                case Key:
                    return readable(decoded(key.key));
                case Type:
                    return keyTypeWord(key.type);
                case Ttl:
                    return formatTtl(key.ttl_ms);
                case Size:
                    return formatBytes(double(key.bytes));
            }
            return {};
        case IdRole:
            return text(key.key);
        case CopyRole:
            return readable(decoded(key.key));
        case StatusRole:
            return index.column() == Type ? QVariant(QStringLiteral("type-") + text(key.type))
                                          : QVariant();
        case MonospaceRole:
            return index.column() == Key;
    }
    return {};
}

void ValueModel::show(schema::KeyValue value) {
    beginResetModel();
    value_ = std::move(value);
    endResetModel();
}

void ValueModel::append(const schema::KeyValue& more) {
    const int width = paired() ? 2 : 1;
    const int added = int(more.items.size()) / width;
    value_.truncated = more.truncated && added > 0;
    if (added == 0) return;
    beginInsertRows({}, rowCount(), rowCount() + added - 1);
    value_.items.insert(value_.items.end(), more.items.begin(), more.items.end());
    endInsertRows();
}

int ValueModel::rowCount(const QModelIndex& parent) const {
    if (parent.isValid()) return 0;
    return int(value_.items.size()) / (paired() ? 2 : 1);
}

int ValueModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : 2;
}

QVariant ValueModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return int(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    if (value_.type == "hash") return section == 0 ? tr("Field") : tr("Value");
    if (value_.type == "zset") return section == 0 ? tr("Member") : tr("Score");
    if (value_.type == "list") return section == 0 ? tr("Index") : tr("Element");
    return section == 0 ? tr("No.") : tr("Member");
}

QVariant ValueModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    if (role == MonospaceRole) return paired() || index.column() == 1;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != CopyRole) return {};
    const auto row = std::size_t(index.row());
    if (paired()) return readable(decoded(value_.items[row * 2 + std::size_t(index.column())]));
    if (index.column() == 0) return value_.type == "list" ? index.row() : index.row() + 1;
    return readable(decoded(value_.items[row]));
}

}  // namespace millpond::console
