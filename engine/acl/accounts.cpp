// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/accounts.h"

namespace millpond::engine::acl {

User make_default_user(const CommandIndex& index) {
    User user(index, ChannelDefault::all);
    for (const std::string_view rule : {"+@all", "~*", "on", "nopass"})
        user.apply(rule, ChannelDefault::all);
    return user;
}

Accounts::Accounts(const CommandIndex& index) : index_(index) {
    set(kDefault, make_default_user(index));
    default_ = find(kDefault);
}

std::shared_ptr<Account> Accounts::find(std::string_view name) const {
    const auto found = accounts_.find(name);
    return found == accounts_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Account>> Accounts::all() const {
    std::vector<std::shared_ptr<Account>> all;
    for (const auto& [name, account] : accounts_) all.push_back(account);
    return all;
}

void Accounts::set(std::string_view name, User user) {
    if (name == kDefault) {
        default_without_password_ = user.without_password();
        open_to_all_ = user.without_password() && user.enabled();
    }
    auto definition = std::make_shared<const User>(std::move(user));
    const auto found = accounts_.find(name);
    if (found == accounts_.end()) {
        accounts_.emplace(name, std::make_shared<Account>(std::string(name), definition));
        return;
    }
    found->second->unrestricted_ = definition->unrestricted();
    found->second->user_ = std::move(definition);
}

std::shared_ptr<Account> Accounts::remove(std::string_view name) {
    const auto found = accounts_.find(name);
    if (found == accounts_.end()) return nullptr;
    std::shared_ptr<Account> account = std::move(found->second);
    accounts_.erase(found);
    return account;
}

std::vector<std::shared_ptr<Account>> Accounts::replace(const std::map<std::string, User>& users) {
    std::vector<std::shared_ptr<Account>> gone;
    for (const auto& [name, account] : accounts_) {
        if (name != kDefault) gone.push_back(account);
    }
    accounts_.clear();
    accounts_.emplace(kDefault, default_);
    if (!users.contains(std::string(kDefault))) set(kDefault, make_default_user(index_));
    for (const auto& [name, user] : users) set(name, user);
    return gone;
}

}  // namespace millpond::engine::acl
