#include "allocator/size_text.h"

#include <gtest/gtest.h>

namespace jsheap {
namespace {

TEST(ParseSizeTest, ReadsPlainBytesAndBinaryUnits) {
  EXPECT_EQ(ParseSize("0"), 0u);
  EXPECT_EQ(ParseSize("4096"), 4096u);
  EXPECT_EQ(ParseSize("64K"), 65536u);
  EXPECT_EQ(ParseSize("64KiB"), 65536u);
  EXPECT_EQ(ParseSize("512MiB"), uint64_t{512} << 20);
  EXPECT_EQ(ParseSize("2G"), uint64_t{2} << 30);
  EXPECT_EQ(ParseSize("1TiB"), uint64_t{1} << 40);
}

TEST(ParseSizeTest, RefusesWhatIsNoSize) {
  for (const char* text : {"", "12Q", "K", "-1", "1.5M", " 1", "1 ", "1KB",
                           "0x10", "64KiBs", "99999999999999999999"}) {
    EXPECT_EQ(ParseSize(text), std::nullopt) << text;
  }
}

TEST(ParseSizeTest, RefusesWhatDoesNotFit) {
  EXPECT_EQ(ParseSize("9223372036854775807"), (uint64_t{1} << 63) - 1);
  EXPECT_EQ(ParseSize("9223372036854775808"), std::nullopt);
  EXPECT_EQ(ParseSize("8388608T"), std::nullopt);
}

TEST(FormatSizeTest, ExactFormReadsBack) {
  for (uint64_t bytes : {0ull, 1ull, 1000ull, 1024ull, 65536ull, 1536ull,
                         1ull << 40, (1ull << 62) + 1}) {
    EXPECT_EQ(ParseSize(FormatSizeExact(bytes)), bytes);
  }
  EXPECT_EQ(FormatSizeExact(65536), "64KiB");
  EXPECT_EQ(FormatSizeExact(1000), "1000");
}

TEST(FormatSizeTest, ShowsThreeDigits) {
  EXPECT_EQ(FormatSize(0), "0 B");
  EXPECT_EQ(FormatSize(1023), "1023 B");
  EXPECT_EQ(FormatSize(1280), "1.25 KiB");
  EXPECT_EQ(FormatSize(uint64_t{12} << 20), "12.0 MiB");
  EXPECT_EQ(FormatSize(uint64_t{256} << 30), "256 GiB");
  EXPECT_EQ(FormatSize((uint64_t{1} << 20) - 1), "1.00 MiB");
}

}  // namespace
}  // namespace jsheap
