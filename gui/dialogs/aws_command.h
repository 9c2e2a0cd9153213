// SPDX-License-Identifier: Apache-2.0
//
// The `aws` command that asks the same as a dialog does: what one clicks here can be scripted
// there.
#pragma once

#include <QString>

#include "gui/api/backend.h"

namespace millpond::console {

/// `endpoint_url` is the daemon's TCP listener ("http://127.0.0.1:4566"), or empty.
QString awsCreateCommand(const schema::CreateCluster& wanted, const QString& endpoint_url);

/// `word` as one word of a POSIX shell.
QString shellQuoted(const QString& word);

}  // namespace millpond::console
