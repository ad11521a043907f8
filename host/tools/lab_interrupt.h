// Ctrl-C and its like, as a file descriptor: the laboratory then ends what runs
// and writes what it has.

#ifndef HOST_TOOLS_LAB_INTERRUPT_H_
#define HOST_TOOLS_LAB_INTERRUPT_H_

namespace jshost::lab {

// One at a time. A second signal ends the process as usual.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // The signal that has arrived, or 0.
  int signal() const;

  // Can be read once a signal has arrived; -1 when there is none to be had.
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace jshost::lab

#endif  // HOST_TOOLS_LAB_INTERRUPT_H_
