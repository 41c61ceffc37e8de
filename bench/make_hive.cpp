// SPDX-License-Identifier: GPL-2.0-or-later
// make_hive KIND FILE KILOBYTES: a hive of about that size, with keys and values of the sizes that
// real ones have. KIND: `system` lacks both entries; `dirty` has a log that must be replayed beside
// it, FILE.LOG1; `clean` has one that was; `software` is a SOFTWARE hive.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/dirty_hive.h"
#include "support/hive_builder.h"
#include "system_tree.h"

namespace {

using nlafix::fixture::Built;
using nlafix::fixture::Bytes;
using nlafix::fixture::HiveOptions;
using nlafix::fixture::Key;

std::u16string numbered(const char* prefix, std::size_t number) {
    std::u16string name;
    for (const char c : prefix + std::to_string(number)) name += static_cast<char16_t>(c);
    return name;
}

/// About 1.1 KB in the hive: a key with four values, two of them larger than a few bytes. A real
/// Windows 10 hive of 15 MB has 43,000 keys and 90,000 values.
Key service(std::size_t number) {
    using namespace nlafix::fixture;
    return make_key(numbered("Service", number),
                    {dword_value(u"Start", 3), dword_value(u"Type", 32),
                     sz_value(u"ImagePath", u"%SystemRoot%\\system32\\svchost.exe -k netsvcs"),
                     binary_value(u"FailureActions", Bytes(44))},
                    {make_key(u"Parameters", {sz_value(u"ServiceDll", u"%SystemRoot%\\a.dll")}),
                     make_key(u"Security", {binary_value(u"Security", Bytes(168))})});
}

constexpr std::size_t services_per_key = 400;

void fill(Key& root, std::u16string_view path, std::size_t services) {
    for (std::size_t first = 0; first < services; first += services_per_key) {
        Key group = nlafix::fixture::make_key(numbered("Group", first));
        for (std::size_t i = first; i < first + services_per_key && i < services; ++i) {
            group.subkeys.push_back(service(i));
        }
        nlafix::fixture::at(root, path).subkeys.push_back(std::move(group));
    }
}

HiveOptions options_of_bench() {
    HiveOptions options = nlafix::fixture::hive_options(nlafix::fixture::Generation::xp);
    options.slack_bytes = 65536;  // hives that Windows wrote have some
    return options;
}

Key system_hive(std::size_t services) {
    Key root = nlafix::fixture::system_tree(nlafix::fixture::Generation::xp, {false, false});
    fill(root, u"ControlSet001", services);
    return root;
}

/// What a check looks up in SOFTWARE lies among as many keys of others.
Key software_hive(std::size_t services) {
    using namespace nlafix::fixture;
    Key root = make_key(
        u"", {},
        {make_key(u"Classes"),
         make_key(u"Microsoft", {},
                  {make_key(u"Windows NT", {},
                            {make_key(u"CurrentVersion",
                                      {sz_value(u"ProductName", u"Windows Server 2019 Standard"),
                                       sz_value(u"CurrentBuildNumber", u"17763")})})}),
         make_key(u"Policies", {}, {make_key(u"Microsoft")})});
    fill(root, u"Classes", services);
    return root;
}

bool write(const std::string& path, const Bytes& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return static_cast<bool>(file.flush());
}

/// A hive as a machine leaves it that was switched off hard: three flushes of Windows are in its
/// log, of 100 services each. `clean`: they are in the hive as well.
bool write_logged(const std::string& path, const Built& hive, bool clean) {
    using namespace nlafix::fixture;
    std::vector<Bytes> states(4, hive.bytes);
    std::size_t service = 0;
    for (std::size_t state = 1; state < states.size(); ++state) {
        states[state] = states[state - 1];
        for (std::size_t i = 0; i < 100; ++i, service += 37) {
            const auto found = hive.keys.find(u"ControlSet001\\Group0\\" +
                                              numbered("Service", service % services_per_key));
            if (found == hive.keys.end()) continue;
            put_u32(states[state], field(found->second.values.at(0).key_value, key_value::data),
                    static_cast<std::uint32_t>(state));
        }
    }
    DirtyHive dirty = dirty_hive_new(states);
    dirty.logs[0].bytes.resize(dirty.logs[0].bytes.size() + 65536);  // room for one more entry
    if (clean) {
        dirty.primary = states.back();
        put_sequences(dirty.primary, 113, 113);
    }
    return write(path, dirty.primary) && write(path + ".LOG1", dirty.logs[0].bytes);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string kind = argc == 4 ? argv[1] : "";
    const int kilobytes = argc == 4 ? std::atoi(argv[3]) : 0;
    if (kilobytes < 1 ||
        (kind != "system" && kind != "software" && kind != "dirty" && kind != "clean")) {
        std::fputs("usage: make_hive system|software|dirty|clean FILE KILOBYTES\n", stderr);
        return 2;
    }
    constexpr std::size_t bytes_per_service = 958;  // as measured; the size need not be exact
    const std::size_t services = static_cast<std::size_t>(kilobytes) * 1000 / bytes_per_service;
    const Built hive = nlafix::fixture::build(
        kind == "software" ? software_hive(services) : system_hive(services), options_of_bench());
    const bool done = kind == "dirty" || kind == "clean"
                          ? write_logged(argv[2], hive, kind == "clean")
                          : write(argv[2], hive.bytes);
    return done ? 0 : 1;
}
