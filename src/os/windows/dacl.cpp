// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/windows/dacl.h"

#include <windows.h>
//
#include <cerrno>
#include <utility>

#include "os/windows/system_error.h"

namespace nlafix::os {

int read_dacl(void* handle, Bytes& descriptor) {
    DWORD size = 0;
    static_cast<void>(
        GetKernelObjectSecurity(handle, DACL_SECURITY_INFORMATION, nullptr, 0, &size));
    if (size == 0) return ENOTSUP;
    Bytes found(size);
    if (!GetKernelObjectSecurity(handle, DACL_SECURITY_INFORMATION, found.data(), size, &size)) {
        return last_errno();
    }
    descriptor = std::move(found);
    return 0;
}

int write_dacl(void* handle, ByteView descriptor) {
    Bytes bytes(descriptor.begin(), descriptor.end());
    if (!IsValidSecurityDescriptor(bytes.data())) return EINVAL;
    return SetKernelObjectSecurity(handle, DACL_SECURITY_INFORMATION, bytes.data()) ? 0
                                                                                    : last_errno();
}

}  // namespace nlafix::os
