// Large buffers in a message: copied once, into memory that the receiver's
// buffer is then made of, rather than among the bytes that V8 writes and copies
// again when they are read.
//
// V8 doesn't say that it is about to write a buffer. So the value itself is
// looked at, and in programs that have just sent much the first objects in it:
// those whose properties are all primitives, buffers and views, since nothing
// can change a buffer between that look and V8's.

#ifndef HOST_GLOBALS_MESSAGE_COPIES_H_
#define HOST_GLOBALS_MESSAGE_COPIES_H_

#include <v8-persistent-handle.h>
#include <v8-value-serializer.h>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "host/globals/environment.h"
#include "host/v8_memory/transferred_store.h"

namespace jshost {

class MessageCopies {
 public:
  // Smaller ones cost more on their own.
  static constexpr size_t kLarge = 64 << 10;

  // `serializer` writes numbers instead of what is transferred, and, those
  // after them, of what was copied: nothing unless `is_wanted`.
  MessageCopies(Environment& env, v8::ValueSerializer* serializer,
                const v8::LocalVector<v8::ArrayBuffer>& transferred,
                bool is_wanted);

  // The program sends much.
  static void ExpectMore(Environment& env);

  // Copies `value` if it is a large buffer, or a view of one. False with an
  // exception pending.
  bool Add(v8::Local<v8::Value> value);
  // The same for the properties of an array or a plain object.
  bool AddProperties(v8::Local<v8::Object> object);
  // Makes the message of a buffer that nobody else has. False when it is to be
  // written as usual; otherwise Detach it once it is written.
  bool Adopt(v8::Local<v8::ArrayBuffer> buffer);

  // The bytes that the heap refused, or 0.
  size_t refused() const { return refused_; }
  // In the order of their numbers.
  std::vector<TransferredStore> TakeStores() { return std::move(stores_); }

 private:
  bool IsLarge(v8::Local<v8::ArrayBuffer> buffer) const;
  bool Copy(v8::Local<v8::ArrayBuffer> buffer);
  void Register(v8::Local<v8::ArrayBuffer> buffer);
  bool ReadProperties(v8::Local<v8::Object> object,
                      v8::LocalVector<v8::Value>* values, bool* is_simple);

  Environment& env_;
  v8::ValueSerializer* const serializer_;
  const bool is_wanted_;
  int objects_left_;  // to look at
  size_t refused_ = 0;
  std::vector<v8::Global<v8::ArrayBuffer>> buffers_;  // by their numbers
  std::vector<TransferredStore> stores_;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_MESSAGE_COPIES_H_
