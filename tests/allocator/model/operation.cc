#include "tests/allocator/model/operation.h"

#include <random>
#include <sstream>
#include <utility>

namespace jsheap {
namespace {

using Kind = Operation::Kind;

constexpr std::pair<Kind, std::string_view> kNames[] = {
    {Kind::kAllocate, "allocate"},
    {Kind::kAllocateZeroed, "allocate_zeroed"},
    {Kind::kAllocateAligned, "allocate_aligned"},
    {Kind::kFree, "free"},
    {Kind::kFlush, "flush"},
    {Kind::kIdle, "idle"},
    {Kind::kEndThread, "end_thread"},
    {Kind::kTick, "tick"},
    {Kind::kTrim, "trim"},
    {Kind::kCoalesce, "coalesce"},
    {Kind::kLook, "look"},
    {Kind::kMakeArena, "make_arena"},
    {Kind::kDisposeArena, "dispose_arena"},
    {Kind::kResetArena, "reset_arena"},
    {Kind::kAllocateCounted, "allocate_counted"},
    {Kind::kFreeCounted, "free_counted"},
};

std::string_view NameOf(Kind kind) {
  for (const auto& [known, name] : kNames) {
    if (known == kind) return name;
  }
  return "";
}

std::optional<Kind> KindOf(std::string_view name) {
  for (const auto& [kind, known] : kNames) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

// One of the entries, as often as its weight says.
template <typename Entry>
const Entry& Draw(const std::vector<Entry>& entries, std::mt19937_64& random) {
  uint64_t sum = 0;
  for (const Entry& entry : entries) sum += entry.weight;
  uint64_t at = random() % sum;
  for (const Entry& entry : entries) {
    if (at < entry.weight) return entry;
    at -= entry.weight;
  }
  return entries.back();
}

}  // namespace

std::string ToText(const Operations& operations) {
  std::ostringstream text;
  for (const Operation& operation : operations) {
    if (&operation != &operations.front()) text << "; ";
    text << NameOf(operation.kind) << ' ' << operation.thread << ' '
         << operation.which << ' ' << operation.bytes;
  }
  return text.str();
}

std::optional<Operations> ParseOperations(std::string_view text,
                                          std::string* error) {
  Operations operations;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line, ';');) {
    std::istringstream words(line);
    std::string name, rest;
    Operation operation;
    words >> name >> operation.thread >> operation.which >> operation.bytes;
    const std::optional<Kind> kind = KindOf(name);
    if (!words || !kind || words >> rest) {
      *error = "'" + line + "' is no operation; write e.g. 'allocate 0 0 64'";
      return std::nullopt;
    }
    operation.kind = *kind;
    operations.push_back(operation);
  }
  return operations;
}

const Menu& AllocatorMenu() {
  static const auto& menu = *new Menu{
      .kinds = {{Kind::kAllocate, 24},
                {Kind::kAllocateZeroed, 24},
                {Kind::kAllocateAligned, 3},
                {Kind::kFree, 48},
                {Kind::kFlush, 2},
                {Kind::kIdle, 1},
                {Kind::kEndThread, 1},
                {Kind::kTick, 2},
                {Kind::kTrim, 1},
                {Kind::kCoalesce, 1},
                {Kind::kLook, 1}},
      .sizes = {{0, 100, 60},
                {0, 1200, 60},
                {0, 34000, 60},
                {32000, 140000, 12},
                {0, 700000, 6},
                {0, 4 << 20, 4},
                {256 << 20, 258 << 20, 1}},
      .threads = 3,
  };
  return menu;
}

const Menu& ArenaMenu() {
  static const auto& menu = *new Menu{
      .kinds = {{Kind::kMakeArena, 4},
                {Kind::kDisposeArena, 1},
                {Kind::kResetArena, 3},
                {Kind::kAllocate, 20},
                {Kind::kAllocateZeroed, 20},
                {Kind::kAllocateCounted, 20},
                {Kind::kFreeCounted, 20},
                {Kind::kTick, 1},
                {Kind::kTrim, 1},
                {Kind::kLook, 1}},
      .sizes = {{0, 100, 40}, {0, 9000, 40}, {0, 140000, 10}, {0, 1 << 20, 2}},
      .threads = 2,
  };
  return menu;
}

// Bytes are pages here.
const Menu& PageHeapMenu() {
  static const auto& menu = *new Menu{
      .kinds = {{Kind::kAllocate, 20},
                {Kind::kAllocateZeroed, 20},
                {Kind::kAllocateAligned, 10},
                {Kind::kFree, 50},
                {Kind::kTick, 3},
                {Kind::kTrim, 2},
                {Kind::kCoalesce, 1},
                {Kind::kLook, 2}},
      .sizes = {{1, 8, 70}, {1, 64, 20}, {1, 300, 10}},
  };
  return menu;
}

Operations RandomOperations(const Menu& menu, uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  Operations operations;
  while (operations.size() < count) {
    const Menu::Sizes& sizes = Draw(menu.sizes, random);
    operations.push_back(
        {.kind = Draw(menu.kinds, random).kind,
         .thread = static_cast<uint32_t>(random() % menu.threads),
         .which = static_cast<uint32_t>(random() % 1024),
         .bytes = sizes.least + random() % (sizes.most - sizes.least + 1)});
  }
  return operations;
}

}  // namespace jsheap
