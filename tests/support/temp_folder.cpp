// SPDX-License-Identifier: GPL-2.0-or-later
#include "temp_folder.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace nlafix::test {

namespace fs = std::filesystem;

TempFolder::TempFolder() {
    std::string name = (fs::temp_directory_path() / "nlafix-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = fs::canonical(name).string();
}

TempFolder::~TempFolder() {
    std::error_code ignored;
    // A test may have taken the right to look into a folder away.
    for (const auto& entry : fs::recursive_directory_iterator(
             path_, fs::directory_options::skip_permission_denied, ignored)) {
        if (entry.is_directory(ignored)) {
            fs::permissions(entry.path(), fs::perms::owner_all, fs::perm_options::add, ignored);
        }
    }
    fs::remove_all(path_, ignored);
}

std::string TempFolder::write(const std::string& name, ByteView content) const {
    const std::string path = *this / name;
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
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
    fs::create_directories(*this / name);
    return *this / name;
}

std::string TempFolder::link(const std::string& name, const std::string& to) const {
    fs::create_directories(fs::path(*this / name).parent_path());
    fs::create_symlink(to, *this / name);
    return *this / name;
}

std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

Bytes read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    Bytes bytes(std::filesystem::file_size(path));
    void* const raw = bytes.data();
    file.read(static_cast<char*>(raw), static_cast<std::streamsize>(bytes.size()));
    if (!file) throw std::runtime_error("cannot read " + path);
    return bytes;
}

}  // namespace nlafix::test
