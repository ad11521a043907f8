// The fit policies against a model.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "allocator/backends/freelist/block.h"
#include "allocator/backends/freelist/fit_policy.h"

namespace jsheap::freelist {
namespace {

// Memory with blocks in it that are nobody's: a policy needs no neighbours.
class Field {
 public:
  explicit Field(size_t bytes) : units_(bytes / Block::kUnit) {}

  Block* Add(size_t size) {
    Block* block = Block::At(reinterpret_cast<char*>(units_.data() + used_) +
                             Block::kHeaderBytes);
    block->header = size;
    used_ += size / Block::kUnit;
    return block;
  }

 private:
  struct alignas(Block::kUnit) Unit {
    char bytes[Block::kUnit];
  };
  std::vector<Unit> units_;
  size_t used_ = 0;
};

class FitTest : public testing::TestWithParam<Fit> {
 protected:
  // What a policy must find.
  static bool IsRight(const std::set<Block*>& free, size_t size,
                      const Block* found) {
    const Block* right = nullptr;
    for (const Block* block : free) {
      if (block->size() < size) continue;
      if (right == nullptr ||
          (GetParam() == Fit::kBest && block->size() < right->size())) {
        right = block;
      }
    }
    if (found == nullptr || right == nullptr) return found == right;
    // Blocks of the least size serve their own size in any order.
    if (GetParam() == Fit::kBest || size == Block::kLeastBytes) {
      return found->size() == right->size() ||
             (size == Block::kLeastBytes && found->size() == size);
    }
    return found == right;
  }

  static void Check(const FitPolicy& policy, const std::set<Block*>& free) {
    Tally expected, found;
    size_t largest = 0;
    for (Block* block : free) {
      expected.Add(block->size());
      largest = std::max(largest, block->size());
    }
    EXPECT_EQ(policy.Verify(&found), nullptr);
    EXPECT_EQ(found, expected);
    EXPECT_EQ(policy.Largest(), largest);
  }
};

TEST_P(FitTest, EmptyFindsNothing) {
  const auto policy = MakeFitPolicy(GetParam());
  EXPECT_EQ(policy->Find(Block::kLeastBytes), nullptr);
  EXPECT_EQ(policy->Find(size_t{1} << 20), nullptr);
  EXPECT_EQ(policy->Largest(), 0u);
}

TEST_P(FitTest, AgreesWithTheModel) {
  std::mt19937 random(11);
  // Few sizes, so that many blocks share one; then many.
  for (const size_t sizes : {size_t{4}, size_t{100}, size_t{2000}}) {
    Field field(32u << 20);
    const auto policy = MakeFitPolicy(GetParam());
    std::vector<Block*> out;
    std::set<Block*> free;
    for (int i = 0; i < 300; ++i) {
      out.push_back(
          field.Add(Block::kLeastBytes +
                    random() % sizes * Block::kUnit * (sizes == 4 ? 40 : 1)));
    }
    for (int step = 0; step < 4000; ++step) {
      const unsigned dice = random() % 4;
      if (dice < 2 && !out.empty()) {
        const size_t i = random() % out.size();
        policy->Insert(out[i]);
        free.insert(out[i]);
        out[i] = out.back();
        out.pop_back();
      } else if (dice == 2 && !free.empty()) {
        auto at = free.begin();
        std::advance(at, random() % free.size());
        policy->Remove(*at);
        out.push_back(*at);
        free.erase(at);
      } else {
        const size_t size =
            Block::kLeastBytes + random() % (sizes + 10) * Block::kUnit;
        Block* found = policy->Find(size);
        ASSERT_TRUE(IsRight(free, size, found)) << size;
        if (found != nullptr) {
          policy->Remove(found);
          out.push_back(found);
          free.erase(found);
        }
      }
      if (step % 100 == 0) Check(*policy, free);
    }
    Check(*policy, free);
  }
}

// A list would take 10^9 steps here.
TEST_P(FitTest, ManyBlocksOfAnySizeAreNoBurden) {
  constexpr size_t kBlocks = 30000;
  for (const size_t step : {size_t{0}, Block::kUnit}) {
    const auto policy = MakeFitPolicy(GetParam());
    Field field(kBlocks * 2048 + kBlocks * step);
    std::vector<Block*> blocks;
    for (size_t i = 0; i < kBlocks; ++i) {
      blocks.push_back(field.Add(1024 + i % 64 * step));
    }
    for (Block* block : blocks) policy->Insert(block);
    Tally found;
    EXPECT_EQ(policy->Verify(&found), nullptr);
    EXPECT_EQ(found.blocks, kBlocks);
    size_t taken = 0;
    while (Block* block = policy->Find(1024)) {
      policy->Remove(block);
      ++taken;
    }
    EXPECT_EQ(taken, kBlocks);
  }
}

INSTANTIATE_TEST_SUITE_P(Policies, FitTest,
                         testing::Values(Fit::kBest, Fit::kFirst),
                         [](const auto& info) {
                           return info.param == Fit::kBest ? "Best" : "First";
                         });

}  // namespace
}  // namespace jsheap::freelist
