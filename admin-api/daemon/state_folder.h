// SPDX-License-Identifier: Apache-2.0
//
// The folder that holds everything: made private, checked, and locked for the daemon's life. Holds
// the secrets too: `token` and `credentials`, both 0600.
#pragma once

#include <filesystem>
#include <string>

#include "admin-api/aws/handler.h"
#include "admin-api/nodes/descriptor.h"
#include "admin-api/schema/result.h"

namespace millpond::admin {

class StateFolder {
public:
    /// Creates the folder (0700) when it is missing. Errors say who else uses it, or why it cannot
    /// be written.
    static Result<StateFolder> open(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }

private:
    StateFolder(std::filesystem::path path, Descriptor lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_;
    Descriptor lock_;
};

/// Reads a secret file, or makes it: 32 random bytes in hexadecimal.
Result<std::string> token_in(const std::filesystem::path& folder);

/// The access key of the file `credentials`, made when it is missing; the file is brought to the
/// endpoint that holds now, so that the AWS CLI needs no flags. An empty endpoint leaves the line
/// out.
Result<AccessKeys> credentials_in(const std::filesystem::path& folder, const std::string& endpoint);

}  // namespace millpond::admin
