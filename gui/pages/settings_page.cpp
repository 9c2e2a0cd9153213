// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/settings_page.h"

#include <QComboBox>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "gui/models/format.h"
#include "gui/widgets/field.h"
#include "gui/widgets/form.h"

namespace millpond::console {
namespace {

QComboBox* choice(const QString& name, const QList<std::pair<QString, QString>>& items,
                  const QString& chosen) {
    auto* box = new QComboBox;
    box->setObjectName(name);
    for (const auto& [words, value] : items) box->addItem(words, value);
    box->setCurrentIndex(std::max(0, box->findData(chosen)));
    box->setMaximumWidth(320);
    return box;
}

}  // namespace

SettingsPage::SettingsPage(Workspace& workspace, const QString& theme, const QString& language,
                           QWidget* parent)
    : Page(workspace, tr("Settings"), parent) {
    setObjectName(QStringLiteral("settings"));
    Card look = card(tr("Appearance"));
    themes_ = choice(QStringLiteral("settings-theme"),
                     {{tr("As the desktop"), QStringLiteral("system")},
                      {tr("Light"), QStringLiteral("light")},
                      {tr("Dark"), QStringLiteral("dark")}},
                     theme);
    auto* languages = choice(QStringLiteral("settings-language"),
                             {{tr("As the desktop"), QStringLiteral("system")},
                              {QStringLiteral("English"), QStringLiteral("en")},
                              {QStringLiteral("한국어"), QStringLiteral("ko")}},
                             language);
    look.body->addWidget(new Field(tr("Theme"), themes_));
    look.body->addWidget(new Field(tr("Language"), languages));
    body()->addWidget(look.frame);

    Card link =
        card(tr("Connection"),
             tr("Chosen when the console starts: --socket PATH, or --url with --token-file."));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(28);
    grid->setVerticalSpacing(9);
    grid->setColumnStretch(1, 1);
    const std::pair<QString, QLabel**> lines[] = {
        {tr("Admin API"), &target_},    {tr("State"), &state_},
        {tr("Version"), &version_},     {tr("State folder"), &state_dir_},
        {tr("TCP listener"), &listen_}, {tr("Address range of nodes"), &range_}};
    int row = 0;
    for (const auto& [caption, value] : lines) {
        *value = wrappingLabel({});
        (*value)->setTextInteractionFlags(Qt::TextSelectableByMouse);
        grid->addWidget(label(caption, "label"), row, 0);
        grid->addWidget(*value, row++, 1);
    }
    link.body->addLayout(grid);
    body()->addWidget(link.frame);

    Card about = card(tr("About"));
    about.body->addWidget(wrappingLabel(
        tr("Millpond console %1 - a managed cache for machines that you own. Apache License 2.0.")
            .arg(QStringLiteral(MILLPOND_VERSION))));
    body()->addWidget(about.frame);
    body()->addStretch();
    for (const Card& each : {look, link, about})
        each.frame->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);

    connect(themes_, &QComboBox::activated, this,
            [this] { Q_EMIT themeChosen(themes_->currentData().toString()); });
    // The pages are made anew in the other language: not while one of their own signals is being
    // handled.
    connect(
        languages, &QComboBox::activated, this,
        [this, languages] { Q_EMIT languageChosen(languages->currentData().toString()); },
        Qt::QueuedConnection);
    connect(&workspace.backend(), &Backend::linkChanged, this, &SettingsPage::refresh);
    connect(&workspace.backend(), &Backend::infoChanged, this, &SettingsPage::refresh);
    refresh();
}

void SettingsPage::showTheme(const QString& theme) {
    themes_->setCurrentIndex(std::max(0, themes_->findData(theme)));
}

void SettingsPage::refresh() {
    const Link& link = workspace().backend().link();
    const schema::DaemonInfo& info = workspace().backend().info();
    target_->setText(link.target);
    const QString since = link.since.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    switch (link.state) {
        case Link::State::Online:
            state_->setText(tr("Connected since %1").arg(since));
            break;
        case Link::State::Connecting:
            state_->setText(tr("Connecting"));
            break;
        case Link::State::Lost:
            state_->setText(tr("Lost since %1: %2").arg(since, link.reason));
            break;
    }
    version_->setText(text(info.version));
    state_dir_->setText(text(info.state_dir));
    listen_->setText(info.listen.empty() ? tr("None") : text(info.listen));
    range_->setText(text(info.node_range));
}

}  // namespace millpond::console
