// SPDX-License-Identifier: Apache-2.0
//
// The versions of millpond.db. Version N is what the first N scripts make; `PRAGMA user_version`
// says which one a file has. A script is never edited after a release, only followed by another.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "admin-api/schema/result.h"
#include "admin-api/store/database.h"

namespace millpond::admin {

const std::vector<std::string>& migrations();

/// Brings the database to the last version. A file that already holds data is copied first, to
/// "<path>.before-v<N>"; one from a newer version is refused with a sentence and stays untouched.
/// Throws DatabaseError when the disk fails; a script that fails leaves the version before it.
Result<void> migrate(Database& database, const std::filesystem::path& path,
                     const std::vector<std::string>& scripts);

}  // namespace millpond::admin
