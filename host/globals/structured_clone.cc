// structuredClone, with transfer.

#include "host/globals/binding.h"
#include "host/globals/globals.h"
#include "host/globals/message.h"
#include "host/globals/transfer_list.h"

namespace jshost {
namespace {

v8::MaybeLocal<v8::Value> StructuredClone(Environment& env,
                                          v8::Local<v8::Value> value,
                                          v8::Local<v8::Value> options) {
  Message::TransferList transfer(env.isolate);
  if (!ReadTransferList(env.isolate, options, TransferArgument::kOptions,
                        &transfer)) {
    return {};
  }
  const std::unique_ptr<Message> message = Message::Write(env, value, transfer);
  if (message == nullptr) return {};
  return message->Read(env);
}

}  // namespace

void InstallStructuredClone(v8::Local<v8::Context> context) {
  Method<&StructuredClone, "value", "options">(context, context->Global(),
                                               "structuredClone");
}

}  // namespace jshost
