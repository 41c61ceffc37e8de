// SPDX-License-Identifier: GPL-2.0-or-later
// bare_hivex HIVE: the edit of nlafix in plain calls of libhivex, with nothing flushed, backed up,
// replayed or verified. What an editor costs that promises nothing.
#include <hivex.h>

#include <cstring>
#include <initializer_list>
#include <string>

namespace {

bool set(hive_h* hive, const char* key, const char* name, hive_type type, const char* text,
         std::size_t bytes) {
    hive_node_h node = hivex_root(hive);
    for (const char* part : {"ControlSet001", "Control", key}) {
        node = hivex_node_get_child(hive, node, part);
        if (node == 0) return false;
    }
    std::string wide;  // ASCII to UTF-16
    for (std::size_t i = 0; i < bytes; ++i) wide += {text[i], '\0'};
    std::string named = name;
    const hive_set_value value = {named.data(), type, wide.size(), wide.data()};
    return hivex_node_set_value(hive, node, &value, 0) == 0;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr char packages[] = "kerberos\0msv1_0\0schannel\0wdigest\0tspkg\0";
    constexpr char providers[] = "msapsspc.dll, schannel.dll, digest.dll, msnsspc.dll, credssp.dll";
    hive_h* const hive = argc == 2 ? hivex_open(argv[1], HIVEX_OPEN_WRITE) : nullptr;
    if (hive == nullptr) return 1;
    if (!set(hive, "Lsa", "Security Packages", hive_t_multiple_strings, packages,
             sizeof packages) ||
        !set(hive, "SecurityProviders", "SecurityProviders", hive_t_string, providers,
             sizeof providers)) {
        return 1;
    }
    return hivex_commit(hive, nullptr, 0) == 0 && hivex_close(hive) == 0 ? 0 : 1;
}
