// SPDX-License-Identifier: Apache-2.0
#include "gui/dialogs/create_wizard.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFrame>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "gui/dialogs/aws_command.h"
#include "gui/dialogs/node_type_box.h"
#include "gui/models/format.h"
#include "gui/models/rules.h"
#include "gui/models/workspace.h"
#include "gui/theme/icons.h"
#include "gui/widgets/cell_delegate.h"
#include "gui/widgets/field.h"
#include "gui/widgets/form.h"
#include "gui/widgets/group_picker.h"
#include "gui/widgets/tag_editor.h"

namespace millpond::console {
namespace {

constexpr int kReplicasMax = 5;
constexpr int kRedisPort = 6379;

// Which step holds a field of the request.
CreateWizard::Step stepOf(const QString& field) {
    if (field.startsWith(QStringLiteral("security_groups")) || field == QStringLiteral("vpc") ||
        field == QStringLiteral("subnet_group"))
        return CreateWizard::Network;
    if (field.startsWith(QStringLiteral("tags"))) return CreateWizard::Tags;
    if (field == QStringLiteral("id") || field == QStringLiteral("description") ||
        field.startsWith(QStringLiteral("engine")))
        return CreateWizard::Engine;
    return field.isEmpty() ? CreateWizard::Review : CreateWizard::Nodes;
}

}  // namespace

CreateWizard::CreateWizard(Workspace& workspace, QWidget* parent)
    : QDialog(parent), workspace_(workspace) {
    setObjectName(QStringLiteral("create-wizard"));
    setWindowTitle(tr("Create Redis cluster"));
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(true);
    resize(940, 660);

    steps_ = named(new QListWidget, tr("Steps"));
    setRole(steps_, "navigation");
    steps_->setFixedWidth(210);
    steps_->setIconSize({16, 16});
    pages_ = new QStackedWidget;
    addStep(tr("Engine and name"), makeEngineStep());
    addStep(tr("Nodes"), makeNodesStep());
    addStep(tr("Network"), makeNetworkStep());
    addStep(tr("Tags"), makeTagsStep());
    addStep(tr("Review"), makeReviewStep());

    problem_ = wrappingLabel({}, "problem");
    problem_->setObjectName(QStringLiteral("wizard-problem"));
    problem_->setContentsMargins(24, 4, 24, 4);
    problem_->hide();
    QPushButton* cancel = button(tr("Cancel"), ButtonRole::Link);
    back_ = button(tr("Previous"));
    next_ = button(tr("Next"), ButtonRole::Primary);
    next_->setObjectName(QStringLiteral("wizard-next"));
    next_->setDefault(true);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(20, 12, 20, 14);
    foot->setSpacing(10);
    foot->addStretch();
    foot->addWidget(cancel);
    foot->addWidget(back_);
    foot->addWidget(next_);

    auto* right = new QVBoxLayout;
    right->setSpacing(0);
    right->addWidget(pages_, 1);
    right->addWidget(problem_);
    right->addWidget(divider());
    right->addLayout(foot);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(steps_);
    row->addLayout(right, 1);

    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(back_, &QPushButton::clicked, this, [this] { goTo(Step(step() - 1)); });
    connect(next_, &QPushButton::clicked, this, &CreateWizard::next);
    connect(steps_, &QListWidget::currentRowChanged, this, [this](int step) {
        pages_->setCurrentIndex(step);
        validate();
    });
    connect(&workspace_, &Workspace::groupsChanged, this,
            [this] { groups_->setGroups(workspace_.groups().rows(), vpc()); });
    goTo(Engine);
    name_->setFocus();
}

void CreateWizard::addStep(const QString& title, QWidget* page) {
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    setRole(page, "page");
    scroll->setWidget(page);
    scroll->setFocusPolicy(Qt::NoFocus);
    page->layout()->setContentsMargins(24, 20, 24, 20);
    pages_->addWidget(scroll);
    auto* item =
        new QListWidgetItem(QStringLiteral("%1.  %2").arg(pages_->count()).arg(title), steps_);
    item->setSizeHint({0, 38});
}

QWidget* CreateWizard::makeEngineStep() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setSpacing(14);
    column->addWidget(label(tr("Create Redis cluster"), "title"));
    Card engine = card(tr("Engine"));
    auto* redis = named(
        new QRadioButton(tr("Redis 7.0 - cluster mode disabled: one shard, up to five replicas")),
        tr("Redis 7.0"));
    redis->setChecked(true);
    engine.body->addWidget(redis);
    engine.frame->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    column->addWidget(engine.frame);

