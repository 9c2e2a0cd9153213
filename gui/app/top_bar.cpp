// SPDX-License-Identifier: Apache-2.0
#include "gui/app/top_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

#include "gui/models/format.h"
#include "gui/theme/icons.h"
#include "gui/theme/tones.h"
#include "gui/widgets/form.h"

namespace millpond::console {
namespace {
constexpr int kHeight = 50;

QPushButton* flat(const QString& iconName, const QString& words, const QString& accessible) {
    auto* made = named(new QPushButton(words), accessible);
    made->setIcon(icon(iconName, Tint::OnTopBar));
    made->setToolTip(accessible);
    made->setAutoDefault(false);
    made->setCursor(Qt::PointingHandCursor);
    return made;
}

}  // namespace

TopBar::TopBar(QWidget* parent) : QWidget(parent) {
    setRole(this, "topbar");
    setObjectName(QStringLiteral("top-bar"));
    setFixedHeight(kHeight);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(14, 0, 10, 0);
    row->setSpacing(8);
    auto* mark = new QLabel;
    mark->setPixmap(productIcon().pixmap(26, 26));
    row->addWidget(mark);
    QLabel* product = label(QStringLiteral("Millpond"), "heading");
    row->addWidget(product);
    row->addSpacing(18);
    QPushButton* search = flat(QStringLiteral("search"), tr("Search or jump to...   Ctrl+K"),
                               tr("Search or jump to a page, cluster, node or action"));
    search->setObjectName(QStringLiteral("search"));
    search->setStyleSheet(QStringLiteral("text-align: left; padding-left: 10px; min-width: 300px; "
                                         "border: 1px solid %1; color: %2;")
                              .arg(blend(darkTones().text, darkTones().topBar, 0.4).name(),
                                   darkTones().muted.name()));
    row->addWidget(search);
    row->addStretch();
    connection_ = flat(QStringLiteral("link"), {}, tr("Connection"));
    connection_->setObjectName(QStringLiteral("connection"));
    region_ = flat(QStringLiteral("globe"), {}, tr("Region"));
    region_->setObjectName(QStringLiteral("region"));
    QPushButton* theme = flat(QStringLiteral("moon"), {}, tr("Light or dark"));
    QPushButton* help = flat(QStringLiteral("help"), {}, tr("Keyboard shortcuts (F1)"));
    for (QPushButton* each : {connection_, region_, theme, help}) row->addWidget(each);
    connect(search, &QPushButton::clicked, this, &TopBar::searchRequested);
    connect(connection_, &QPushButton::clicked, this, &TopBar::connectionClicked);
    connect(region_, &QPushButton::clicked, this, &TopBar::connectionClicked);
    connect(theme, &QPushButton::clicked, this, &TopBar::themeToggled);
    connect(help, &QPushButton::clicked, this, &TopBar::helpRequested);
}

void TopBar::setLink(const Link& link) {
    const bool online = link.state == Link::State::Online;
    QString words = online                            ? tr("Connected")
                    : link.state == Link::State::Lost ? tr("Connection lost")
                                                      : tr("Connecting");
    connection_->setText(words);
    connection_->setIcon(
        icon(online ? QStringLiteral("link") : QStringLiteral("warning"), Tint::OnTopBar));
    connection_->setAccessibleName(tr("Connection: %1, %2").arg(words, link.target));
    connection_->setToolTip(link.target);
}

void TopBar::setInfo(const schema::DaemonInfo& info) {
    region_->setText(info.region.empty() ? QStringLiteral("-") : text(info.region));
    region_->setAccessibleName(tr("Region: %1").arg(text(info.region)));
    region_->setToolTip(tr("%1 on %2").arg(text(info.region), text(info.hostname)));
}

void TopBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), tones().topBar);
}

}  // namespace millpond::console
