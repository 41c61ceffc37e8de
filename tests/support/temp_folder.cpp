// SPDX-License-Identifier: GPL-2.0-or-later
#include "temp_folder.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <system_error>

#include "os/path_syntax.h"

namespace nlafix::test {

namespace fs = std::filesystem;

fs::path to_path(const std::string& utf8) {
    return {std::u8string(utf8.begin(), utf8.end())};
}

namespace {

std::string from_path(const fs::path& path) {
    const std::u8string utf8 = path.u8string();
    return {utf8.begin(), utf8.end()};
}

}  // namespace

TempFolder::TempFolder() {
    std::random_device random;
    const fs::path base = fs::canonical(NLAFIX_FOLDER_OF_TEMP_FOLDERS) / "nlafix-test-";
    fs::path path;
    do {
        path = base;
        path += std::to_string(random());
    } while (!fs::create_directory(path));
    fs::permissions(path, fs::perms::owner_all);
    path_ = from_path(path);
}

TempFolder::~TempFolder() {
    std::error_code ignored;
    // A test may have taken the right to look into a folder away.
    fs::recursive_directory_iterator entry(to_path(path_),
                                           fs::directory_options::skip_permission_denied, ignored);
    for (; entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
        if (entry->is_directory(ignored)) {
            fs::permissions(entry->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
        }
    }
    fs::remove_all(to_path(path_), ignored);
}

std::string TempFolder::write(const std::string& name, ByteView content) const {
    const std::string path = *this / name;
    fs::create_directories(to_path(path).parent_path());
    std::ofstream file(to_path(path), std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(content.data()),
               static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path);
    return path;
}

std::string TempFolder::write_text(const std::string& name, const std::string& content) const {
    return write(name, std::as_bytes(std::span<const char>(content.data(), content.size())));
}

std::string TempFolder::make_folder(const std::string& name) const {
    fs::create_directories(to_path(*this / name));
    return *this / name;
}

std::string TempFolder::link(const std::string& name, const std::string& to) const {
    fs::create_directories(to_path(*this / name).parent_path());
    fs::create_symlink(to_path(to), to_path(*this / name));
    return *this / name;
}

std::string read_text(const std::string& path) {
    std::ifstream file(to_path(path), std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string with_slashes(std::string text) {
    std::replace(text.begin(), text.end(), os::separator, '/');
    return text;
}

Bytes read_file(const std::string& path) {
    std::ifstream file(to_path(path), std::ios::binary);
    Bytes bytes(std::filesystem::file_size(to_path(path)));
    void* const raw = bytes.data();
    file.read(static_cast<char*>(raw), static_cast<std::streamsize>(bytes.size()));
    if (!file) throw std::runtime_error("cannot read " + path);
    return bytes;
}

}  // namespace nlafix::test
