// What this process and another one that runs an isolate for it tell each
// other, in a file in memory: the request, what the program prints while it
// prints it, and in the end the result. What was written is there however the
// writer ended.
//
// The isolate's process may have gone wrong in any way: whoever reads what it
// wrote takes nothing for granted.

#ifndef HOST_RUNTIME_ISOLATE_MAIL_H_
#define HOST_RUNTIME_ISOLATE_MAIL_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "allocator/budget/budget.h"
#include "host/globals/isolates.h"
#include "host/globals/output.h"
#include "host/runtime/child_process.h"

namespace jshost {

struct IsolateRequest {
  IsolateOptions options;
  pid_t starter = 0;
  double start_ms = 0;  // of std::chrono::steady_clock
  // What all isolates of the process may use together, bytes.
  uint64_t total_limit = jsheap::Budget::kUnlimited;
};

class IsolateMail {
 public:
  // A new file; false with errno when there can be none.
  bool Create();
  // The file that the starter has made.
  void Open(OwnedFd fd) { fd_ = std::move(fd); }
  int fd() const { return fd_.get(); }

  // The starter's. False with errno when there is no room.
  bool WriteRequest(const IsolateRequest& request);
  // All that the program has printed, up to CapturedOutput::kMost bytes.
  std::string ReadOutput() const;
  // False when there is none, or none that makes sense. One whose value
  // `budget` has no room for comes without it.
  bool ReadResult(const jsheap::Budget& budget, IsolateResult* result) const;

  // The isolate's process's.
  bool ReadRequest(IsolateRequest* request) const;
  bool WriteResult(const IsolateResult& result);

 private:
  struct Header;

  bool ReadHeader(Header* header) const;

  OwnedFd fd_;
};

// What a program prints, put into the file. One thread at a time.
class MailOutput final : public Output {
 public:
  // `mail` must outlive this.
  explicit MailOutput(const IsolateMail* mail) : mail_(mail) {}

  bool Write(std::string_view text) override;
  bool Flush() override { return true; }

 private:
  const IsolateMail* const mail_;
  uint64_t size_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_ISOLATE_MAIL_H_
