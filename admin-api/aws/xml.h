// SPDX-License-Identifier: Apache-2.0
//
// Small words for writing answers with pugixml. Any thread; a document belongs to one request.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace millpond::admin::aws {

using Xml = pugi::xml_node;

inline Xml put(Xml parent, const char* name) {
    return parent.append_child(name);
}
/// The text as it is; characters that XML 1.0 cannot carry are replaced by '?'.
void put(Xml parent, const char* name, std::string_view text);
inline void put(Xml parent, const char* name, const std::string& text) {
    put(parent, name, std::string_view(text));
}
inline void put(Xml parent, const char* name, const char* text) {
    put(parent, name, std::string_view(text));
}
inline void put(Xml parent, const char* name, bool value) {
    put(parent, name, std::string_view(value ? "true" : "false"));
}
inline void put(Xml parent, const char* name, int value) {
    put(parent, name, std::string_view(std::to_string(value)));
}

/// Without indentation, with the XML declaration.
std::string to_text(const pugi::xml_document& document);

}  // namespace millpond::admin::aws
