// SPDX-License-Identifier: Apache-2.0
//
// The users of the server by name. An account is what a connection belongs to; what it may do is
// its definition, which rules replace as a whole in the exclusive lane. Read in a lane (or before
// threads start); what is said to be an atomic, by any thread.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/acl/user.h"

namespace millpond::engine::acl {

class Account {
public:
    Account(std::string name, std::shared_ptr<const User> user)
        : name_(std::move(name)), user_(std::move(user)), unrestricted_(user_->unrestricted()) {}

    const std::string& name() const { return name_; }
    /// In a lane. Never changed, only replaced: whoever holds it reads one definition to the end.
    const std::shared_ptr<const User>& user() const { return user_; }
    /// In a lane: the one thing that a connection's every command asks.
    bool unrestricted() const { return unrestricted_; }

private:
    friend class Accounts;
    const std::string name_;
    std::shared_ptr<const User> user_;
    bool unrestricted_;
};

class Accounts {
public:
    static constexpr std::string_view kDefault = "default";

    /// With the default user, who may do everything without a password.
    explicit Accounts(const CommandIndex& index);

    /// It is there for good, whatever its definition.
    const std::shared_ptr<Account>& default_account() const { return default_; }
    std::shared_ptr<Account> find(std::string_view name) const;
    std::vector<std::shared_ptr<Account>> all() const;  ///< by name

    // -- Requires: the exclusive lane, or that no thread runs yet
    void set(std::string_view name, User user);
    /// The account, which nobody will find any more; null when there was none.
    std::shared_ptr<Account> remove(std::string_view name);
    /// Takes all users' places; the default user, if it is not among them, is as at first. Returns
    /// the accounts that are gone.
    std::vector<std::shared_ptr<Account>> replace(const std::map<std::string, User>& users);

    // -- Any thread
    /// New connections need not authenticate.
    bool open_to_all() const { return open_to_all_.load(std::memory_order_relaxed); }
    bool default_without_password() const {
        return default_without_password_.load(std::memory_order_relaxed);
    }

private:
    const CommandIndex& index_;
    std::map<std::string, std::shared_ptr<Account>, std::less<>> accounts_;
    std::shared_ptr<Account> default_;
    std::atomic<bool> open_to_all_{true}, default_without_password_{true};
};

/// "default" as it is at first: on, nopass, everything allowed.
User make_default_user(const CommandIndex& index);

}  // namespace millpond::engine::acl
