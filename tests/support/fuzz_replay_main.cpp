// SPDX-License-Identifier: GPL-2.0-or-later
//
// Stands in for libFuzzer where that is not there: gives a fuzz target each file that is named on
// the command line, or lies in a folder that is, once and in order. It never makes input of its
// own.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes);
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int* argc, char*** argv);

// A target with a mutator of its own refers to this; replaying never calls it.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size_bytes,
                                        std::size_t max_size_bytes);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* /*data*/, std::size_t size_bytes,
                                        std::size_t /*max_size_bytes*/) {
    return size_bytes;
}

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> input_files(int argc, char** argv) {
    std::vector<fs::path> files;
    for (int i = 1; i < argc; ++i) {
        const fs::path path = argv[i];
        if (!fs::is_directory(path)) {
            files.push_back(path);
            continue;
        }
        for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
            if (entry.is_regular_file()) {
                files.push_back(entry.path());
            }
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

bool replay(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
    if (!stream.is_open() || stream.bad()) {
        std::fprintf(stderr, "error: %s cannot be read\n", file.c_str());
        return false;
    }
    // The name comes first: after a crash it is the last line.
    std::printf("%s: %zu bytes\n", file.filename().c_str(), bytes.size());
    std::fflush(stdout);

    // A block of exactly this size on the heap, so that the sanitizers see each byte beyond it.
    const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
    LLVMFuzzerTestOneInput(input.data(), input.size());
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    if (LLVMFuzzerInitialize != nullptr) {
        LLVMFuzzerInitialize(&argc, &argv);
    }
    const std::vector<fs::path> files = input_files(argc, argv);
    if (files.empty()) {
        std::fputs("error: no input to replay\n", stderr);
        return 1;
    }
    const bool all_read = std::all_of(files.begin(), files.end(), replay);
    std::printf("replayed %zu inputs\n", files.size());
    return all_read ? 0 : 1;
}
