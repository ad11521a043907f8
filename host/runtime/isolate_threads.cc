#include "host/runtime/isolate_threads.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "allocator/registry.h"
#include "host/runtime/file_url.h"
#include "host/runtime/isolate_process.h"
#include "host/runtime/isolate_thread.h"

namespace jshost {
namespace {

constexpr std::chrono::milliseconds kPatience{2000};

// Whether that is how a plug-in is named; see jsheap::MakeAllocator.
bool IsPath(std::string_view allocator) {
  return allocator.find('/') != std::string_view::npos ||
         allocator.find(".so") != std::string_view::npos;
}

// Makes an absolute path of what names the script.
bool ResolveScript(IsolateOptions* options, std::string* error) {
  if (options->is_text) return true;
  const std::string_view scheme = UrlScheme(options->script);
  if (scheme.empty()) {
    std::error_code ignored;
    options->script = (std::filesystem::current_path(ignored) /
                       options->folder / options->script)
                          .lexically_normal()
                          .string();
    return true;
  }
  const std::string url =
      options->script.substr(0, options->script.find_first_of("?#"));
  const std::optional<std::string> path =
      scheme == "file:" ? FileUrlToPath(url) : std::nullopt;
  if (!path) {
    *error = fmt::format("script: '{}' is no path and no file: URL",
                         options->script);
    return false;
  }
  options->script = *path;
  return true;
}

}  // namespace

// Something that an isolate says, on the starter's thread.
class IsolateThreads::Delivery final : public v8::Task {
 public:
  explicit Delivery(std::function<void()> deliver)
      : deliver_(std::move(deliver)) {}
  void Run() override { deliver_(); }

 private:
  const std::function<void()> deliver_;
};

// From an isolate to its starter.
class IsolateThreads::Line final : public IsolateEvents {
 public:
  Line(IsolateThreads* isolates, Id id, std::shared_ptr<ForegroundTasks> tasks)
      : isolates_(isolates), id_(id), tasks_(std::move(tasks)) {}

  void OnMessage(std::unique_ptr<Message> message) override {
    Send(&IsolateEvents::OnMessage, std::move(message));
  }
  void OnError(IsolateError error) override {
    Send(&IsolateEvents::OnError, std::move(error));
  }
  void OnEnd(IsolateResult result) override {
    Post([isolates = isolates_, id = id_,
          held = std::make_shared<IsolateResult>(std::move(result))] {
      isolates->OnEnd(id, std::move(*held));
    });
  }

 private:
  template <typename T>
  void Send(void (IsolateEvents::*event)(T), T what) {
    Post([isolates = isolates_, id = id_, event,
          held = std::make_shared<T>(std::move(what))] {
      IsolateEvents* const events = isolates->EventsOf(id);
      if (events != nullptr) (events->*event)(std::move(*held));
    });
  }
  void Post(std::function<void()> deliver) {
    tasks_->PostTask(std::make_unique<Delivery>(std::move(deliver)));
  }

  IsolateThreads* const isolates_;
  const Id id_;
  const std::shared_ptr<ForegroundTasks> tasks_;
};

IsolateThreads::IsolateThreads(FamilyOptions family,
                               std::shared_ptr<ForegroundTasks> tasks)
    : family_(std::move(family)), tasks_(std::move(tasks)) {}

IsolateThreads::~IsolateThreads() = default;

IsolateHandle* IsolateThreads::Start(IsolateOptions options,
                                     std::unique_ptr<IsolateEvents> events,
                                     std::string* error) {
  // Said now, not when it has started.
  if (!ResolveScript(&options, error)) return nullptr;
  v8::ResourceConstraints ignored;
  if (!ApplyLimits(options.limits, &ignored, error)) return nullptr;
  std::shared_ptr<jsheap::Allocator> heap = family_.heap;
  // A plug-in's code runs where the isolate does.
  const bool is_for_later = options.in_process && IsPath(options.allocator);
  if (!options.allocator.empty() && !is_for_later) {
    heap = jsheap::MakeAllocator(options.allocator, error);
    if (heap == nullptr) {
      *error = "allocator: " + *error;
      return nullptr;
    }
  }
  const Id id = ++last_id_;
  auto line = std::make_unique<Line>(this, id, tasks_);
  std::unique_ptr<StartedIsolate> isolate;
  if (options.in_process) {
    isolate = std::make_unique<IsolateProcess>(&family_, std::move(options),
                                               std::move(line));
  } else {
    isolate = std::make_unique<IsolateThread>(&family_, std::move(options),
                                              std::move(heap), std::move(line));
  }
  if (!isolate->Begin(error)) return nullptr;
  Entry& entry = isolates_[id];
  entry.isolate = std::move(isolate);
  entry.events = std::move(events);
  return entry.isolate.get();
}

IsolateEvents* IsolateThreads::EventsOf(Id id) {
  const auto found = isolates_.find(id);
  return found != isolates_.end() ? found->second.events.get() : nullptr;
}

void IsolateThreads::OnEnd(Id id, IsolateResult result) {
  auto node = isolates_.extract(id);
  if (node.empty()) return;
  if (!node.mapped().isolate->Join()) {
    static_cast<void>(node.mapped().isolate.release());
  }
  node.mapped().events->OnEnd(std::move(result));
}

void IsolateThreads::TerminateAll() {
  for (auto& [id, entry] : isolates_) entry.isolate->Terminate();
}

void IsolateThreads::EndAll(bool may_leave) {
  TerminateAll();
  for (auto& [id, entry] : isolates_) {
    const bool is_gone = may_leave ? entry.isolate->JoinWithin(kPatience)
                                   : entry.isolate->Join();
    if (!is_gone) static_cast<void>(entry.isolate.release());
  }
  isolates_.clear();
}

}  // namespace jshost
