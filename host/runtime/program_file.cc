#include "host/runtime/program_file.h"

#include <filesystem>
#include <system_error>

#include "host/runtime/file_url.h"
#include "host/runtime/source_text.h"

namespace jshost {
namespace {

namespace fs = std::filesystem;

Program::Kind KindOf(const std::string& path) {
  if (path.ends_with(".mjs")) return Program::Kind::kModule;
  if (path.ends_with(".cjs")) return Program::Kind::kClassic;
  return Program::Kind::kDetect;
}

}  // namespace

bool ReadProgramFile(const std::string& script, Program* program,
                     std::string* error, Interruption* interruption) {
  if (!ReadSource(script, &program->text, error, interruption)) return false;
  std::error_code failed;
  const fs::path real = fs::canonical(script, failed);
  program->path = failed ? script : real.string();
  program->name = DisplayPath(program->path);
  program->kind = KindOf(program->path);
  return true;
}

void SetInlineProgram(const char* name, std::string text, Program* program) {
  std::error_code ignored;
  program->name = name;
  program->path = (fs::current_path(ignored) / name).string();
  program->text = std::move(text);
  program->kind = Program::Kind::kDetect;
}

}  // namespace jshost
