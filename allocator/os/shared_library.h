// Shared libraries that are loaded while the program runs, and the only code
// that loads any.

#ifndef ALLOCATOR_OS_SHARED_LIBRARY_H_
#define ALLOCATOR_OS_SHARED_LIBRARY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct link_map;

namespace jsheap::os {

struct LoadError {
  enum class Kind {
    kNotFound,
    kNoStaticTls,  // wants more of every thread's block than is left
    kOther,
  };
  Kind kind = Kind::kOther;
  std::string text;  // the loader's words, without the library's name
};

// Whose function a library gets when both the process and itself define one
// that it calls.
enum class Binding { kProcessFirst, kItselfFirst };

// A handle. What is loaded stays until the process ends: threads may hold on
// to it. Nothing that the library exports becomes visible to others.
class SharedLibrary {
 public:
  // `file` with a '/' is a path; else the system looks in its library folders.
  // A sanitizer's runtime must come first, so there `binding` has no effect.
  static std::optional<SharedLibrary> Load(const std::string& file,
                                           Binding binding, LoadError* error);

  // The address of what this very library exports, not one that it depends
  // on; null if there is no such thing.
  void* Find(const char* name) const;

  // The names of the functions that it exports, in no order; they live as long
  // as the process.
  std::vector<std::string_view> Functions() const;

 private:
  SharedLibrary(void* handle, const link_map* map)
      : handle_(handle), map_(map) {}

  void* handle_;
  const link_map* map_;
};

}  // namespace jsheap::os

#endif  // ALLOCATOR_OS_SHARED_LIBRARY_H_