    Card identity = card(tr("Cluster info"));
    name_ = new QLineEdit;
    name_->setObjectName(QStringLiteral("wizard-name"));
    name_->setPlaceholderText(QStringLiteral("orders"));
    name_field_ = new Field(tr("Name"), name_,
                            tr("Up to 40 letters, digits and hyphens, beginning with a letter. It "
                               "cannot be changed later."));
    identity.body->addWidget(name_field_);
    description_ = new QLineEdit;
    description_->setObjectName(QStringLiteral("wizard-description"));
    description_field_ = new Field(tr("Description"), description_, tr("Optional."));
    identity.body->addWidget(description_field_);
    column->addWidget(identity.frame);
    column->addStretch();
    connect(name_, &QLineEdit::textEdited, this, [this] {
        typed_name_ = true;
        validate();
    });
    connect(description_, &QLineEdit::textChanged, this, &CreateWizard::validate);
    return page;
}

QWidget* CreateWizard::makeNodesStep() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setSpacing(14);
    column->addWidget(label(tr("Nodes"), "title"));
    Card nodes = card(tr("Size and availability"));
    node_type_ = makeNodeTypeBox(workspace_.backend().nodeTypes());
    node_type_->setObjectName(QStringLiteral("wizard-node-type"));
    nodes.body->addWidget(
        new Field(tr("Node type"), node_type_, tr("Fixes how much memory each node may hold.")));
    replicas_ = new QSpinBox;
    replicas_->setObjectName(QStringLiteral("wizard-replicas"));
    replicas_->setRange(0, kReplicasMax);
    replicas_->setValue(2);
    replicas_->setFixedWidth(140);
    nodes.body->addWidget(new Field(tr("Replicas"), replicas_,
                                    tr("Copies of the primary, in other zones, that serve reads "
                                       "and take its place when it fails.")));
    failover_ = named(new QCheckBox(tr("Promote a replica by itself when the primary fails")),
                      tr("Auto failover"));
    failover_->setObjectName(QStringLiteral("wizard-failover"));
    failover_->setChecked(true);
    nodes.body->addWidget(new Field(tr("Auto failover"), failover_));
    port_ = new QSpinBox;
    port_->setRange(1, 65'535);
    port_->setValue(kRedisPort);
    port_->setFixedWidth(140);
    port_->setGroupSeparatorShown(false);
    nodes.body->addWidget(new Field(tr("Port"), port_));
    total_ = label({}, "muted");
    nodes.body->addWidget(total_);
    column->addWidget(nodes.frame);
    column->addStretch();
    connect(replicas_, &QSpinBox::valueChanged, this, &CreateWizard::validate);
    connect(node_type_, &QComboBox::currentIndexChanged, this, &CreateWizard::validate);
    return page;
}

