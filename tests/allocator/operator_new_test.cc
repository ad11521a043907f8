// The heap behind operator new: a program of its own, since once started it
// stays.

#include "allocator/operator_new/operator_new.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "allocator/backends/slab/slab_allocator.h"
#include "allocator/registry.h"

namespace jsheap {
namespace {

// Made before the heap was.
struct Early {
  void* block = ::operator new(100);
  void* aligned = ::operator new(100, std::align_val_t{256});
  std::string text = std::string(1000, 'e');
};
Early* early = nullptr;

// A thread from before the start, which goes on when told to.
class EarlyThread {
 public:
  EarlyThread()
      : thread_([this] {
          before = ::operator new(100);
          made_.release();
          go_on_.acquire();
          after = ::operator new(100);
        }) {
    made_.acquire();
  }
  void GoOn() {
    go_on_.release();
    thread_.join();
  }

  void* before = nullptr;
  void* after = nullptr;

 private:
  std::binary_semaphore made_{0};
  std::binary_semaphore go_on_{0};
  std::thread thread_;
};
EarlyThread* early_thread = nullptr;

bool Owned(const void* block) {
  return static_cast<slab::SlabAllocator*>(OperatorNewHeap())->Owns(block);
}

uint64_t LiveBytes() { return *OperatorNewHeap()->Stats().allocated_bytes; }

TEST(OperatorNewTest, BlocksOfBothOwnersMayBeDeleted) {
  EXPECT_FALSE(Owned(early));
  EXPECT_FALSE(Owned(early->block));
  EXPECT_FALSE(Owned(early->aligned));
  EXPECT_FALSE(Owned(nullptr));
  const uint64_t before = LiveBytes();
  ::operator delete(early->block);
  ::operator delete(early->aligned, std::align_val_t{256});
  delete early;
  EXPECT_EQ(LiveBytes(), before);
  void* late = ::operator new(5000);
  EXPECT_TRUE(Owned(late));
  EXPECT_GE(LiveBytes(), before + 5000);
  ::operator delete(late);
  EXPECT_EQ(LiveBytes(), before);
  ::operator delete(nullptr);
}

TEST(OperatorNewTest, AThreadFromBeforeTheStart) {
  early_thread->GoOn();
  EXPECT_FALSE(Owned(early_thread->before));
  EXPECT_TRUE(Owned(early_thread->after));
  ::operator delete(early_thread->before);
  ::operator delete(early_thread->after);
  delete early_thread;
}

TEST(OperatorNewTest, EveryForm) {
  const auto check = [](void* block) {
    ASSERT_NE(block, nullptr);
    EXPECT_TRUE(Owned(block));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % kMinAlignment, 0u);
    std::fill_n(static_cast<char*>(block), 77, 'x');
  };
  const uint64_t before = LiveBytes();
  const std::array<void*, 4> blocks{::operator new(77), ::operator new[](77),
                                    ::operator new(77, std::nothrow),
                                    ::operator new[](77, std::nothrow)};
  std::for_each(blocks.begin(), blocks.end(), check);
  EXPECT_EQ((std::set<void*>{blocks.begin(), blocks.end()}.size()), 4u);
  ::operator delete(blocks[0], size_t{77});
  ::operator delete[](blocks[1], size_t{77});
  ::operator delete(blocks[2], std::nothrow);
  ::operator delete[](blocks[3], std::nothrow);
  EXPECT_EQ(LiveBytes(), before);
}

TEST(OperatorNewTest, NothingIsSomethingToo) {
  void* one = ::operator new(0);
  void* other = ::operator new(0);
  EXPECT_NE(one, nullptr);
  EXPECT_NE(one, other);
  ::operator delete(one);
  ::operator delete(other);
}

TEST(OperatorNewTest, Aligned) {
  const uint64_t before = LiveBytes();
  for (size_t alignment = 1; alignment <= size_t{1} << 20; alignment *= 2) {
    const std::align_val_t align{alignment};
    for (const size_t bytes :
         {size_t{0}, size_t{1}, alignment - 1, alignment + 1, size_t{40000}}) {
      void* block = ::operator new(bytes, align);
      void* array = ::operator new[](bytes, align, std::nothrow);
      for (void* each : {block, array}) {
        ASSERT_NE(each, nullptr) << bytes << " aligned to " << alignment;
        EXPECT_EQ(reinterpret_cast<uintptr_t>(each) % alignment, 0u);
        EXPECT_EQ(Owned(each), alignment <= kPageBytes);
        std::fill_n(static_cast<char*>(each), bytes, 'x');
      }
      ::operator delete(block, bytes, align);
      ::operator delete[](array, align, std::nothrow);
    }
  }
  EXPECT_EQ(LiveBytes(), before);
}

struct alignas(128) Line {
  char bytes[128];
};

TEST(OperatorNewTest, OverAlignedTypes) {
  const auto line = std::make_unique<Line>();
  const std::vector<Line> lines(100);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(line.get()) % alignof(Line), 0u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(lines.data()) % alignof(Line), 0u);
  EXPECT_TRUE(Owned(lines.data()));
}

