#include "tests/allocator/model/property.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace jsheap {
namespace {

// Shrinking ends after so many tries: what is found by then is small, and a
// test that fails must not look as if it hung.
constexpr size_t kMostShrinkTries = 2000;

// Of what RapidCheck tells on its way, nothing is of interest.
class Silence : public rc::detail::TestListener {
 public:
  void onTestCaseFinished(const rc::detail::CaseDescription&) override {}
  void onShrinkTried(const rc::detail::CaseDescription&, bool) override {}
  void onTestFinished(const rc::detail::TestMetadata&,
                      const rc::detail::TestResult&) override {}
};

rc::Gen<Operation::Kind> KindOf(const Menu& menu) {
  std::vector<Operation::Kind> kinds;
  for (const Menu::Entry& entry : menu.kinds) {
    kinds.insert(kinds.end(), entry.weight, entry.kind);
  }
  return rc::gen::elementOf(kinds);
}

rc::Gen<uint64_t> BytesOf(const Menu& menu) {
  std::vector<size_t> which;
  for (size_t i = 0; i < menu.sizes.size(); ++i) {
    which.insert(which.end(), menu.sizes[i].weight, i);
  }
  auto bytes = rc::gen::mapcat(
      rc::gen::elementOf(which), [sizes = menu.sizes](size_t i) {
        return rc::gen::inRange(sizes[i].least, sizes[i].most + 1);
      });
  // Down to zero, not only to the range's least.
  return rc::gen::shrink(
      rc::gen::noShrink(std::move(bytes)),
      [](uint64_t from) { return rc::shrink::towards(from, uint64_t{0}); });
}

// Block numbers, of which only the remainder counts: the first ones are tried
// one by one.
rc::Gen<uint32_t> Which() {
  return rc::gen::shrink(
      rc::gen::noShrink(rc::gen::inRange(0u, 1024u)), [](uint32_t from) {
        return rc::seq::concat(rc::seq::range(0u, std::min(from, 8u)),
                               rc::shrink::towards(from, 0u));
      });
}

rc::Gen<Operations> OperationsOf(const Menu& menu) {
  auto operation = rc::gen::build<Operation>(
      rc::gen::set(&Operation::kind, rc::gen::noShrink(KindOf(menu))),
      rc::gen::set(&Operation::thread, rc::gen::inRange(0u, menu.threads)),
      rc::gen::set(&Operation::which, Which()),
      rc::gen::set(&Operation::bytes, BytesOf(menu)));
  // Workloads get longer from one to the next; their numbers use the full
  // ranges from the beginning.
  return rc::gen::container<Operations>(
      rc::gen::resize(rc::kNominalSize, std::move(operation)));
}

// Runs `property` in a child, so that it may crash.
std::string RunIsolated(const Property& property,
                        const Operations& operations) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe for a child";
  const pid_t child = fork();
  if (child < 0) return "no child process";
  if (child == 0) {
    const std::string fault = property(operations);
    const ssize_t written = write(ends[1], fault.data(), fault.size());
    _exit(written == static_cast<ssize_t>(fault.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string fault;
  char buffer[256];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) {
    fault.append(buffer, static_cast<size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) {
    return std::string("crash: ") + strsignal(WTERMSIG(status));
  }
  if (status != 0) return "exit with status " + std::to_string(status >> 8);
  return fault;
}

const char* Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

std::string TestFilter() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  return std::string(test->test_suite_name()) + "." + test->name();
}

}  // namespace

std::optional<Counterexample> FindCounterexample(const Menu& menu,
                                                 const Search& search,
                                                 const Property& property) {
  Counterexample found;
  size_t shrink_tries = 0;
  const auto holds = [&, operations = OperationsOf(menu)] {
    Operations tried = *operations;
    if (!found.operations.empty() && ++shrink_tries > kMostShrinkTries) {
      return true;
    }
    std::string fault = property(tried);
    if (fault.empty()) return true;
    // Shrinking goes on from whatever still fails, so the last is the least.
    if (found.operations.empty()) found.found_with = tried.size();
    found.operations = std::move(tried);
    found.fault = std::move(fault);
    return false;
  };
  rc::detail::TestParams params;
  params.seed = search.seed;
  params.maxSuccess = search.sequences;
  params.maxSize = search.most_operations;
  Silence silence;
  const rc::detail::TestResult result = rc::detail::checkProperty(
      rc::detail::toProperty(holds), rc::detail::TestMetadata(), params,
      silence, {});
  rc::detail::FailureResult failure;
  if (result.match(failure)) return found;
  return std::nullopt;
}

Property Isolated(Property property) {
  return [property = std::move(property)](const Operations& operations) {
    return RunIsolated(property, operations);
  };
}

void ExpectHolds(const Menu& menu, Search search, const Property& property) {
  Property run = property;
  if (Variable("JSHEAP_ISOLATE") != nullptr) run = Isolated(property);
  if (const char* text = Variable("JSHEAP_REPLAY")) {
    std::string error;
    const auto operations = ParseOperations(text, &error);
    ASSERT_TRUE(operations) << "JSHEAP_REPLAY: " << error;
    EXPECT_EQ(run(*operations), "");
    return;
  }
  if (const char* seed = Variable("JSHEAP_SEED")) {
    search.seed = std::strtoull(seed, nullptr, 10);
  }
  if (const char* sequences = Variable("JSHEAP_SEQUENCES")) {
    search.sequences = std::atoi(sequences);
  }
  const auto found = FindCounterexample(menu, search, run);
  if (!found) return;
  ADD_FAILURE() << found->fault << "\nseed " << search.seed << ", shrunk from "
                << found->found_with << " to " << found->operations.size()
                << " operations; to replay:\nJSHEAP_REPLAY='"
                << ToText(found->operations)
                << "' heap_tests --gtest_filter=" << TestFilter();
}

}  // namespace jsheap
