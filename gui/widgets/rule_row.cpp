// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/rule_row.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QStyle>
#include <QToolButton>

#include "gui/models/format.h"
#include "gui/models/rules.h"
#include "gui/widgets/form.h"

namespace millpond::console {
namespace {

enum Type { Redis, Memcached, CustomTcp, AllTraffic };
enum Source { Anywhere, MyIp, Custom, Group };

Type typeOf(const schema::InboundRule& rule) {
    if (rule.protocol == "-1") return AllTraffic;
    if (rule.from_port == rule.to_port && rule.from_port == 6379) return Redis;
    if (rule.from_port == rule.to_port && rule.from_port == 11211) return Memcached;
    return CustomTcp;
}

Source sourceOf(const schema::InboundRule& rule) {
    if (rule.group) return Group;
    if (!rule.cidr) return Custom;
    if (*rule.cidr == "0.0.0.0/0") return Anywhere;
    return *rule.cidr == kMyAddress ? MyIp : Custom;
}

void mark(QWidget* field, bool invalid) {
    field->setProperty("invalid", invalid);
    field->style()->unpolish(field);
    field->style()->polish(field);
}

}  // namespace

RuleRow::RuleRow(const schema::InboundRule& rule, const std::vector<schema::SecurityGroup>& groups,
                 QWidget* parent)
    : QWidget(parent), id_(rule.id) {
    type_ = named(new QComboBox, tr("Type"));
    type_->addItems({tr("Redis"), tr("Memcached"), tr("Custom TCP"), tr("All traffic")});
    type_->setObjectName(QStringLiteral("rule-type"));
    protocol_ = named(new QComboBox, tr("Protocol"));
    protocol_->addItem(QStringLiteral("TCP"));
    protocol_->setEnabled(false);
    ports_ = named(new QLineEdit, tr("Port range"));
    ports_->setObjectName(QStringLiteral("rule-ports"));
    source_ = named(new QComboBox, tr("Source"));
    source_->addItems({tr("Anywhere"), tr("My IP"), tr("Custom range"), tr("Security group")});
    source_->setObjectName(QStringLiteral("rule-source"));
    range_ = named(new QLineEdit, tr("Source range"));
    range_->setObjectName(QStringLiteral("rule-range"));
    range_->setPlaceholderText(QStringLiteral("127.0.0.0/8"));
    group_ = named(new QComboBox, tr("Source security group"));
    group_->setObjectName(QStringLiteral("rule-group"));
    for (const schema::SecurityGroup& group : groups)
        group_->addItem(QStringLiteral("%1 (%2)").arg(text(group.name), text(group.id)),
                        text(group.id));
    description_ = named(new QLineEdit(text(rule.description)), tr("Description"));
    description_->setPlaceholderText(tr("Optional"));
    description_->setObjectName(QStringLiteral("rule-description"));
    QToolButton* remove = iconButton(QStringLiteral("delete"), tr("Remove rule"));
    problem_ = label({}, "problem");
    problem_->hide();

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(2);
    int column = 0;
    for (QWidget* field : std::initializer_list<QWidget*>{type_, protocol_, ports_, source_, range_,
                                                          description_, remove})
        grid->addWidget(field, 0, column++);
    grid->addWidget(group_, 0, 4);
    grid->addWidget(problem_, 1, 0, 1, 7);
    const int widths[] = {132, 84, 116, 142, 206, 160, 28};
    for (int i = 0; i < 7; ++i) grid->setColumnMinimumWidth(i, widths[i]);
    for (QWidget* fixed : {static_cast<QWidget*>(type_), static_cast<QWidget*>(protocol_),
                           static_cast<QWidget*>(ports_), static_cast<QWidget*>(source_)})
        fixed->setFixedWidth(widths[grid->indexOf(fixed)]);
    range_->setFixedWidth(206);
    group_->setFixedWidth(206);
    grid->setColumnStretch(5, 1);

    type_->setCurrentIndex(typeOf(rule));
    if (rule.protocol != "-1")
        ports_->setText(rule.from_port == rule.to_port
                            ? QString::number(rule.from_port)
                            : QStringLiteral("%1-%2").arg(rule.from_port).arg(rule.to_port));
    source_->setCurrentIndex(sourceOf(rule));
    if (rule.cidr) range_->setText(text(*rule.cidr));
    if (rule.group) group_->setCurrentIndex(group_->findData(text(*rule.group)));
    onType();
    onSource();

    connect(type_, &QComboBox::currentIndexChanged, this, [this] {
        onType();
        validate();
    });
    connect(source_, &QComboBox::currentIndexChanged, this, [this] {
        onSource();
        validate();
    });
    connect(group_, &QComboBox::currentIndexChanged, this, &RuleRow::validate);
    for (QLineEdit* field : {ports_, range_, description_})
        connect(field, &QLineEdit::textChanged, this, &RuleRow::validate);
    connect(remove, &QToolButton::clicked, this, &RuleRow::removeRequested);
}

void RuleRow::onType() {
    const int type = type_->currentIndex();
    ports_->setEnabled(type == CustomTcp);
    if (type == Redis) ports_->setText(QStringLiteral("6379"));
    if (type == Memcached) ports_->setText(QStringLiteral("11211"));
    if (type == AllTraffic) ports_->setText(tr("All"));
    if (type == CustomTcp && !parsePortRange(ports_->text()))
        ports_->setText(QStringLiteral("6379"));
    protocol_->setItemText(0, type == AllTraffic ? tr("All") : QStringLiteral("TCP"));
}

void RuleRow::onSource() {
    const int source = source_->currentIndex();
    group_->setVisible(source == Group);
    range_->setVisible(source != Group);
    range_->setEnabled(source == Custom);
    if (source == Anywhere) range_->setText(QStringLiteral("0.0.0.0/0"));
    if (source == MyIp) range_->setText(QLatin1String(kMyAddress));
    if (source == Custom && range_->text() == QStringLiteral("0.0.0.0/0")) range_->clear();
}

QString RuleRow::problem() const {
    if (type_->currentIndex() == CustomTcp)
        if (const QString bad = portRangeProblem(ports_->text()); !bad.isEmpty()) return bad;
    if (source_->currentIndex() == Group)
        return group_->currentIndex() < 0 ? tr("Choose a security group.") : QString();
    if (const QString bad = cidrProblem(range_->text()); !bad.isEmpty()) return bad;
    return descriptionProblem(description_->text());
}

void RuleRow::validate() {
    const QString bad = problem();
    problem_->setText(bad);
    problem_->setVisible(!bad.isEmpty());
    mark(ports_, type_->currentIndex() == CustomTcp && !portRangeProblem(ports_->text()).isEmpty());
    mark(range_, source_->currentIndex() != Group && !cidrProblem(range_->text()).isEmpty());
    Q_EMIT changed();
}

schema::InboundRule RuleRow::rule() const {
    schema::InboundRule rule;
    rule.id = id_;
    if (type_->currentIndex() == AllTraffic) {
        rule.protocol = "-1";
        rule.from_port = rule.to_port = -1;
    } else if (const auto range = parsePortRange(ports_->text())) {
        rule.from_port = range->first;
        rule.to_port = range->second;
    }
    if (source_->currentIndex() == Group)
        rule.group = group_->currentData().toString().toStdString();
    else
        rule.cidr = asCidr(range_->text()).toStdString();
    rule.description = description_->text().trimmed().toStdString();
    return rule;
}

}  // namespace millpond::console
