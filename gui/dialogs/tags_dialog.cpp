// SPDX-License-Identifier: Apache-2.0
#include "gui/dialogs/tags_dialog.h"

#include <QPushButton>
#include <QVBoxLayout>

#include "gui/models/format.h"
#include "gui/models/workspace.h"
#include "gui/widgets/tag_editor.h"

namespace millpond::console {

TagsDialog::TagsDialog(Workspace& workspace, const std::string& cluster, QWidget* parent)
    : ActionDialog(tr("Tags of %1").arg(text(cluster)), tr("Save tags"), ButtonRole::Primary,
                   parent),
      workspace_(workspace),
      cluster_(cluster) {
    setObjectName(QStringLiteral("tags-dialog"));
    tags_ = new TagEditor;
    tags_->setTags(workspace.clusters().find(cluster)->tags);
    body()->addWidget(tags_);
    body()->addStretch();
    connect(tags_, &TagEditor::changed, this,
            [this] { setAvailable(actionButton(), tags_->problem()); });
}

void TagsDialog::act() {
    setWaiting(true);
    workspace_.backend().setTags(cluster_, tags_->tags(), this,
                                 [this](const Answer<schema::Cluster>& answer) {
                                     setWaiting(false);
                                     if (!answer) return showProblem(answer.problem);
                                     accept();
                                 });
}

}  // namespace millpond::console
