// SPDX-License-Identifier: Apache-2.0
//
// GET /metrics, in Prometheus's text format. A pure function of what the use cases say.
#pragma once

#include <string>

#include "admin-api/control/use_cases.h"

namespace millpond::admin {

std::string prometheus_text(UseCases& use_cases);

}  // namespace millpond::admin
