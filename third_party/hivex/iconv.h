/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iconv(3) as hivex and nlafix call it, for Windows, which has none: src/hivex/static/iconv.cpp is behind it.
   Never: a general iconv. It knows the encodings of hivex alone. */
#ifndef NLAFIX_ICONV_H
#define NLAFIX_ICONV_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void* iconv_t;

iconv_t iconv_open(const char* to_name, const char* from_name);
size_t iconv(iconv_t handle, char** input, size_t* input_left, char** output, size_t* output_left);
int iconv_close(iconv_t handle);

#ifdef __cplusplus
}
#endif

#endif
