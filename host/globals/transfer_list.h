// What a script wants transferred, as the second argument of structuredClone
// and postMessage says it.

#ifndef HOST_GLOBALS_TRANSFER_LIST_H_
#define HOST_GLOBALS_TRANSFER_LIST_H_

#include <v8-isolate.h>
#include <v8-local-handle.h>

namespace jshost {

// Whether a list may stand where options can.
enum class TransferArgument { kOptions, kListOrOptions };

// Appends what `argument` names: options with an iterable `transfer`, or such
// an iterable itself. False, with an exception pending, when it is neither.
// Runs the script's iterators and getters.
bool ReadTransferList(v8::Isolate* isolate, v8::Local<v8::Value> argument,
                      TransferArgument kind, v8::LocalVector<v8::Value>* list);

}  // namespace jshost

#endif  // HOST_GLOBALS_TRANSFER_LIST_H_
