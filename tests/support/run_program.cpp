// SPDX-License-Identifier: GPL-2.0-or-later
#include "run_program.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace nlafix::test {
namespace {

std::string found_program(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders((path != nullptr ? std::string(path) : std::string()) +
                               ":/usr/sbin:/sbin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string file = folder + "/" + name;
        if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) return file;
    }
    return {};
}

pid_t start(const std::vector<std::string>& arguments, int output) {
    std::vector<std::string> texts = arguments;
    texts[0] = found_program(arguments.at(0));
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    const pid_t id = ::fork();
    if (id < 0) throw std::runtime_error("cannot fork");
    if (id > 0) return id;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nowhere = ::open("/dev/null", O_RDWR);
    ::dup2(nowhere, 0);
    ::dup2(output >= 0 ? output : nowhere, 1);
    ::dup2(output >= 0 ? output : nowhere, 2);
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
}

int wait_for(pid_t id) {
    int raw = 0;
    while (::waitpid(id, &raw, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
}

}  // namespace

Ran run_program(const std::vector<std::string>& arguments) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    const pid_t id = start(arguments, ends[1]);
    ::close(ends[1]);
    Ran ran;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
        ran.output.append(buffer, static_cast<std::size_t>(n));
    }
    ::close(ends[0]);
    ran.status = wait_for(id);
    return ran;
}

bool has_program(const std::string& name) {
    return !found_program(name).empty();
}

bool lacks_programs(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (has_program(name)) continue;
        const char* ci = std::getenv("NLAFIX_CI");
        if (ci != nullptr && std::string_view(ci) == "1") FAIL("there is no ", name, " here");
        say_skipped("there is no " + name);
        return true;
    }
    return false;
}

void say_skipped(const std::string& reason) {
    MESSAGE("not tested: ", reason);
}

BackgroundProgram::BackgroundProgram(const std::vector<std::string>& arguments)
    : id_(start(arguments, -1)) {}

void BackgroundProgram::signal(int number) const {
    if (id_ > 0) ::kill(id_, number);
}

void BackgroundProgram::kill() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    wait_for(id_);
    id_ = -1;
}

bool wait_for_file(const std::string& path) {
    struct stat status = {};
    for (int i = 0; i < 1000; ++i) {
        if (::stat(path.c_str(), &status) == 0) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

std::vector<pid_t> children() {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream file(entry.path() / "stat");
        std::string text;
        std::getline(file, text);
        // PID (NAME) STATE PARENT
        const auto end = text.rfind(')');
        if (end == std::string::npos) continue;
        std::istringstream rest(text.substr(end + 1));
        char state = 0;
        pid_t parent = 0;
        rest >> state >> parent;
        if (parent == ::getpid()) found.push_back(static_cast<pid_t>(std::stol(name)));
    }
    return found;
}

}  // namespace nlafix::test
