// SPDX-License-Identifier: GPL-2.0-or-later
// The table of system calls, as a program for the kernel's BPF machine.
//
// Numbers are those of 64-bit machines (include/uapi/asm-generic/unistd.h and the table of x86-64).
// hivex and the C library below it open, read, write and take memory. Everything that can wait for
// somebody else is left out (futex, poll, locks, sleep): so that a process which uses no time ends.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "os/linux/walls.h"

namespace nlafix::os {
namespace {

constexpr int allowed[] = {
    SYS_read,          SYS_write,     SYS_openat,       SYS_close,          SYS_fstat,
    SYS_newfstatat,    SYS_lseek,     SYS_pread64,      SYS_pwrite64,       SYS_readv,
    SYS_writev,        SYS_statx,     SYS_munmap,       SYS_mremap,         SYS_brk,
    SYS_madvise,       SYS_ftruncate, SYS_exit,         SYS_exit_group,     SYS_getpid,
    SYS_gettid,        SYS_getrandom, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn,
    SYS_clock_gettime, SYS_sendto,    SYS_recvfrom,
};

// New programs, processes, connections and looks into others: no parser has a use for them. What is
// not even listed here fails as well.
constexpr int deadly[] = {
    SYS_execve, SYS_execveat, SYS_clone,  SYS_clone3,           SYS_unshare,
    SYS_socket, SYS_connect,  SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev,
    SYS_kill,   SYS_tkill,    SYS_mount,  SYS_umount2,          SYS_bpf,
};

/// The kernel's name for the calling convention of this machine; 0 where this file has no table.
std::uint32_t architecture() {
    struct utsname machine = {};
    if (::uname(&machine) != 0) return 0;
    const std::string_view name = machine.machine;
    if (name == "x86_64") return AUDIT_ARCH_X86_64;
    if (name == "aarch64") return AUDIT_ARCH_AARCH64;
    return 0;
}

class Program {
public:
    Program() = default;

    void load(std::size_t field) {
        add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(field));
    }
    void load_argument(std::size_t index) {
        // Its low half: both machines are little-endian.
        load(offsetof(seccomp_data, args) + 8 * index);
    }
    void finish(std::uint32_t action) { add(BPF_RET | BPF_K, action); }
    /// `action` where what was loaded is `value`.
    void finish_if(std::uint32_t value, std::uint32_t action) {
        add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
        finish(action);
    }
    void finish_unless(std::uint32_t value, std::uint32_t action) {
        add(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
        finish(action);
    }
    void finish_if_any_bit(std::uint32_t bits, std::uint32_t action) {
        add(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
        finish(action);
    }
    /// Goes over what `rest` adds unless what was loaded is `value`.
    template <typename Rest>
    void only_if(std::uint32_t value, const Rest& rest) {
        const std::size_t jump = code_.size();
        add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 0);
        rest();
        code_[jump].jf = static_cast<std::uint8_t>(code_.size() - jump - 1);
    }

    bool install() {
        sock_fprog program = {static_cast<unsigned short>(code_.size()), code_.data()};
        return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
    }

private:
    void add(std::uint32_t code, std::uint32_t k, std::uint8_t jt = 0, std::uint8_t jf = 0) {
        code_.push_back({static_cast<std::uint16_t>(code), jt, jf, k});
    }

    std::vector<sock_filter> code_;
};

constexpr std::uint32_t absent = SECCOMP_RET_ERRNO | ENOSYS;
constexpr std::uint32_t forbidden = SECCOMP_RET_ERRNO | EPERM;

/// Memory that can be executed is how foreign code becomes a program.
void add_memory_calls(Program& program) {
    for (const int call : {SYS_mmap, SYS_mprotect}) {
        program.only_if(static_cast<std::uint32_t>(call), [&program] {
            program.load_argument(2);
            program.finish_if_any_bit(PROT_EXEC, forbidden);
            program.finish(SECCOMP_RET_ALLOW);
        });
    }
}

/// abort(3) ends the process with it. A SIGSTOP would make it wait for ever.
void add_abort(Program& program) {
    program.only_if(SYS_tgkill, [&program] {
        program.load_argument(0);
        program.finish_unless(static_cast<std::uint32_t>(::getpid()), SECCOMP_RET_KILL_PROCESS);
        program.load_argument(2);
        program.finish_unless(SIGABRT, SECCOMP_RET_KILL_PROCESS);
        program.finish(SECCOMP_RET_ALLOW);
    });
}

}  // namespace

bool filter_calls() {
    const std::uint32_t convention = architecture();
    if (convention == 0) return false;
    Program program;
    // The numbers of another convention mean other calls.
    program.load(offsetof(seccomp_data, arch));
    program.finish_unless(convention, SECCOMP_RET_KILL_PROCESS);
    program.load(offsetof(seccomp_data, nr));
    for (const int call : allowed) {
        program.finish_if(static_cast<std::uint32_t>(call), SECCOMP_RET_ALLOW);
    }
    add_memory_calls(program);
    add_abort(program);
    for (const int call : deadly) {
        program.finish_if(static_cast<std::uint32_t>(call), SECCOMP_RET_KILL_PROCESS);
    }
    program.finish(absent);  // the calls of x32 as well: their numbers have a bit of their own
    return program.install();
}

}  // namespace nlafix::os