TEST(OperatorNewTest, OtherThreadsDelete) {
  constexpr int kRounds = 50;
  const uint64_t before = LiveBytes();
  {
    std::vector<std::unique_ptr<std::string>> strings;
    for (int round = 0; round < kRounds; ++round) {
      for (int i = 0; i < 100; ++i) {
        strings.push_back(std::make_unique<std::string>(
            static_cast<size_t>(i) * 50, static_cast<char>('a' + i % 26)));
      }
      std::thread([&] {
        for (size_t i = 0; i < strings.size(); ++i) {
          const std::string& text = *strings[i];
          EXPECT_EQ(text, std::string(i * 50, static_cast<char>('a' + i % 26)));
        }
        strings.clear();
      }).join();
    }
  }
  EXPECT_EQ(LiveBytes(), before);
  EXPECT_EQ(OperatorNewHeap()->inspectable()->Verify(), "");
}

constexpr size_t kTooMuch = size_t{1} << 60;

TEST(OperatorNewTest, TooMuch) {
  EXPECT_THROW((void)::operator new(kTooMuch), std::bad_alloc);
  EXPECT_THROW((void)::operator new(SIZE_MAX), std::bad_alloc);
  EXPECT_THROW((void)::operator new(kTooMuch, std::align_val_t{64}),
               std::bad_alloc);
  EXPECT_EQ(::operator new(kTooMuch, std::nothrow), nullptr);
  EXPECT_EQ(::operator new[](kTooMuch, std::align_val_t{64}, std::nothrow),
            nullptr);
}

TEST(OperatorNewTest, TheHandlerIsAskedUntilItGivesUp) {
  static int calls = 0;
  std::set_new_handler([] {
    if (++calls == 3) std::set_new_handler(nullptr);
  });
  EXPECT_THROW((void)::operator new(kTooMuch), std::bad_alloc);
  EXPECT_EQ(calls, 3);
}

TEST(OperatorNewTest, ItsStatisticsAreItsOwn) {
  std::string error;
  const auto buffers = MakeAllocator("slab", &error);
  ASSERT_NE(buffers, nullptr) << error;
  const uint64_t buffers_before = *buffers->Stats().allocated_bytes;
  void* object = ::operator new(100000);
  EXPECT_EQ(*buffers->Stats().allocated_bytes, buffers_before);
  const uint64_t objects_before = LiveBytes();
  void* buffer = buffers->Allocate(200000);
  EXPECT_FALSE(Owned(buffer));
  EXPECT_EQ(LiveBytes(), objects_before);
  buffers->Free(buffer, 200000);
  ::operator delete(object);
}

TEST(OperatorNewTest, MallocStaysTheProcesss) {
  void* block = std::malloc(100);
  EXPECT_FALSE(Owned(block));
  std::free(block);
}

}  // namespace
}  // namespace jsheap

int main(int argc, char** argv) {
  jsheap::early = new jsheap::Early;
  jsheap::early_thread = new jsheap::EarlyThread;
  if (jsheap::OperatorNewHeap() != nullptr) {
    std::fputs("the heap has started by itself\n", stderr);
    return 1;
  }
  std::string error;
  if (!jsheap::StartOperatorNewHeap(&error)) {
    std::fprintf(stderr, "%s\n", error.c_str());
    return 1;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
