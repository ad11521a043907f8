#include "host/v8_memory/heap_limit_hit.h"

#include <fmt/format.h>
#include <v8-isolate.h>

#include <vector>

#include "allocator/size_text.h"
#include "host/v8_memory/heap_use.h"
#include "host/v8_memory/object_census.h"

namespace jshost {
namespace {

using Which = HeapLimitHit::Which;

std::string NameOf(const HeapLimitHit& hit) {
  if (hit.which == Which::kV8s) {
    return "V8's limit on the size of one object, or of all code, was";
  }
  return fmt::format("{} limit of {}",
                     hit.which == Which::kTotal ? "memory" : "JavaScript heap",
                     jsheap::FormatSize(hit.limit));
}

}  // namespace

void AddReport(v8::Isolate* isolate, HeapLimitHit* hit) {
  hit->position = CurrentPosition(isolate);
  if (hit->position) hit->where = hit->position->Describe();
  hit->details = DescribeSpaces(isolate) + DescribeObjects(isolate) +
                 DescribeCurrentStack(isolate);
}

// An API's stack would end the process where optimized code has called what it
// thinks can't fail.
void AddLastReport(v8::Isolate* isolate, std::string_view stack,
                   HeapLimitHit* hit) {
  if (isolate != nullptr) {
    hit->details = DescribeSpaces(isolate);
    if (isolate->InContext()) hit->details += DescribeObjects(isolate);
  }
  const std::vector<ScriptPosition> frames = ParseStackText(stack);
  if (!frames.empty()) {
    hit->position = frames.front();
    hit->where = hit->position->Describe();
  }
  for (const ScriptPosition& frame : frames) {
    hit->details += "  " + frame.Describe() + "\n";
  }
}

std::string DescribeHit(const HeapLimitHit& hit) {
  std::string text = NameOf(hit) + " reached";
  if (hit.used != 0) {
    text += fmt::format(" ({} in use)", jsheap::FormatSize(hit.used));
  }
  if (!hit.where.empty()) text += " " + hit.where;
  return text;
}

}  // namespace jshost
