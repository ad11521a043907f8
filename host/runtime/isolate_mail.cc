#include "host/runtime/isolate_mail.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>
#include <vector>

#include "allocator/size_text.h"
#include "host/globals/captured_output.h"
#include "host/runtime/isolate_json.h"

namespace jshost {

using nlohmann::json;

// The file begins with this. Output follows at kOutput, then the letters: the
// request at kRequest and, once it is whole, the result at `result`.
struct IsolateMail::Header {
  uint64_t output = 0;   // bytes of it
  uint64_t dropped = 0;  // and that there was no room for
  uint64_t result = 0;   // where, or 0
};

namespace {

constexpr uint64_t kOutput = 4096;
constexpr uint64_t kRequest = kOutput + CapturedOutput::kMost;
constexpr uint64_t kResultInHeader = 16;
constexpr uint64_t kMostHead = 64 << 20;
constexpr size_t kMostError = 16 << 20;

// A letter is one of these, the head as CBOR, and the bytes of a message.
struct LetterSizes {
  uint64_t head = 0;
  uint64_t body = 0;
  uint64_t has_body = 0;
};

struct Letter {
  json head;
  std::unique_ptr<uint8_t[]> body;  // null for none
  uint64_t body_size = 0;
};

bool WriteAt(int fd, uint64_t at, const void* data, size_t size) {
  const auto* from = static_cast<const char*>(data);
  while (size != 0) {
    const ssize_t written = pwrite(fd, from, size, static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    from += written;
    at += static_cast<uint64_t>(written);
    size -= static_cast<size_t>(written);
  }
  return true;
}

bool ReadAt(int fd, uint64_t at, void* data, size_t size) {
  auto* to = static_cast<char*>(data);
  while (size != 0) {
    const ssize_t got = pread(fd, to, size, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    at += static_cast<uint64_t>(got);
    size -= static_cast<size_t>(got);
  }
  return true;
}

uint64_t SizeOf(int fd) {
  struct stat info{};
  return fstat(fd, &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

bool WriteLetter(int fd, uint64_t at, const json& head,
                 const Message* message) {
  const std::vector<uint8_t> bytes = json::to_cbor(head);
  LetterSizes sizes{.head = bytes.size()};
  std::span<const uint8_t> body;
  if (message != nullptr) {
    body = message->bytes();
    sizes.body = body.size();
    sizes.has_body = 1;
  }
  return WriteAt(fd, at, &sizes, sizeof(sizes)) &&
         WriteAt(fd, at + sizeof(sizes), bytes.data(), bytes.size()) &&
         WriteAt(fd, at + sizeof(sizes) + bytes.size(), body.data(),
                 body.size());
}

bool ReadSizes(int fd, uint64_t at, LetterSizes* sizes) {
  if (!ReadAt(fd, at, sizes, sizeof(*sizes))) return false;
  const uint64_t there = SizeOf(fd);
  return sizes->head <= kMostHead && sizes->head <= there &&
         sizes->body <= there;
}

bool ReadHead(int fd, uint64_t at, const LetterSizes& sizes, Letter* letter) {
  std::vector<uint8_t> bytes(sizes.head);
  if (!ReadAt(fd, at + sizeof(sizes), bytes.data(), bytes.size())) return false;
  letter->head = json::from_cbor(bytes, true, false);
  return letter->head.is_object();
}

bool ReadBody(int fd, uint64_t at, const LetterSizes& sizes, Letter* letter) {
  if (sizes.has_body == 0) return true;
  letter->body = std::make_unique_for_overwrite<uint8_t[]>(sizes.body);
  letter->body_size = sizes.body;
  return ReadAt(fd, at + sizeof(sizes) + sizes.head, letter->body.get(),
                sizes.body);
}

json ExceptionsOf(const Message* message) {
  return message != nullptr ? ExceptionsToJson(message->exceptions())
                            : json::array();
}

std::unique_ptr<Message> MessageOf(Letter* letter) {
  if (letter->body == nullptr) return nullptr;
  return Message::FromOtherProcess(
      std::move(letter->body), letter->body_size,
      ReadExceptions(letter->head.at("exceptions")));
}

}  // namespace

bool IsolateMail::Create() {
  fd_.reset(memfd_create("jshost-isolate", MFD_CLOEXEC));
  return fd_.get() >= 0;
}

bool IsolateMail::WriteRequest(const IsolateRequest& request) {
  const Message* const data = request.options.data.get();
  const json head = {{"options", OptionsToJson(request.options)},
                     {"starter", request.starter},
                     {"start", request.start_ms},
                     {"totalLimit", request.total_limit},
                     {"exceptions", ExceptionsOf(data)}};
  const Header header;
  return WriteAt(fd(), 0, &header, sizeof(header)) &&
         WriteLetter(fd(), kRequest, head, data);
}

bool IsolateMail::ReadRequest(IsolateRequest* request) const {
  LetterSizes sizes;
  Letter letter;
  if (!ReadSizes(fd(), kRequest, &sizes) ||
      !ReadHead(fd(), kRequest, sizes, &letter) ||
      !ReadBody(fd(), kRequest, sizes, &letter)) {
    return false;
  }
  try {
    ReadOptions(letter.head.at("options"), &request->options);
    letter.head.at("starter").get_to(request->starter);
    letter.head.at("start").get_to(request->start_ms);
    letter.head.at("totalLimit").get_to(request->total_limit);
    request->options.data = MessageOf(&letter);
  } catch (const json::exception&) {
    return false;
  }
  request->options.in_process = true;
  return true;
}

bool IsolateMail::WriteResult(const IsolateResult& result) {
  const Message* const value = result.value.get();
  json head = {{"result", ResultToJson(result)},
               {"exceptions", ExceptionsOf(value)}};
  if (result.error.size() > kMostError) {
    head["result"]["error"] =
        result.error.substr(0, FitText(result.error, kMostError));
  }
  const uint64_t at = SizeOf(fd());
  return WriteLetter(fd(), at, head, value) &&
         WriteAt(fd(), kResultInHeader, &at, sizeof(at));
}

bool IsolateMail::ReadHeader(Header* header) const {
  static_assert(offsetof(Header, result) == kResultInHeader);
  return ReadAt(fd(), 0, header, sizeof(*header));
}

bool IsolateMail::ReadResult(const jsheap::Budget& budget,
                             IsolateResult* result) const {
  Header header;
  LetterSizes sizes;
  Letter letter;
  if (!ReadHeader(&header) || header.result == 0 ||
      !ReadSizes(fd(), header.result, &sizes) ||
      !ReadHead(fd(), header.result, sizes, &letter)) {
    return false;
  }
  const bool has_room = budget.ObstacleFor(sizes.body) == nullptr;
  if (has_room && !ReadBody(fd(), header.result, sizes, &letter)) return false;
  try {
    jshost::ReadResult(letter.head.at("result"), result);
    result->value = MessageOf(&letter);
  } catch (const json::exception&) {
    *result = {};
    return false;
  }
  if (!has_room) {
    result->error += UnclonedResult(
        fmt::format("there is no room for its {} here; raise --memory-limit",
                    jsheap::FormatSize(sizes.body)));
  }
  return true;
}

std::string IsolateMail::ReadOutput() const {
  Header header;
  if (!ReadHeader(&header)) return {};
  std::string text(std::min<uint64_t>(header.output, CapturedOutput::kMost),
                   '\0');
  if (!ReadAt(fd(), kOutput, text.data(), text.size())) return {};
  if (header.dropped != 0) text += DroppedLine(header.dropped);
  return text;
}

bool MailOutput::Write(std::string_view text) {
  const size_t kept =
      dropped_ == 0 ? FitText(text, CapturedOutput::kMost - size_) : 0;
  if (!WriteAt(mail_->fd(), kOutput + size_, text.data(), kept)) return false;
  size_ += kept;
  dropped_ += text.size() - kept;
  const std::array<uint64_t, 2> counts{size_, dropped_};
  return WriteAt(mail_->fd(), 0, counts.data(), sizeof(counts));
}

}  // namespace jshost
