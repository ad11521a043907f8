// The output of one thread among several that share a stream: only whole lines
// of it reach the stream, so that no two threads' text meets in one line.

#ifndef HOST_GLOBALS_LINE_OUTPUT_H_
#define HOST_GLOBALS_LINE_OUTPUT_H_

#include <string>
#include <string_view>

#include "host/globals/output.h"

namespace jshost {

// One thread.
class LineOutput final : public Output {
 public:
  explicit LineOutput(FileOutput* stream) : stream_(stream) {}
  // Ends and writes the line that was begun.
  ~LineOutput() override;

  // Keeps a line until it ends; a very long one is written in pieces.
  bool Write(std::string_view text) override;
  bool Flush() override { return stream_->Flush(); }

  int error() const override { return stream_->error(); }
  bool is_terminal() const override { return stream_->is_terminal(); }

 private:
  FileOutput* const stream_;
  std::string line_;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_LINE_OUTPUT_H_
