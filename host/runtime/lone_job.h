// A job that is started while a collection is kept to one thread
// (host/v8_memory/lone_collection.h): whoever joins it does it alone. One that
// isn't only waited for gets worker threads after all.
//
// As v8::JobHandle: thread-safe where that is.

#ifndef HOST_RUNTIME_LONE_JOB_H_
#define HOST_RUNTIME_LONE_JOB_H_

#include <v8-platform.h>

#include <functional>
#include <memory>

#include "host/v8_memory/lone_collection.h"

namespace jshost {

class LoneJob final : public v8::JobHandle {
 public:
  using Create = std::function<std::unique_ptr<v8::JobHandle>(
      std::unique_ptr<v8::JobTask>)>;

  // `create` makes one that runs on worker threads.
  LoneJob(LoneCollection* collection, v8::TaskPriority priority,
          std::unique_ptr<v8::JobTask> task, Create create);
  ~LoneJob() override;

  void NotifyConcurrencyIncrease() override;
  void Join() override;
  void Cancel() override;
  void CancelAndDetach() override;
  bool IsActive() override;
  bool IsValid() override;
  bool UpdatePriorityEnabled() const override;
  void UpdatePriority(v8::TaskPriority priority) override;

 private:
  LoneCollection* const collection_;
  const bool is_blocking_;             // its maker is about to join it
  std::unique_ptr<v8::JobTask> task_;  // or:
  std::unique_ptr<v8::JobHandle> shared_;
  const Create create_;
};

}  // namespace jshost

#endif  // HOST_RUNTIME_LONE_JOB_H_
