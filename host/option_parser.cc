#include "host/option_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace jshost {
namespace {

// CLI11 takes "--name=" for an option whose value follows.
void GiveEmptyValue(const std::string& name, std::vector<std::string>* known) {
  known->back() = name;
  known->emplace_back();
}

// Levenshtein's.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row.back();
}

}  // namespace

bool OptionParser::Parse(const std::vector<std::string>& words,
                         std::vector<std::string>* rest, std::string* error) {
  std::vector<std::string> known;
  if (!Split(words, &known, rest, error)) return false;
  std::reverse(known.begin(), known.end());  // as CLI11 wants it
  try {
    app_.parse(known);
  } catch (const CLI::ParseError& failure) {
    *error = failure.what();
    std::replace(error->begin(), error->end(), '\n', ' ');
    return false;
  }
  return true;
}

void OptionParser::List(const char* names, std::vector<std::string>* variable,
                        const char* type, const char* description) {
  app_.add_option(names, *variable, description)
      ->type_name(type)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void OptionParser::Flag(const char* names, bool* variable,
                        const char* description) {
  app_.add_flag(names, *variable, description);
}

std::string OptionParser::DescribeAll() const {
  constexpr size_t kColumn = 26;  // where descriptions start
  std::string text;
  for (const CLI::Option* option : app_.get_options()) {
    std::string names = option->get_name(false, true);
    names.replace(0, 0, names.starts_with("--") ? "    " : "");
    for (size_t at = names.find(','); at != std::string::npos;
         at = names.find(',', at + 2)) {
      names.insert(at + 1, " ");
    }
    if (!option->get_type_name().empty()) {
      names += " " + option->get_type_name();
    }
    if (names.size() >= kColumn) names += "\n" + std::string(kColumn + 2, ' ');
    fmt::format_to(std::back_inserter(text), "  {:<{}}{}\n", names, kColumn,
                   option->get_description());
  }
  return text;
}

// Options and their values up to the first word that is neither.
bool OptionParser::Split(const std::vector<std::string>& words,
                         std::vector<std::string>* known,
                         std::vector<std::string>* rest,
                         std::string* error) const {
  size_t i = 0;
  while (i < words.size()) {
    const std::string& word = words[i];
    if (word == "--") {
      ++i;
      break;
    }
    if (word.size() < 2 || word[0] != '-') break;
    const bool is_long = word.starts_with("--");
    const size_t equals = is_long ? word.find('=') : std::string::npos;
    const std::string name =
        is_long ? word.substr(0, equals) : word.substr(0, 2);
    const CLI::Option* option = app_.get_option_no_throw(name);
    if (option == nullptr) {
      *error = Unknown(name);
      return false;
    }
    known->push_back(word);
    ++i;
    const bool has_value =
        equals != std::string::npos || (!is_long && word.size() > 2);
    if (has_value && is_long && equals + 1 == word.size()) {
      GiveEmptyValue(name, known);
    }
    if (option->get_items_expected_max() == 0 || has_value) continue;
    if (i == words.size()) {
      *error = fmt::format("{} needs a value: {} {}", name, name,
                           option->get_type_name());
      return false;
    }
    if (words[i].empty()) {
      GiveEmptyValue(name, known);
    } else {
      // In one word, so that a value may start with a dash.
      known->back() += is_long ? "=" + words[i] : words[i];
    }
    ++i;
  }
  rest->assign(words.begin() + static_cast<ptrdiff_t>(i), words.end());
  return true;
}

std::string OptionParser::Unknown(const std::string& name) const {
  std::string nearest;
  // More changes than a third of it are another word.
  size_t least = std::min<size_t>(name.size() / 3, 3) + 1;
  for (const CLI::Option* option : app_.get_options()) {
    for (const std::string& known : option->get_lnames()) {
      const size_t distance = Distance(name, "--" + known);
      if (distance >= least) continue;
      least = distance;
      nearest = "--" + known;
    }
  }
  return nearest.empty()
             ? fmt::format("unknown option '{}'; --help lists them", name)
             : fmt::format("unknown option '{}'; did you mean '{}'?", name,
                           nearest);
}

}  // namespace jshost
