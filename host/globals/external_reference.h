// Addresses of this program that a startup snapshot refers to, by name.
//
// A snapshot holds no addresses, which differ from program to program, but
// indices into a table that its maker and its users lay out alike. Whoever
// hands a function to V8 makes an ExternalReference of static lifetime, as
// binding.h does for all of its functions; nobody keeps a list.

#ifndef HOST_GLOBALS_EXTERNAL_REFERENCE_H_
#define HOST_GLOBALS_EXTERNAL_REFERENCE_H_

#include <cstdint>
#include <string_view>

namespace jshost {

// Made before main() and never destroyed while somebody looks.
class ExternalReference {
 public:
  // Together `name` and `file` are unique in the program.
  struct Key {
    consteval Key(std::string_view name, std::string_view file)
        : name(name), file(file), id(Hash(name, Hash(file))) {}
    std::string_view name;
    std::string_view file;
    uint64_t id;
  };

  ExternalReference(Key key, intptr_t address)
      : key_(key), address_(address), next_(first_) {
    first_ = this;
  }
  ExternalReference(const ExternalReference&) = delete;
  ExternalReference& operator=(const ExternalReference&) = delete;

  // The same in every program that has the reference.
  uint64_t id() const { return key_.id; }
  std::string_view name() const { return key_.name; }
  std::string_view file() const { return key_.file; }
  intptr_t address() const { return address_; }

  // All of the program, in no particular order.
  static const ExternalReference* first() { return first_; }
  const ExternalReference* next() const { return next_; }

 private:
  static constexpr uint64_t Hash(std::string_view text,
                                 uint64_t hash = 0xcbf29ce484222325) {
    for (const char c : text) {  // FNV-1a
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    return hash;
  }

  static inline constinit const ExternalReference* first_ = nullptr;

  const Key key_;
  const intptr_t address_;
  const ExternalReference* const next_;
};

}  // namespace jshost

#endif  // HOST_GLOBALS_EXTERNAL_REFERENCE_H_