QWidget* CreateWizard::makeNetworkStep() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setSpacing(14);
    column->addWidget(label(tr("Network"), "title"));
    Card place = card(tr("VPC"));
    vpc_ = new QComboBox;
    for (const schema::Vpc& vpc : workspace_.backend().vpcs())
        vpc_->addItem(
            QStringLiteral("%1   %2   %3").arg(text(vpc.name), text(vpc.id), text(vpc.cidr)),
            text(vpc.id));
    place.body->addWidget(new Field(tr("VPC"), vpc_,
                                    tr("The address range that clients must come from. Clients "
                                       "outside it are refused, whatever the rules say.")));
    column->addWidget(place.frame);
    Card security = card(tr("Security groups"),
                         tr("Their inbound rules say who may connect. With none chosen the VPC's "
                            "default group is applied, which lets nobody in."));
    groups_ = new GroupPicker;
    groups_->setGroups(workspace_.groups().rows(), vpc());
    security.body->addWidget(groups_);
    security.body->addWidget(wrappingLabel(
        tr("On this machine's own range any local process may choose its source address: rules "
           "separate well-behaved programs, not users. Against local users, set AUTH."),
        "muted"));
    column->addWidget(security.frame);
    column->addStretch();
    connect(vpc_, &QComboBox::currentIndexChanged, this,
            [this] { groups_->setGroups(workspace_.groups().rows(), vpc()); });
    return page;
}

QWidget* CreateWizard::makeTagsStep() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setSpacing(14);
    column->addWidget(label(tr("Tags"), "title"));
    Card box = card(tr("Tags"), tr("Words to find and group clusters by. A cluster tagged env = "
                                   "production asks for its name before a failover."));
    tags_ = new TagEditor;
    box.body->addWidget(tags_);
    column->addWidget(box.frame);
    column->addStretch();
    connect(tags_, &TagEditor::changed, this, &CreateWizard::validate);
    return page;
}

QWidget* CreateWizard::makeReviewStep() {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setSpacing(14);
    column->addWidget(label(tr("Review"), "title"));
    Card summary = card(tr("Your cluster"));
    review_ = new QVBoxLayout;
    summary.body->addLayout(review_);
    column->addWidget(summary.frame);
    Card same = card(tr("The same from a terminal"));
    QPushButton* copy = button(tr("Copy"), ButtonRole::Normal, QStringLiteral("copy"));
    same.head->addWidget(copy);
    command_ = named(new QPlainTextEdit, tr("AWS command"));
    command_->setObjectName(QStringLiteral("wizard-command"));
    command_->setReadOnly(true);
    command_->setTabChangesFocus(true);
    command_->setLineWrapMode(QPlainTextEdit::NoWrap);
    command_->setFont(monospace(font()));
    command_->setMinimumHeight(190);
    same.body->addWidget(command_);
    column->addWidget(same.frame);
    column->addStretch();
    connect(copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(command_->toPlainText()); });
    return page;
}

std::string CreateWizard::vpc() const {
    return vpc_->currentData().toString().toStdString();
}
CreateWizard::Step CreateWizard::step() const {
    return Step(steps_->currentRow());
}

void CreateWizard::goTo(Step step) {
    if (step == Review) fillReview();
    problem_->hide();
    steps_->setCurrentRow(step);
    validate();
}

QString CreateWizard::problemOf(Step step) const {
    if (step == Engine) {
        if (QString bad = clusterNameProblem(name_->text()); !bad.isEmpty()) return bad;
        if (workspace_.clusters().find(name_->text().toLower().toStdString()))
            return tr("There is already a cluster of that name.");
        return descriptionProblem(description_->text());
    }
    return step == Tags ? tags_->problem() : QString();
}

void CreateWizard::validate() {
    name_field_->setProblem(typed_name_ ? problemOf(Engine) : QString());
    description_field_->setProblem(descriptionProblem(description_->text()));
    setAvailable(failover_, replicas_->value() == 0
                                ? tr("Auto failover needs at least one replica.")
                                : QString());
    const double each = double(memoryOf(node_type_));
    const int nodes = replicas_->value() + 1;
    total_->setText(
        tr("%n node(s), up to %1 of memory in all", nullptr, nodes).arg(formatBytes(each * nodes)));
    for (int i = 0; i < StepCount; ++i) {
        bool blocked = false;
        for (int before = 0; before < i; ++before)
            blocked = blocked || !problemOf(Step(before)).isEmpty();
        QListWidgetItem* item = steps_->item(i);
        item->setFlags(blocked ? Qt::NoItemFlags : Qt::ItemIsEnabled | Qt::ItemIsSelectable);
        item->setIcon(
            i < step() ? icon(QStringLiteral("ok"), Tint::Ok)
                       : icon(QStringLiteral("pending"), i == step() ? Tint::Accent : Tint::Muted));
    }
    back_->setVisible(step() != Engine);
    next_->setText(step() == Review ? tr("Create cluster") : tr("Next"));
    next_->setAccessibleName(next_->text());
    setAvailable(next_, problemOf(step()));
    if (step() == Review) fillReview();
}

