// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk/table/ldm.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace nlafix::disk {
namespace {

constexpr std::uint64_t sector_bytes = 512;
// Windows keeps 1 MiB; a number from the disk must not choose our memory.
constexpr std::uint64_t most_database_bytes = std::uint64_t{4} << 20;
constexpr std::size_t largest_entry_bytes = 4096;
constexpr std::size_t guid_text_bytes = 36;

// In the private header.
constexpr std::size_t disk_guid_at = 0x30, data_start_at = 0x11b, database_start_at = 0x12b,
                      database_size_at = 0x133;
// In a table of contents: the first of two entries.
constexpr std::size_t contents_at = 0x24, contents_entry_bytes = 34, contents_start_at = 10;
// In the header of the database.
constexpr std::size_t entry_size_at = 8, first_entry_at = 12;
// In an entry, and in a record, which is made of the bodies of one or more entries.
constexpr std::size_t record_id_at = 8, piece_at = 12, pieces_at = 14, entry_header_bytes = 16;
constexpr std::size_t type_at = 3, fields_at = 8;

enum RecordType : unsigned { volume = 1, component = 2, partition = 3, disk_record = 4 };

/// Fields of a record, one behind the other; what lies behind its end is 0 or empty.
class Fields {
public:
    explicit Fields(ByteView record) : bytes_(record), at_(fields_at) {}

    void skip(std::size_t count) { at_ = std::min(at_ + count, bytes_.size()); }
    std::uint64_t fixed(std::size_t length) {
        const std::uint64_t value = big_endian_or_0(bytes_, at_, length);
        skip(length);
        return value;
    }
    /// A number or text with its length in front.
    ByteView counted() {
        const auto length = static_cast<std::size_t>(fixed(1));
        const ByteView rest = bytes_.subspan(at_);
        const ByteView value = rest.first(std::min(length, rest.size()));
        skip(value.size());
        return value;
    }
    std::uint64_t number() {
        const ByteView value = counted();
        return value.size() > 8 ? 0 : big_endian_or_0(value, 0, value.size());
    }
    std::string text() {
        const ByteView value = counted();
        return {reinterpret_cast<const char*>(value.data()), value.size()};
    }

private:
    ByteView bytes_;
    std::size_t at_;
};

struct Component {
    std::uint64_t volume = 0, parts = 0;
    unsigned type = 0;  // 1: stripes, 2: one part behind the other, 3: RAID-5
};
struct Part {
    std::uint64_t component = 0, disk = 0, first_sector = 0, sectors = 0;
};
struct Volume {
    std::string name;
    std::uint64_t components = 0;
};

/// Objects by their number.
struct Database {
    std::map<std::uint64_t, Volume> volumes;
    std::map<std::uint64_t, Component> components;
    std::vector<Part> parts;
    std::map<std::uint64_t, std::string> disks;  // GUID of each

