// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/xml.h"

#include <sstream>

namespace millpond::admin::aws {

void put(Xml parent, const char* name, std::string_view text) {
    std::string clean(text);
    for (char& c : clean) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') c = '?';
    }
    parent.append_child(name).text().set(clean.c_str());
}

std::string to_text(const pugi::xml_document& document) {
    std::ostringstream out;
    document.save(out, "", pugi::format_raw, pugi::encoding_utf8);
    return out.str();
}

}  // namespace millpond::admin::aws
