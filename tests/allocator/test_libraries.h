// The libraries of tests/allocator/plugins, which lie beside the program.

#ifndef TESTS_ALLOCATOR_TEST_LIBRARIES_H_
#define TESTS_ALLOCATOR_TEST_LIBRARIES_H_

#include <filesystem>
#include <string>

namespace jsheap {

// The path of the library that is built from NAME.c.
inline std::string TestLibrary(const std::string& name) {
  const std::filesystem::path program =
      std::filesystem::read_symlink("/proc/self/exe");
  return program.parent_path() / "test_libraries" / ("lib" + name + ".so");
}

}  // namespace jsheap

#endif  // TESTS_ALLOCATOR_TEST_LIBRARIES_H_
