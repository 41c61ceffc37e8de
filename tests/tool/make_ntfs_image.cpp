// SPDX-License-Identifier: GPL-2.0-or-later
// Makes an NTFS volume in a file, or inside of one, for tests that run the program.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>

#include "ntfs/ntfs_image.h"
#include "temp_folder.h"

using namespace nlafix;
using namespace nlafix::test;

namespace {

constexpr const char* usage =
    "usage: make_ntfs_image OUTPUT [OPTION VALUE]...\n"
    "  --hive FILE          becomes Windows/System32/config/SYSTEM\n"
    "  --file PATH=FILE     becomes PATH on the volume; may be given again\n"
    "  --offset BYTES       where in OUTPUT, which is kept around it (default 0)\n"
    "  --size BYTES         of the volume (default 16777216)\n"
    "  --sector BYTES  --cluster BYTES  --label TEXT\n"
    "  --runs N             pieces of the hive\n"
    "  --streams N          other streams of the hive\n"
    "  --other-files N      empty files beside Windows\n"
    "  --traits windows     what Windows leaves around a hive, and an MFT in pieces\n"
    "  --store compressed|sparse|encrypted|overlay-filter|attribute-list\n"
    "  --free N             clusters that stay free, in one piece\n"
    "  --free-apart N       clusters that stay free, each on its own\n"
    "  --state hibernated|dirty; may be given again\n"
    "  --journal closed|open|open-new|fast-startup\n";

template <typename Value>
Value one_of(const std::string& word, const std::map<std::string, Value>& values) {
    const auto found = values.find(word);
    if (found == values.end()) {
        throw std::runtime_error("unknown value " + word);
    }
    return found->second;
}

void set_state(NtfsImageOptions& options, const std::string& word) {
    if (word == "hibernated") {
        options.hibernated = true;
    } else if (word == "dirty") {
        options.dirty = true;
    } else {
        throw std::runtime_error("unknown state " + word);
    }
}

void set_storage(NtfsImageOptions& options, const std::string& word) {
    if (word == "attribute-list") {
        options.attribute_list = true;
        return;
    }
    options.storage = one_of<Storage>(word, {{"compressed", Storage::compressed},
                                             {"sparse", Storage::sparse},
                                             {"encrypted", Storage::encrypted},
                                             {"overlay-filter", Storage::overlay_filter}});
}

NtfsImageOptions parse(int count, char** words) {
    NtfsImageOptions options;
    const std::map<std::string, std::function<void(const std::string&)>> setters = {
        {"--hive",
         [&](const std::string& file) {
             options.files.emplace_back(hive_on_volume, read_file(file));
         }},
        {"--file",
         [&](const std::string& pair) {
             const std::size_t at = pair.find('=');
             options.files.emplace_back(pair.substr(0, at), read_file(pair.substr(at + 1)));
         }},
        {"--offset", [&](const std::string& n) { options.offset_bytes = std::stoull(n); }},
        {"--size", [&](const std::string& n) { options.size_bytes = std::stoull(n); }},
        {"--sector",
         [&](const std::string& n) {
             options.sector_bytes = static_cast<unsigned>(std::stoul(n));
         }},
        {"--cluster",
         [&](const std::string& n) {
             options.cluster_bytes = static_cast<unsigned>(std::stoul(n));
         }},
        {"--label", [&](const std::string& text) { options.label = text; }},
        {"--runs", [&](const std::string& n) { options.runs = std::stoul(n); }},
        {"--streams", [&](const std::string& n) { options.other_streams = std::stoul(n); }},
        {"--traits",
         [&](const std::string& word) {
             options.windows_traits = one_of<bool>(word, {{"windows", true}});
         }},
        {"--other-files", [&](const std::string& n) { options.other_files = std::stoul(n); }},
        {"--store", [&](const std::string& word) { set_storage(options, word); }},
        {"--free", [&](const std::string& n) { options.free_clusters = std::stoull(n); }},
        {"--free-apart",
         [&](const std::string& n) {
             options.free_clusters = std::stoull(n);
             options.free_ones_apart = true;
         }},
        {"--state", [&](const std::string& word) { set_state(options, word); }},
        {"--journal",
         [&](const std::string& word) {
             options.journal = one_of<Journal>(word, {{"closed", Journal::closed},
                                                      {"open", Journal::open},
                                                      {"open-new", Journal::open_new},
                                                      {"fast-startup", Journal::fast_startup}});
         }},
    };
    if (words[1][0] == '-') throw std::runtime_error(std::string("no OUTPUT before ") + words[1]);
    for (int i = 2; i + 1 < count; i += 2) {
        const auto setter = setters.find(words[i]);
        if (setter == setters.end()) {
            throw std::runtime_error(std::string("unknown option ") + words[i]);
        }
        setter->second(words[i + 1]);
    }
    return options;
}

void put_into(const std::string& output, const NtfsImageOptions& options) {
    const Bytes volume = ntfs_image(options);
    const std::uint64_t end = options.offset_bytes + volume.size();
    if (!std::filesystem::exists(output)) {
        std::ofstream(output).close();
    }
    if (std::filesystem::file_size(output) < end) {
        std::filesystem::resize_file(output, end);
    }
    std::fstream file(output, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(options.offset_bytes));
    const void* const raw = volume.data();
    file.write(static_cast<const char*>(raw), static_cast<std::streamsize>(volume.size()));
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + output);
    }
}

}  // namespace

int main(int count, char** words) {
    if (count < 2 || count % 2 != 0) {
        std::fputs(usage, stderr);
        return 2;
    }
    try {
        put_into(words[1], parse(count, words));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "make_ntfs_image: %s\n", error.what());
        return 1;
    }
}
