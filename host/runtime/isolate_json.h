// Isolates' options and results as JSON, for another process.

#ifndef HOST_RUNTIME_ISOLATE_JSON_H_
#define HOST_RUNTIME_ISOLATE_JSON_H_

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "host/globals/isolates.h"
#include "host/globals/platform_objects.h"

namespace jshost {

// All but the messages. Readers throw nlohmann::json::exception when something
// is missing or of another type.
nlohmann::json OptionsToJson(const IsolateOptions& options);
void ReadOptions(const nlohmann::json& json, IsolateOptions* options);
nlohmann::json ResultToJson(const IsolateResult& result);
void ReadResult(const nlohmann::json& json, IsolateResult* result);

nlohmann::json ExceptionsToJson(const std::vector<DOMExceptionParts>& all);
std::vector<DOMExceptionParts> ReadExceptions(const nlohmann::json& json);

}  // namespace jshost

#endif  // HOST_RUNTIME_ISOLATE_JSON_H_
