#include "host/runtime/source_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/host/temporary_folder.h"

namespace jshost {
namespace {

using ::testing::HasSubstr;
constexpr size_t kValid = std::string_view::npos;

TEST(SourceTextTest, ValidUtf8) {
  EXPECT_EQ(FindInvalidUtf8(""), kValid);
  EXPECT_EQ(FindInvalidUtf8("plain ASCII, longer than eight"), kValid);
  EXPECT_EQ(FindInvalidUtf8("žluť € 😀 \xF4\x8F\xBF\xBF"), kValid);
}

TEST(SourceTextTest, InvalidUtf8IsFoundWhereItStarts) {
  EXPECT_EQ(FindInvalidUtf8("12345678\xFF"), 8u);
  EXPECT_EQ(FindInvalidUtf8("a\x80"), 1u);             // continuation alone
  EXPECT_EQ(FindInvalidUtf8("\xC0\xAF"), 0u);          // overlong
  EXPECT_EQ(FindInvalidUtf8("\xE0\x80\xAF"), 0u);      // overlong
  EXPECT_EQ(FindInvalidUtf8("\xED\xA0\x80"), 0u);      // surrogate
  EXPECT_EQ(FindInvalidUtf8("\xF4\x90\x80\x80"), 0u);  // beyond U+10FFFF
  EXPECT_EQ(FindInvalidUtf8("ab\xE2\x82"), 2u);        // cut off
}

TEST(SourceTextTest, WhatIsNoTextIsNamed) {
  std::string error;
  EXPECT_FALSE(CheckSource("x", std::string_view("a\0b", 3), &error));
  EXPECT_EQ(error, "'x' is a binary file, not JavaScript");
  EXPECT_FALSE(CheckSource("x", "1\n2\xFF", &error));
  EXPECT_EQ(error,
            "'x' is not UTF-8: byte 0xff at offset 3, line 2; save it as "
            "UTF-8");
}

TEST(SourceTextTest, FilesAreReadWithoutByteOrderMark) {
  TemporaryFolder folder;
  std::string text;
  std::string error;
  Interruption never;
  EXPECT_TRUE(
      ReadSource(folder.Add("a.js", "\xEF\xBB\xBFx"), &text, &error, &never));
  EXPECT_EQ(text, "x");
  EXPECT_FALSE(ReadSource(folder.path(), &text, &error, &never));
  EXPECT_THAT(error, HasSubstr("is a directory"));
  EXPECT_FALSE(ReadSource(folder.path() + "/none", &text, &error, &never));
  EXPECT_THAT(error, HasSubstr("No such file"));
}

}  // namespace
}  // namespace jshost
