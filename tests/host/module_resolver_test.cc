#include "host/runtime/module_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/host/temporary_folder.h"

namespace jshost {
namespace {

using ::testing::HasSubstr;

class ModuleResolverTest : public ::testing::Test {
 protected:
  // The path below the folder that `specifier` resolves to from `from`, with
  // its suffix; or "error: …".
  std::string Resolve(const std::string& specifier,
                      const std::string& from = "") {
    ResolvedModule resolved;
    std::string error;
    const std::string base =
        from.empty() ? folder_.path() : folder_.path() + "/" + from;
    if (!resolver_.Resolve(specifier, base, &resolved, &error)) {
      return "error: " + error;
    }
    return resolved.path.substr(folder_.path().size() + 1) + resolved.suffix;
  }

  TemporaryFolder folder_;
  ModuleResolver resolver_;
};

TEST_F(ModuleResolverTest, RelativePaths) {
  folder_.Add("a.js");
  folder_.Add("lib/b.mjs");
  EXPECT_EQ(Resolve("./a.js"), "a.js");
  EXPECT_EQ(Resolve("./lib/b.mjs"), "lib/b.mjs");
  EXPECT_EQ(Resolve("../a.js", "lib"), "a.js");
  EXPECT_EQ(Resolve("./../lib/./b.mjs", "lib"), "lib/b.mjs");
}

TEST_F(ModuleResolverTest, AbsolutePathsAndFileUrls) {
  const std::string path = folder_.Add("a b.js");
  EXPECT_EQ(Resolve(path), "a b.js");
  EXPECT_EQ(Resolve("file://" + folder_.path() + "/a%20b.js"), "a b.js");
}

TEST_F(ModuleResolverTest, PercentEscapesAreDecoded) {
  folder_.Add("a b.js");
  EXPECT_EQ(Resolve("./a%20b.js"), "a b.js");
  EXPECT_THAT(Resolve("./a%2zb.js"), HasSubstr("no valid file URL"));
}

TEST_F(ModuleResolverTest, QueryAndFragmentArePartOfTheIdentity) {
  folder_.Add("a.js");
  EXPECT_EQ(Resolve("./a.js?x=1#y"), "a.js?x=1#y");
}

TEST_F(ModuleResolverTest, ExtensionsAreNotGuessedButHintedAt) {
  const std::string path = folder_.Add("a.js");
  EXPECT_EQ(Resolve("./a"), "error: cannot find module './a' (tried " +
                                folder_.path() + "/a); did you mean './a.js'?");
  folder_.Add("dir/index.js");
  EXPECT_EQ(Resolve("./dir"),
            "error: './dir' is a directory; did you mean "
            "'./dir/index.js'?");
}

TEST_F(ModuleResolverTest, SymbolicLinksAreFollowed) {
  folder_.Add("real/a.js");
  std::filesystem::create_symlink("real/a.js", folder_.path() + "/link.js");
  EXPECT_EQ(Resolve("./link.js"), "real/a.js");
}

TEST_F(ModuleResolverTest, OtherSchemesAreRefused) {
  EXPECT_THAT(Resolve("https://x/y.js"), HasSubstr("not from https:"));
  EXPECT_THAT(Resolve("node:fs"), HasSubstr("built into Node"));
}

TEST_F(ModuleResolverTest, BareNamesAreLookedForUpwards) {
  folder_.Add("node_modules/p/package.json", R"({"main": "m.js"})");
  folder_.Add("node_modules/p/m.js");
  folder_.Add("a/b/c.js");
  EXPECT_EQ(Resolve("p", "a/b"), "node_modules/p/m.js");
  EXPECT_EQ(Resolve("p/m.js", "a/b"), "node_modules/p/m.js");
}

TEST_F(ModuleResolverTest, AMissingPackageTellsWhereItWasLookedFor) {
  const std::string error = Resolve("nope", "a");
  EXPECT_THAT(error, HasSubstr("cannot find module 'nope'"));
  EXPECT_THAT(error, HasSubstr(folder_.path() + "/a/node_modules/nope"));
  EXPECT_THAT(error, HasSubstr(folder_.path() + "/node_modules/nope"));
}

TEST_F(ModuleResolverTest, EntryPointsWithoutExports) {
  folder_.Add("node_modules/m/package.json",
              R"({"main": "cjs.js", "module": "./esm.js"})");
  folder_.Add("node_modules/m/cjs.js");
  folder_.Add("node_modules/m/esm.js");
  EXPECT_EQ(Resolve("m"), "node_modules/m/esm.js");
  folder_.Add("node_modules/d/package.json", R"({"main": "lib"})");
  folder_.Add("node_modules/d/lib/index.js");
  EXPECT_EQ(Resolve("d"), "node_modules/d/lib/index.js");
  folder_.Add("node_modules/i/index.js");
  EXPECT_EQ(Resolve("i"), "node_modules/i/index.js");
  folder_.Add("node_modules/e/package.json", "{}");
  EXPECT_THAT(Resolve("e"), HasSubstr("no entry point"));
}

TEST_F(ModuleResolverTest, ExportsAsAString) {
  folder_.Add("node_modules/@s/p/package.json", R"({"exports": "./x.js"})");
  folder_.Add("node_modules/@s/p/x.js");
  EXPECT_EQ(Resolve("@s/p"), "node_modules/@s/p/x.js");
  EXPECT_THAT(Resolve("@s/p/x.js"), HasSubstr("does not export './x.js'"));
}

TEST_F(ModuleResolverTest, ConditionsAreTriedInThePackagesOrder) {
  folder_.Add("node_modules/p/package.json", R"({"exports": {
      "node": "./node.js", "require": "./cjs.js",
      "import": {"types": "./t.d.ts", "default": "./esm.js"},
      "default": "./default.js"}})");
  folder_.Add("node_modules/p/esm.js");
  EXPECT_EQ(Resolve("p"), "node_modules/p/esm.js");
  folder_.Add("node_modules/q/package.json", R"({"exports": {".": {
      "jshost": "./own.js", "import": "./esm.js"}}})");
  folder_.Add("node_modules/q/own.js");
  EXPECT_EQ(Resolve("q"), "node_modules/q/own.js");
}

