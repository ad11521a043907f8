#include "host/globals/transfer_list.h"

#include <v8-context.h>
#include <v8-function.h>

#include "host/globals/values.h"

namespace jshost {
namespace {

bool Refuse(v8::Isolate* isolate, std::string_view what,
            v8::Local<v8::Value> got) {
  Throw(isolate, ErrorKind::kTypeError,
        std::string(what) + ", got " + Describe(isolate, got));
  return false;
}

v8::MaybeLocal<v8::Value> Call(v8::Isolate* isolate,
                               v8::Local<v8::Object> receiver,
                               v8::Local<v8::Value> method) {
  return method.As<v8::Function>()->Call(isolate, isolate->GetCurrentContext(),
                                         receiver, 0, nullptr);
}

// The web's "iterable to sequence"; `method` is the list's @@iterator.
bool ReadIterable(v8::Isolate* isolate, v8::Local<v8::Object> iterable,
                  v8::Local<v8::Value> method,
                  v8::LocalVector<v8::Value>* list) {
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  if (!method->IsFunction()) {
    return Refuse(isolate, "transfer must be iterable", iterable);
  }
  v8::Local<v8::Value> iterator;
  v8::Local<v8::Value> next;
  if (!Call(isolate, iterable, method).ToLocal(&iterator)) return false;
  if (!iterator->IsObject()) {
    return Refuse(isolate, "transfer's iterator must be an object", iterator);
  }
  const auto steps = iterator.As<v8::Object>();
  if (!steps->Get(context, Name(isolate, "next")).ToLocal(&next)) return false;
  if (!next->IsFunction()) {
    return Refuse(isolate, "transfer's iterator needs a method next", next);
  }
  for (;;) {
    v8::Local<v8::Value> step;
    v8::Local<v8::Value> done;
    v8::Local<v8::Value> value;
    if (!Call(isolate, steps, next).ToLocal(&step)) return false;
    if (!step->IsObject()) {
      return Refuse(isolate, "transfer's iterator must give objects", step);
    }
    const auto result = step.As<v8::Object>();
    if (!result->Get(context, Name(isolate, "done")).ToLocal(&done)) {
      return false;
    }
    if (done->BooleanValue(isolate)) return true;
    if (!result->Get(context, Name(isolate, "value")).ToLocal(&value)) {
      return false;
    }
    list->push_back(value);
  }
}

}  // namespace

bool ReadTransferList(v8::Isolate* isolate, v8::Local<v8::Value> argument,
                      TransferArgument kind, v8::LocalVector<v8::Value>* list) {
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const v8::Local<v8::Symbol> iterator = v8::Symbol::GetIterator(isolate);
  if (argument->IsNullOrUndefined()) return true;
  if (!argument->IsObject()) {
    return Refuse(isolate, "options must be an object", argument);
  }
  const auto options = argument.As<v8::Object>();
  v8::Local<v8::Value> method;
  if (kind == TransferArgument::kListOrOptions) {
    if (!options->Get(context, iterator).ToLocal(&method)) return false;
    if (!method->IsNullOrUndefined()) {
      return ReadIterable(isolate, options, method, list);
    }
  }
  v8::Local<v8::Value> transfer;
  if (!options->Get(context, Name(isolate, "transfer")).ToLocal(&transfer)) {
    return false;
  }
  if (transfer->IsUndefined()) return true;
  if (!transfer->IsObject()) {
    return Refuse(isolate, "transfer must be iterable", transfer);
  }
  const auto iterable = transfer.As<v8::Object>();
  return iterable->Get(context, iterator).ToLocal(&method) &&
         ReadIterable(isolate, iterable, method, list);
}

}  // namespace jshost
