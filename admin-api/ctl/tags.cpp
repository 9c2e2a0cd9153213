// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "admin-api/ctl/commands.h"
#include "admin-api/ctl/table.h"
#include "admin-api/ctl/text.h"

namespace millpond::admin::ctl {
namespace {

using Tags = std::vector<schema::Tag>;

Tags read_tags(Context& context, const std::string& id) {
    return context
        .ask<schema::Cluster>(
            [&](Client& client, auto done) { client.cluster(id, std::move(done)); })
        .tags;
}

void write_tags(Context& context, const std::string& id, const Tags& tags) {
    context.ask<schema::Cluster>(
        [&](Client& client, auto done) { client.set_tags(id, tags, std::move(done)); });
}

void print_tags(Context& context, const Tags& tags) {
    context.show(tags, [&] {
        Table table({"KEY", "VALUE"});
        for (const auto& tag : tags) table.add({tag.key, tag.value});
        table.print(std::cout);
    });
}

void run_tag(Context& context, const std::string& id, const std::vector<std::string>& texts) {
    auto tags = read_tags(context, id);
    for (const auto& text : texts) {
        const auto tag = parse_tag(text);
        if (!tag) throw Failure(usage, tag.error().message);
        std::erase_if(tags, [&](const auto& old) { return old.key == tag.value().key; });
        tags.push_back(tag.value());
    }
    write_tags(context, id, tags);
    print_tags(context, tags);
}

void run_untag(Context& context, const std::string& id, const std::vector<std::string>& keys) {
    auto tags = read_tags(context, id);
    for (const auto& key : keys)
        if (std::erase_if(tags, [&](const auto& tag) { return tag.key == key; }) == 0)
            throw Failure(refused, id + " has no tag " + key + ".");
    write_tags(context, id, tags);
    print_tags(context, tags);
}

}  // namespace

void add_tag_commands(CLI::App& app, Context& context) {
    struct Options {
        std::string id;
        std::vector<std::string> items;
    };
    const auto add = [&](const char* name, const char* help, const char* item,
                         const char* item_help) {
        auto options = std::make_shared<Options>();
        auto* command = app.add_subcommand(name, help)->group(cluster_section);
        command->add_option("CLUSTER", options->id, "The cluster's name")->required();
        if (item) command->add_option(item, options->items, item_help)->required();
        return std::pair(command, options);
    };
    const auto [list, list_options] = add("tags", "List a cluster's tags", nullptr, nullptr);
    list->callback([&context, options = list_options] {
        print_tags(context, read_tags(context, options->id));
    });
    const auto [tag, tag_options] = add("tag", "Set tags of a cluster", "TAG", "KEY=VALUE ...");
    tag->callback(
        [&context, options = tag_options] { run_tag(context, options->id, options->items); });
    const auto [untag, untag_options] =
        add("untag", "Remove tags from a cluster", "KEY", "The tags' keys");
    untag->callback(
        [&context, options = untag_options] { run_untag(context, options->id, options->items); });
}

}  // namespace millpond::admin::ctl
