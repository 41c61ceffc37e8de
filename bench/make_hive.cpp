// SPDX-License-Identifier: GPL-2.0-or-later
// make_hive FILE MEGABYTES: a SYSTEM hive of about that size that lacks both entries, with keys and
// values of the sizes that real ones have.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "support/hive_builder.h"
#include "system_tree.h"

namespace {

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

void fill(Key& root, std::size_t services) {
    constexpr std::size_t services_per_key = 400;
    for (std::size_t first = 0; first < services; first += services_per_key) {
        Key group = nlafix::fixture::make_key(numbered("Group", first));
        for (std::size_t i = first; i < first + services_per_key && i < services; ++i) {
            group.subkeys.push_back(service(i));
        }
        nlafix::fixture::at(root, u"ControlSet001").subkeys.push_back(std::move(group));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 || std::atoi(argv[2]) < 1) {
        std::fputs("usage: make_hive FILE MEGABYTES\n", stderr);
        return 2;
    }
    using namespace nlafix::fixture;
    constexpr std::size_t bytes_per_service = 1080;  // as measured; the size need not be exact
    Key root = system_tree(Generation::xp, {false, false});
    fill(root, static_cast<std::size_t>(std::atoi(argv[2])) * 1'000'000 / bytes_per_service);
    HiveOptions options = hive_options(Generation::xp);
    options.slack_bytes = 65536;  // hives that Windows wrote have some
    const Built hive = build(root, options);
    std::ofstream file(argv[1], std::ios::binary);
    file.write(reinterpret_cast<const char*>(hive.bytes.data()),
               static_cast<std::streamsize>(hive.bytes.size()));
    return file.flush() ? 0 : 1;
}
