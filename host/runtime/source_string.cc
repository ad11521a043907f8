#include "host/runtime/source_string.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "host/globals/environment.h"
#include "host/globals/values.h"

namespace jshost {
namespace {

class Source final : public v8::String::ExternalOneByteStringResource {
 public:
  Source(v8::Isolate* isolate, std::string text)
      : text_(std::move(text)),
        types_(Environment::For(isolate).native_types),
        budget_(Environment::For(isolate).budget),
        counted_(types_->Of("Source"), budget_->buffers(),
                 sizeof(Source) + text_.capacity()) {}
  const char* data() const override { return text_.data(); }
  size_t length() const override { return text_.size(); }

 private:
  const std::string text_;
  // V8 deletes sources last of all.
  const std::shared_ptr<NativeTypes> types_;
  const std::shared_ptr<IsolateBudget> budget_;
  const NativeCount counted_;
};

}  // namespace

v8::MaybeLocal<v8::String> SourceString(v8::Isolate* isolate,
                                        std::string text) {
  const bool is_ascii = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80;
  });
  // A snapshot holds no text that lies outside of it.
  if (!is_ascii || text.empty() || Environment::For(isolate).makes_snapshot ||
      text.size() > static_cast<size_t>(v8::String::kMaxLength)) {
    return TryString(isolate, text);
  }
  auto source = std::make_unique<Source>(isolate, std::move(text));
  const auto string = v8::String::NewExternalOneByte(isolate, source.get());
  if (!string.IsEmpty()) source.release();  // V8 deletes it.
  return string;
}

}  // namespace jshost
