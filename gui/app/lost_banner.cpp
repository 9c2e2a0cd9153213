// SPDX-License-Identifier: Apache-2.0
#include "gui/app/lost_banner.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>

#include "gui/models/format.h"
#include "gui/theme/icons.h"
#include "gui/theme/tones.h"
#include "gui/widgets/form.h"

namespace millpond::console {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("millpond::console", text);
}

class Banner : public QWidget {
protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.fillRect(rect(), blend(tones().error, tones().surface, tones().dark ? 0.25 : 0.14));
        painter.fillRect(QRect(0, height() - 1, width(), 1), tones().error);
    }
};

}  // namespace

QWidget* makeLostBanner(QLabel** words) {
    auto* banner = new Banner;
    banner->setObjectName(QStringLiteral("lost-banner"));
    auto* row = new QHBoxLayout(banner);
    row->setContentsMargins(18, 9, 18, 9);
    row->setSpacing(12);
    auto* mark = new QLabel;
    mark->setPixmap(icon(QStringLiteral("warning"), Tint::Error).pixmap(18, 18));
    *words = wrappingLabel({}, "strong");
    (*words)->setObjectName(QStringLiteral("lost-words"));
    row->addWidget(mark);
    row->addWidget(*words, 1);
    banner->hide();
    return banner;
}

QString lostWords(const Link& link) {
    const QString since = link.since.toString(QStringLiteral("HH:mm:ss"));
    const QString how_long =
        formatDuration(std::max<qint64>(0, link.since.msecsTo(QDateTime::currentDateTime())));
    return tr("No connection to the admin API since %1 (%2). %3 What you see may be out of date; "
              "trying again.")
        .arg(since, how_long, link.reason);
}

}  // namespace millpond::console
