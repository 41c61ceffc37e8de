// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/invisible.h"

#include <algorithm>
#include <array>

namespace nlafix {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Unicode 16, UnicodeData.txt and DerivedCoreProperties.txt. Code points that are reserved as
// ignorable belong to it: a later version may fill them.
constexpr std::array<Range, 27> invisible = {{
    {0x0000, 0x001f},  // C0
    {0x007f, 0x009f},  // DEL, C1
    {0x00ad, 0x00ad},  // soft hyphen
    {0x034f, 0x034f},  // combining grapheme joiner
    {0x0600, 0x0605},  // Arabic number signs
    {0x061c, 0x061c},  // Arabic letter mark
    {0x06dd, 0x06dd},   {0x070f, 0x070f},   {0x0890, 0x0891},
    {0x08e2, 0x08e2},   {0x115f, 0x1160},  // Hangul fillers
    {0x17b4, 0x17b5},                      // Khmer inherent vowels
    {0x180b, 0x180f},                      // Mongolian variation selectors and vowel separator
    {0x200b, 0x200f},                      // zero width, direction marks
    {0x2028, 0x202e},                      // line and paragraph separator, bidirectional embeddings
    {0x2060, 0x206f},                      // word joiner, invisible operators, isolates
    {0x3164, 0x3164},                      // Hangul filler
    {0xfe00, 0xfe0f},                      // variation selectors
    {0xfeff, 0xfeff},                      // byte order mark
    {0xffa0, 0xffa0},                      // halfwidth Hangul filler
    {0xfff0, 0xfffb},                      // reserved, interlinear annotations
    {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f},  // hieroglyph controls
    {0x1bca0, 0x1bca3},                                          // shorthand format controls
    {0x1d173, 0x1d17a},                                          // musical beams
    {0xe0000, 0xe0fff},  // tags, variation selectors, reserved
}};

}  // namespace

bool is_invisible(char32_t character) {
    const auto range = std::partition_point(
        invisible.begin(), invisible.end(),
        [character](const Range& candidate) { return candidate.last < character; });
    return range != invisible.end() && range->first <= character;
}

}  // namespace nlafix
