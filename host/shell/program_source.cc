#include "host/shell/program_source.h"

#include <fmt/format.h>

#include "host/globals/files.h"
#include "host/runtime/program_file.h"
#include "host/runtime/source_text.h"

namespace jshost {
namespace {

Program::Kind KindOf(const Options& options, const Program& program) {
  switch (options.kind) {
    case Options::SourceKind::kClassic:
      return Program::Kind::kClassic;
    case Options::SourceKind::kModule:
      return Program::Kind::kModule;
    case Options::SourceKind::kDetect:
      break;
  }
  return program.print_result ? Program::Kind::kClassic : program.kind;
}

}  // namespace

bool ReadProgram(const Options& options, Program* program, std::string* error) {
  if (options.eval || options.print) {
    program->print_result = options.print.has_value();
    SetInlineProgram("[eval]", options.print ? *options.print : *options.eval,
                     program);
    if (!CheckSource("-e", program->text, error)) return false;
  } else if (!options.script || *options.script == "-") {
    std::string text;
    if (const int number = ReadStandardInput(&text)) {
      *error = fmt::format("cannot read standard input: {}", ErrorText(number));
      return false;
    }
    SetInlineProgram("[stdin]", std::move(text), program);
    if (!CheckSource("standard input", program->text, error)) return false;
  } else if (Interruption never;
             !ReadProgramFile(*options.script, program, error, &never)) {
    return false;
  }
  program->kind = KindOf(options, *program);
  return true;
}

}  // namespace jshost