schema::CreateCluster CreateWizard::request() const {
    schema::CreateCluster wanted;
    wanted.id = name_->text().toLower().toStdString();
    if (!description_->text().trimmed().isEmpty())
        wanted.description = description_->text().trimmed().toStdString();
    wanted.engine = "redis";
    wanted.node_type = node_type_->currentData().toString().toStdString();
    if (wanted.node_type->empty()) wanted.node_type.reset();
    if (port_->value() != kRedisPort) wanted.port = port_->value();
    wanted.replicas = replicas_->value();
    wanted.automatic_failover = failover_->isEnabled() && failover_->isChecked();
    if (const auto chosen = groups_->chosen(); !chosen.empty()) wanted.security_groups = chosen;
    if (const auto tags = tags_->tags(); !tags.empty()) wanted.tags = tags;
    return wanted;
}

void CreateWizard::fillReview() {
    while (QLayoutItem* item = review_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const schema::CreateCluster wanted = request();
    QStringList groups, tags;
    for (const std::string& id : wanted.security_groups.value_or(std::vector<std::string>{}))
        groups.append(workspace_.groupName(id));
    for (const schema::Tag& tag : wanted.tags.value_or(std::vector<schema::Tag>{}))
        tags.append(text(tag.key) + QStringLiteral(" = ") + text(tag.value));
    const std::pair<QString, QString> lines[] = {
        {tr("Name"), text(wanted.id)},
        {tr("Description"), text(wanted.description.value_or("-"))},
        {tr("Engine"), tr("Redis 7.0")},
        {tr("Node type"), node_type_->currentText()},
        {tr("Nodes"), tr("1 primary, %n replica(s)", nullptr, replicas_->value())},
        {tr("Auto failover"), *wanted.automatic_failover ? tr("Enabled") : tr("Disabled")},
        {tr("Port"), QString::number(port_->value())},
        {tr("VPC"), vpc_->currentText()},
        {tr("Security groups"),
         groups.isEmpty() ? tr("default (lets nobody in)") : groups.join(QStringLiteral(", "))},
        {tr("Tags"), tags.isEmpty() ? QStringLiteral("-") : tags.join(QStringLiteral(", "))},
    };
    auto* box = new QWidget;
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(7);
    int row = 0;
    for (const auto& [caption, value] : lines) {
        grid->addWidget(label(caption, "label"), row, 0, Qt::AlignTop);
        grid->addWidget(wrappingLabel(value), row++, 1);
    }
    grid->setColumnStretch(1, 1);
    review_->addWidget(box);
    const std::string& listen = workspace_.backend().info().listen;
    command_->setPlainText(awsCreateCommand(
        wanted, listen.empty() ? QString() : QStringLiteral("http://") + text(listen)));
}

void CreateWizard::next() {
    typed_name_ = true;
    if (!problemOf(step()).isEmpty()) return validate();
    if (step() == Review) return create();
    goTo(Step(step() + 1));
}

void CreateWizard::create() {
    next_->setEnabled(false);
    problem_->hide();
    workspace_.backend().createCluster(request(), this,
                                       [this](const Answer<schema::Operation>& answer) {
                                           next_->setEnabled(true);
                                           if (!answer) return refuse(answer.problem);
                                           Q_EMIT started(*answer.value);
                                           accept();
                                       });
}

void CreateWizard::refuse(const Problem& problem) {
    goTo(stepOf(problem.field));
    problem_->setText(problem.message);
    problem_->show();
    if (problem.field == QStringLiteral("id")) name_field_->setProblem(problem.message);
}

}  // namespace millpond::console
