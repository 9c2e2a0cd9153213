// SPDX-License-Identifier: Apache-2.0
//
// The HELP subcommand of a container, made from the table: one line of name and one of summary
// each.
#pragma once

namespace millpond::engine {

class Call;

void help(Call& call);

}  // namespace millpond::engine
