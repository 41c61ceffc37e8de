// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/options.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "thrown.h"

using namespace nlafix;
using Arguments = std::vector<std::string>;
using ChoiceKind = system::Choice::Kind;

namespace {

std::optional<cli::Invocation> invocation(const Arguments& arguments) {
    const auto parsed = cli::parse_arguments(arguments);
    if (const auto* found = std::get_if<cli::Invocation>(&parsed)) return *found;
    return std::nullopt;
}

bool is_usage_error(const Arguments& arguments) {
    const auto parsed = cli::parse_arguments(arguments);
    if (const auto* text = std::get_if<cli::PlainText>(&parsed)) return text->is_wrong_usage;
    const auto* error = std::get_if<cli::UsageError>(&parsed);
    return error != nullptr && !error->message.empty() && !error->hint.empty();
}

std::string plain_text(const Arguments& arguments) {
    const auto parsed = cli::parse_arguments(arguments);
    const auto* text = std::get_if<cli::PlainText>(&parsed);
    return text == nullptr ? "" : text->text;
}

}  // namespace

TEST_CASE("Each command reads its TARGETs") {
    CHECK(invocation({"check", "a"})->command == app::Command::check);
    CHECK(invocation({"fix", "a"})->command == app::Command::fix);
    CHECK(invocation({"undo", "a"})->command == app::Command::undo);
    CHECK(invocation({"check", "a", "b", "c"})->targets == Arguments{"a", "b", "c"});
    CHECK(invocation({"check", "a", "--json", "b"})->targets == Arguments{"a", "b"});
}

TEST_CASE("A TARGET arrives to the byte") {
    for (const std::string& target :
         {std::string("[a,b]"), std::string("[a]"),       std::string("[]"),
          std::string("["),     std::string("[a,b"),      std::string("a,b"),
          std::string("{a,b}"), std::string("-"),         std::string(""),
          std::string(" a "),   std::string("a b"),       std::string("\"a\""),
          std::string("'a'"),   std::string("%%"),        std::string("\xff\xfe"),
          std::string("a=b"),   std::string("[a,b]\x01"), std::string("\x01"),
          std::string("[\x01"), std::string("check"),     std::string("fix"),
          std::string("a\nb"),  std::string("//"),        std::string("#a"),
          std::string("1"),     std::string("true")}) {
        CAPTURE(target);
        for (const char* command : {"check", "fix", "undo"}) {
            const auto parsed = invocation({command, target});
            REQUIRE(parsed);
            CHECK(parsed->targets == Arguments{target});
            const auto among = invocation({command, "x", target, "y"});
            REQUIRE(among);
            CHECK(among->targets == Arguments{"x", target, "y"});
        }
    }
}

TEST_CASE("Behind -- everything is a TARGET") {
    CHECK(invocation({"check", "--", "-x"})->targets == Arguments{"-x"});
    CHECK(invocation({"check", "--", "--json"})->targets == Arguments{"--json"});
    CHECK_FALSE(invocation({"check", "--", "--json"})->json);
    CHECK(invocation({"check", "a", "--", "-b", "--"})->targets == Arguments{"a", "-b", "--"});
    CHECK(invocation({"check", "--json", "--", "[a,b]"})->targets == Arguments{"[a,b]"});
    CHECK(is_usage_error({"check", "--"}));
}

TEST_CASE("Options of fix") {
    const auto parsed = invocation({"fix", "-n", "--create-missing", "--backup-dir", "[a,b]",
                                    "--control-set", "all", "--json", "-q", "-v", "t"});
    REQUIRE(parsed);
    CHECK(parsed->options.dry_run);
    CHECK(parsed->options.create_missing);
    CHECK(parsed->options.backup_folder == "[a,b]");
    CHECK(parsed->options.control_sets.kind == ChoiceKind::all);
    CHECK(parsed->json);
    CHECK(parsed->quiet);
    CHECK(parsed->verbose);
    CHECK(parsed->targets == Arguments{"t"});
    const auto plain = invocation({"fix", "t"});
    CHECK_FALSE(plain->options.dry_run);
    CHECK_FALSE(plain->options.create_missing);
    CHECK(plain->options.backup_folder.empty());
    CHECK(plain->options.control_sets.kind == ChoiceKind::boot);
    CHECK(invocation({"fix", "--dry-run", "t"})->options.dry_run);
    CHECK(invocation({"fix", "--backup-dir=x y", "t"})->options.backup_folder == "x y");
}

TEST_CASE("Which control sets can be asked for") {
    const auto choice = [](const std::string& word) -> std::optional<system::Choice> {
        const auto parsed = invocation({"check", "--control-set", word, "t"});
        if (!parsed) return std::nullopt;
        return parsed->options.control_sets;
    };
    CHECK(choice("boot")->kind == ChoiceKind::boot);
    CHECK(choice("current")->kind == ChoiceKind::current);
    CHECK(choice("default")->kind == ChoiceKind::default_set);
    CHECK(choice("all")->kind == ChoiceKind::all);
    for (const auto& [word, number] :
         {std::pair<std::string, std::uint32_t>{"1", 1}, {"2", 2}, {"001", 1}, {"999", 999}}) {
        REQUIRE(choice(word));
        CHECK(choice(word)->kind == ChoiceKind::number);
        CHECK(choice(word)->number == number);
    }
    for (const char* word : {"0", "000", "1000", "0001", "-1", "+1", "1x", "x", "", " 1", "BOOT",
                             "0x1", "1.0", "4294967297"}) {
        CAPTURE(std::string(word));
        CHECK(is_usage_error({"check", "--control-set", word, "t"}));
    }
}

