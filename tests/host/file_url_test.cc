#include "host/runtime/file_url.h"

#include <gtest/gtest.h>

namespace jshost {
namespace {

TEST(FileUrlTest, PathsThereAndBack) {
  for (const char* path : {"/a/b.js", "/with space", "/100%", "/ž?#[eval]"}) {
    EXPECT_EQ(FileUrlToPath(PathToFileUrl(path)), path);
  }
  EXPECT_EQ(PathToFileUrl("/a b%.js"), "file:///a%20b%25.js");
}

TEST(FileUrlTest, OtherHostsAndBadEscapesAreRefused) {
  EXPECT_EQ(FileUrlToPath("file://localhost/x"), "/x");
  EXPECT_EQ(FileUrlToPath("file:/x"), "/x");
  EXPECT_FALSE(FileUrlToPath("file://other/x"));
  EXPECT_FALSE(FileUrlToPath("file:///%zz"));
  EXPECT_FALSE(FileUrlToPath("file:///a%2Fb"));
  EXPECT_FALSE(FileUrlToPath("file:///a%00"));
  EXPECT_FALSE(FileUrlToPath("file:///a%2"));
}

TEST(FileUrlTest, Schemes) {
  EXPECT_EQ(UrlScheme("https://x"), "https:");
  EXPECT_EQ(UrlScheme("node:fs"), "node:");
  EXPECT_EQ(UrlScheme("./a:b"), "");
  EXPECT_EQ(UrlScheme("@s/p"), "");
  EXPECT_EQ(UrlScheme("c:/x"), "");
}

}  // namespace
}  // namespace jshost
