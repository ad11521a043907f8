#include "host/shell/program_source.h"

#include <fmt/format.h>

#include <filesystem>

#include "host/globals/files.h"
#include "host/runtime/file_url.h"
#include "host/runtime/source_text.h"

namespace jshost {
namespace {

namespace fs = std::filesystem;

// A program without a file; what it imports is relative to the working
// directory.
void SetInline(const char* name, std::string text, Program* program) {
  std::error_code ignored;
  program->name = name;
  program->path = (fs::current_path(ignored) / name).string();
  program->text = std::move(text);
}

bool ReadScript(const std::string& script, Program* program,
                std::string* error) {
  if (!ReadSource(script, &program->text, error)) return false;
  std::error_code failed;
  const fs::path real = fs::canonical(script, failed);
  program->path = failed ? script : real.string();
  program->name = DisplayPath(program->path);
  return true;
}

Program::Kind KindOf(const Options& options, const Program& program) {
  switch (options.kind) {
    case Options::SourceKind::kClassic:
      return Program::Kind::kClassic;
    case Options::SourceKind::kModule:
      return Program::Kind::kModule;
    case Options::SourceKind::kDetect:
      break;
  }
  if (program.print_result) return Program::Kind::kClassic;
  if (program.path.ends_with(".mjs")) return Program::Kind::kModule;
  if (program.path.ends_with(".cjs")) return Program::Kind::kClassic;
  return Program::Kind::kDetect;
}

}  // namespace

bool ReadProgram(const Options& options, Program* program, std::string* error) {
  if (options.eval || options.print) {
    program->print_result = options.print.has_value();
    SetInline("[eval]", options.print ? *options.print : *options.eval,
              program);
    if (!CheckSource("-e", program->text, error)) return false;
  } else if (!options.script || *options.script == "-") {
    std::string text;
    if (const int number = ReadStandardInput(&text)) {
      *error = fmt::format("cannot read standard input: {}", ErrorText(number));
      return false;
    }
    SetInline("[stdin]", std::move(text), program);
    if (!CheckSource("standard input", program->text, error)) return false;
  } else if (!ReadScript(*options.script, program, error)) {
    return false;
  }
  program->kind = KindOf(options, *program);
  return true;
}

}  // namespace jshost