TEST_CASE("Undo has a --target, for one BACKUP") {
    CHECK(invocation({"undo", "--target", "/mnt/SYSTEM", "b"})->options.undo_target ==
          "/mnt/SYSTEM");
    CHECK(is_usage_error({"undo", "--target", "/mnt/SYSTEM", "a", "b"}));
    CHECK(invocation({"undo", "a", "b"})->targets.size() == 2);
}

TEST_CASE("Colour is a choice of three words") {
    CHECK(invocation({"check", "t"})->color == cli::Color::automatic);
    CHECK(invocation({"check", "--color", "auto", "t"})->color == cli::Color::automatic);
    CHECK(invocation({"check", "--color", "always", "t"})->color == cli::Color::always);
    CHECK(invocation({"check", "--color", "never", "t"})->color == cli::Color::never);
    CHECK(is_usage_error({"check", "--color", "sometimes", "t"}));
}

TEST_CASE("Wrong usage is an error, whatever else is right") {
    for (const Arguments& arguments : std::vector<Arguments>{{},
                                                             {"t"},
                                                             {"check"},
                                                             {"fix"},
                                                             {"undo"},
                                                             {"repair", "t"},
                                                             {"check", "--unknown", "t"},
                                                             {"check", "-x", "t"},
                                                             {"check", "--dry-run", "t"},
                                                             {"check", "--backup-dir", "d", "t"},
                                                             {"check", "--create-missing", "t"},
                                                             {"undo", "--control-set", "1", "t"},
                                                             {"undo", "-n", "t"},
                                                             {"fix", "--target", "x", "t"},
                                                             {"fix", "--backup-dir"},
                                                             {"check", "--control-set"},
                                                             {"check", "--json=x", "t"},
                                                             {"--json", "check", "t"}}) {
        CAPTURE(arguments.size());
        CAPTURE(arguments.empty() ? std::string() : arguments.back());
        CHECK(is_usage_error(arguments));
    }
}

TEST_CASE("Help and version are text, and help names every exit status") {
    CHECK(plain_text({"--version"}).find("nlafix ") == 0);
    CHECK(plain_text({"-V"}) == plain_text({"--version"}));
    for (const Arguments& arguments :
         std::vector<Arguments>{{"-h"}, {"--help"}, {"check", "--help"}, {"fix", "-h"}}) {
        CHECK(test::contains(plain_text(arguments), "Usage: nlafix"));
    }
    for (const char* status : {"0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "6 ", "7 ", "130 "}) {
        CAPTURE(std::string(status));
        CHECK(test::contains(plain_text({"--help"}), status));
    }
    CHECK(test::contains(plain_text({"fix", "--help"}), "--backup-dir"));
    CHECK_FALSE(test::contains(plain_text({"check", "--help"}), "--backup-dir"));
}

TEST_CASE("What is said of disks and images is read") {
    CHECK_FALSE(invocation({"check", "a"})->options.partition.has_value());
    CHECK(invocation({"check", "--partition", "0", "a"})->options.partition == 0);
    CHECK(invocation({"fix", "--partition", "12", "a"})->options.partition == 12);
    CHECK(invocation({"recover", "--partition=5", "-o", "b", "a"})->options.partition == 5);
    for (const char* word : {"", "-1", "x", "1x", "999999", "0x1", "1.0"}) {
        CAPTURE(word);
        CHECK(is_usage_error({"check", "--partition", word, "a"}));
    }
    CHECK_FALSE(invocation({"check", "a"})->options.image_format.has_value());
    CHECK(invocation({"check", "--format", "qcow2", "a"})->options.image_format ==
          disk::ImageFormat::qcow2);
    CHECK(invocation({"check", "--format", "vpc", "a"})->options.image_format ==
          disk::ImageFormat::vhd);
    CHECK(is_usage_error({"check", "--format", "vdi", "a"}));
    CHECK(is_usage_error({"undo", "--format", "raw", "a"}));
    CHECK_FALSE(invocation({"check", "a"})->options.trust_image_references);
    for (const char* command : {"check", "fix", "undo"}) {
        CHECK(
            invocation({command, "--trust-image-references", "a"})->options.trust_image_references);
    }
}

TEST_CASE("One TARGET at a time, or as many as -j says") {
    CHECK(invocation({"check", "a"})->jobs == 1);
    CHECK(invocation({"check", "-j", "4", "a"})->jobs == 4);
    CHECK(invocation({"fix", "--jobs", "64", "a"})->jobs == 64);
    CHECK(invocation({"undo", "-j2", "a"})->jobs == 2);
    for (const char* word : {"0", "65", "-1", "many", ""}) {
        CAPTURE(word);
        CHECK(is_usage_error({"check", "-j", word, "a"}));
    }
    CHECK(is_usage_error({"recover", "-j", "2", "-o", "b", "a"}));
}