    void add(ByteView record);
};

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

/// A GUID that is stored as 16 bytes, in the order of its text.
std::string guid_text(Fields& fields) {
    std::string text;
    for (int i = 0; i < 16; ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        const std::uint64_t byte = fields.fixed(1);
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += {digits[byte >> 4], digits[byte & 15]};
    }
    return text;
}

void Database::add(ByteView record) {
    if (record.size() < fields_at) return;
    const unsigned kind = std::to_integer<unsigned>(record[type_at]);
    const unsigned revision = kind >> 4;
    Fields fields(record);
    const std::uint64_t number = fields.number();
    const std::string name = fields.text();
    switch (kind & 0x0f) {
        case volume:
            fields.counted();  // "gen" or "raid5", which its component says as well
            fields.counted();
            fields.skip(14 + 1 + 1 + 1 + 3 + 1);  // state, type, number, flags
            volumes[number] = {name, fields.number()};
            break;
        case component: {
            Component found;
            fields.counted();  // state
            found.type = static_cast<unsigned>(fields.fixed(1));
            fields.skip(4);
            found.parts = fields.number();
            fields.skip(8 + 8);
            found.volume = fields.number();
            components[number] = found;
            break;
        }
        case partition: {
            Part found;
            fields.skip(4 + 8);
            found.first_sector = fields.fixed(8);
            fields.skip(8);  // offset in the volume
            found.sectors = fields.number();
            found.component = fields.number();
            found.disk = fields.number();
            parts.push_back(found);
            break;
        }
        case disk_record: disks[number] = revision >= 4 ? guid_text(fields) : lower(fields.text());
        default: break;
    }
}

/// The records of the database at `database`, each put together from its entries.
Database read_records(ByteView database) {
    Database found;
    const auto entry_bytes = static_cast<std::size_t>(big_endian_or_0(database, entry_size_at, 4));
    if (entry_bytes <= entry_header_bytes || entry_bytes > largest_entry_bytes) return found;
    const std::size_t body_bytes = entry_bytes - entry_header_bytes;
    std::map<std::uint64_t, std::map<std::uint64_t, ByteView>> pieces;  // by record and place
    auto at = static_cast<std::size_t>(big_endian_or_0(database, first_entry_at, 4));
    for (; range_is_inside(at, entry_bytes, database.size()); at += entry_bytes) {
        if (!has_text(database, at, "VBLK")) break;
        const ByteView entry = database.subspan(at, entry_bytes);
        const std::uint64_t count = big_endian_or_0(entry, pieces_at, 2);
        if (count == 1) found.add(entry.subspan(entry_header_bytes));
        if (count <= 1) continue;
        const std::uint64_t id = big_endian_or_0(entry, record_id_at, 4);
        auto& record = pieces[id];
        record[big_endian_or_0(entry, piece_at, 2)] = entry.subspan(entry_header_bytes);
        if (record.size() < count) continue;
        Bytes whole;
        whole.reserve(record.size() * body_bytes);
        for (const auto& [place, body] : record)
            whole.insert(whole.end(), body.begin(), body.end());
        found.add(whole);
        pieces.erase(id);  // so that no piece is copied twice, however often its record is repeated
    }
    return found;
}

LdmLayout layout_of(const Component& component, const Volume& volume) {
    if (component.type == 1) return LdmLayout::striped;
    if (component.type == 3) return LdmLayout::raid5;
    if (volume.components > 1) return LdmLayout::mirrored;
    return component.parts > 1 ? LdmLayout::spanned : LdmLayout::simple;
}

/// The private region: from its table of contents to its database; empty where that is not whole.
ByteView database_in(ByteView region) {
    for (const std::size_t sector : {std::size_t{1}, std::size_t{2}}) {
        const std::size_t table = sector * sector_bytes;
        if (!has_text(region, table, "TOCBLOCK")) continue;
        for (std::size_t i = 0; i < 2; ++i) {
            const std::size_t entry = table + contents_at + i * contents_entry_bytes;
            if (!has_text(region, entry, "config")) continue;
            const std::uint64_t start = big_endian_or_0(region, entry + contents_start_at, 8);
            if (start >= region.size() / sector_bytes) continue;
            const ByteView database =
                region.subspan(static_cast<std::size_t>(start * sector_bytes));
            if (has_text(database, 0, "VMDB")) return database;
        }
    }
    return {};
}

}  // namespace

std::string_view name_of(LdmLayout layout) {
    switch (layout) {
        case LdmLayout::spanned: return "a spanned volume";
        case LdmLayout::striped: return "a stripe set";
        case LdmLayout::mirrored: return "a mirror";
        case LdmLayout::raid5: return "a RAID-5 volume";
        case LdmLayout::simple: break;
    }
    return "a simple volume";
}

std::optional<std::vector<LdmVolume>> read_ldm(BlockDevice& disk, std::uint64_t header_offset) {
    if (!range_is_inside(header_offset, sector_bytes, disk.size_bytes())) return std::nullopt;
    const Bytes header = read_bytes(disk, header_offset, sector_bytes);
    if (!has_text(header, 0, "PRIVHEAD")) return std::nullopt;
    const std::uint64_t sectors = disk.size_bytes() / sector_bytes;
    const std::uint64_t start = big_endian_or_0(header, database_start_at, 8);
    const std::uint64_t size = big_endian_or_0(header, database_size_at, 8);
    if (!range_is_inside(start, size, sectors)) return std::nullopt;
    const Bytes region =
        read_bytes(disk, start * sector_bytes,
                   static_cast<std::size_t>(std::min(size * sector_bytes, most_database_bytes)));
    const ByteView bytes = database_in(region);
    if (bytes.empty()) return std::nullopt;
    const Database database = read_records(bytes);

    const char* const guid = reinterpret_cast<const char*>(header.data()) + disk_guid_at;
    const std::string own_guid = lower(std::string(guid, guid_text_bytes));
    const std::uint64_t data_start = big_endian_or_0(header, data_start_at, 8);
    std::vector<LdmVolume> volumes;
    for (const Part& part : database.parts) {
        const auto on = database.disks.find(part.disk);
        if (on == database.disks.end() || on->second != own_guid) continue;
        const auto component = database.components.find(part.component);
        if (component == database.components.end()) continue;
        const auto volume = database.volumes.find(component->second.volume);
        if (volume == database.volumes.end()) continue;
        if (data_start > sectors || part.first_sector > sectors - data_start ||
            part.sectors > sectors - data_start - part.first_sector) {
            continue;
        }
        volumes.push_back(
            {volume->second.name,
             layout_of(component->second, volume->second),
             {(data_start + part.first_sector) * sector_bytes, part.sectors * sector_bytes}});
    }
    return volumes;
}

}  // namespace nlafix::disk
