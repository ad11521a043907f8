// Reads options at the front of a command line, with CLI11. What follows the
// first word that is no option is somebody else's.

#ifndef HOST_OPTION_PARSER_H_
#define HOST_OPTION_PARSER_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace jshost {

class OptionParser {
 public:
  OptionParser(const OptionParser&) = delete;
  OptionParser& operator=(const OptionParser&) = delete;

  // Reads the options at the front of `words` and sets `*rest` to what follows
  // them, or what follows `--`. On failure returns false with one line in
  // `*error` that names the option and the remedy.
  bool Parse(const std::vector<std::string>& words,
             std::vector<std::string>* rest, std::string* error);

 protected:
  OptionParser() { app_.set_help_flag(); }
  ~OptionParser() = default;

  // Each adds an option: its names, as "-e,--eval"; where its value goes;
  // what the value is called, and what it means. The last of several wins.
  template <typename T>
  void Value(const char* names, T* variable, const char* type,
             const char* description) {
    app_.add_option(names, *variable, description)
        ->type_name(type)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }

  // One that can be repeated.
  void List(const char* names, std::vector<std::string>* variable,
            const char* type, const char* description);

  void Flag(const char* names, bool* variable, const char* description);

  // Lines about all options, for --help.
  std::string DescribeAll() const;

 private:
  bool Split(const std::vector<std::string>& words,
             std::vector<std::string>* known, std::vector<std::string>* rest,
             std::string* error) const;
  std::string Unknown(const std::string& name) const;

  CLI::App app_;
};

}  // namespace jshost

#endif  // HOST_OPTION_PARSER_H_
