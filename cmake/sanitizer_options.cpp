// SPDX-License-Identifier: GPL-2.0-or-later
//
// Defaults of the sanitizers, compiled in so that they hold however a test starts the program.
//
// The sanitizers end a program with status 1, which for nlafix means "a change is needed": a test
// that expects 1 would take a crash for an answer. 86 has no meaning of its own.

extern "C" const char* __asan_default_options();
extern "C" const char* __ubsan_default_options();
extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_suppressions();

extern "C" const char* __asan_default_options() {
    return "exitcode=86:detect_stack_use_after_return=1:strict_string_checks=1:"
           "check_initialization_order=1:malloc_context_size=6";
}

extern "C" const char* __ubsan_default_options() {
    return "exitcode=86:print_stacktrace=1";
}

extern "C" const char* __lsan_default_options() {
    return "exitcode=86:print_suppressions=0";
}

// ntfs_device_mount of libntfs-3g 2022.10.3 forgets some of its memory where it fails. Its frames
// cannot be told apart, as it has no frame pointers: so all of the library is left out.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libntfs-3g.so";
}
