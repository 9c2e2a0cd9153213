// SPDX-License-Identifier: Apache-2.0
//
// A status as icon, word and colour: never colour alone. UI thread.
#pragma once

#include <QWidget>

#include "gui/models/words.h"
#include "gui/theme/icons.h"

namespace millpond::console {

QString statusIconName(const QString& word);
Tint statusTint(const QString& word);

class StatusLabel : public QWidget {
    Q_OBJECT

public:
    explicit StatusLabel(QWidget* parent = nullptr);

    /// `word` is the API's ("available"); `said` replaces its translation when not empty.
    void setStatus(const QString& word, const QString& said = {});
    QString status() const { return word_; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString word_;
    QString said_;
};

/// Draws icon and word, as the label and the tables' delegate do.
void paintStatus(QPainter& painter, const QRect& rect, const QString& word, const QString& said);

}  // namespace millpond::console