TEST_F(ModuleResolverTest, SubpathPatterns) {
  folder_.Add("node_modules/p/package.json", R"({"exports": {
      "./*": "./lib/*.js", "./f/*.css": "./css/*.css", "./lib/private/*": null,
      "./exact": "./e.js"}})");
  folder_.Add("node_modules/p/lib/a/b.js");
  folder_.Add("node_modules/p/css/x.css");
  folder_.Add("node_modules/p/e.js");
  EXPECT_EQ(Resolve("p/a/b"), "node_modules/p/lib/a/b.js");
  EXPECT_EQ(Resolve("p/f/x.css"), "node_modules/p/css/x.css");
  EXPECT_EQ(Resolve("p/exact"), "node_modules/p/e.js");
  EXPECT_THAT(Resolve("p/lib/private/x"), HasSubstr("does not export"));
}

TEST_F(ModuleResolverTest, ArraysAreAlternatives) {
  folder_.Add("node_modules/p/package.json",
              R"({"exports": [{"require": "./c.js"}, "./d.js"]})");
  folder_.Add("node_modules/p/d.js");
  EXPECT_EQ(Resolve("p"), "node_modules/p/d.js");
}

TEST_F(ModuleResolverTest, TargetsStayInThePackage) {
  folder_.Add("secret.js");
  folder_.Add("node_modules/p/package.json", R"({"exports": {
      ".": "./../../secret.js", "./*": "./*"}})");
  EXPECT_THAT(Resolve("p"), HasSubstr("does not export"));
  EXPECT_THAT(Resolve("p/../../secret.js"), HasSubstr("does not export"));
}

TEST_F(ModuleResolverTest, APackageImportsItselfAndItsImports) {
  folder_.Add("package.json", R"({"name": "me", "exports": {"./x": "./x.js"},
      "imports": {"#in/*": "./src/*.js", "#dep": "dep"}})");
  folder_.Add("x.js");
  folder_.Add("src/y.js");
  folder_.Add("node_modules/dep/index.js");
  EXPECT_EQ(Resolve("me/x", "src"), "x.js");
  EXPECT_EQ(Resolve("#in/y", "src"), "src/y.js");
  EXPECT_EQ(Resolve("#dep", "src"), "node_modules/dep/index.js");
  EXPECT_THAT(Resolve("#other"), HasSubstr("not among the \"imports\""));
}

TEST_F(ModuleResolverTest, MalformedNamesAndPackages) {
  EXPECT_THAT(Resolve("@scope"), HasSubstr("no valid module name"));
  EXPECT_THAT(Resolve(""), HasSubstr("no valid module name"));
  folder_.Add("node_modules/p/package.json", "{");
  EXPECT_THAT(Resolve("p"), HasSubstr("package.json is not a JSON object"));
}

}  // namespace
}  // namespace jshost
