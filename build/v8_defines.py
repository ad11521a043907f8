"""Unpacks V8 and writes v8-gn.h, the macros its headers must be read with.

Usage: v8_defines.py UNPACK_SCRIPT UNPACKED_V8 EXTRA_DEFINES SHA256SUMS OUTPUT

An embedder whose V8 headers see other feature macros than the library was
built with aborts in V8::Initialize, or worse, doesn't. So they are computed
from the archive's own v8_features.json and v8_build_config.json, and
EXTRA_DEFINES has those that follow from arguments of V8's build which neither
of the two files records. V8's v8config.h includes v8-gn.h by itself when
V8_GN_HEADER is defined.
"""

import glob
import json
import re
import subprocess
import sys

# What a feature that is on means to V8's headers: the macros to define. None:
# the feature is V8's inner affair. A feature that is on and not here is an
# error.
FEATURES = {
    'v8_deprecation_warnings': ['V8_DEPRECATION_WARNINGS'],
    'v8_enable_31bit_smis_on_64bit_arch': ['V8_31BIT_SMIS_ON_64BIT_ARCH'],
    'v8_enable_direct_handle': ['V8_ENABLE_DIRECT_HANDLE'],
    'v8_enable_extensible_ro_snapshot': None,
    'v8_enable_gdbjit': None,
    'v8_enable_hugepage': None,
    'v8_enable_i18n_support': ['V8_INTL_SUPPORT'],
    'v8_enable_javascript_promise_hooks': None,
    'v8_enable_lite_mode': ['V8_LITE_MODE'],
    'v8_enable_map_packing': ['V8_MAP_PACKING'],
    'v8_enable_memory_accounting_checks': [
        'V8_ENABLE_MEMORY_ACCOUNTING_CHECKS'
    ],
    'v8_enable_object_print': None,
    'v8_enable_pointer_compression': [
        'V8_COMPRESS_POINTERS', 'V8_31BIT_SMIS_ON_64BIT_ARCH'
    ],
    'v8_enable_pointer_compression_shared_cage': [
        'V8_COMPRESS_POINTERS_IN_SHARED_CAGE'
    ],
    'v8_enable_sandbox': ['V8_ENABLE_SANDBOX'],
    'v8_enable_short_builtin_calls': None,
    'v8_enable_temporal_support': ['V8_TEMPORAL_SUPPORT'],
    'v8_enable_v8_checks': ['V8_ENABLE_CHECKS'],
    'v8_enable_webassembly': ['V8_ENABLE_WEBASSEMBLY'],
    'v8_imminent_deprecation_warnings': ['V8_IMMINENT_DEPRECATION_WARNINGS'],
    'v8_optimized_debug': None,
    'v8_use_default_hasher_secret': ['V8_USE_DEFAULT_HASHER_SECRET'],
    'v8_use_perfetto': ['V8_USE_PERFETTO'],
    'v8_use_siphash': None,
}

# The same for what only v8_build_config.json tells. Most of its entries are
# for V8's own test runner and mean nothing here.
BUILD_CONFIG = {
    'local_off_stack_check': ['V8_ENABLE_LOCAL_OFF_STACK_CHECK'],
    'lower_limits_mode': ['V8_LOWER_LIMITS_MODE'],
    'tsan': ['V8_IS_TSAN'],
}

# Macros that V8's headers ask for and that are right to be undefined in a
# static library for desktop Linux without sanitizers.
LEFT_UNDEFINED = re.compile(
    r'(BUILDING|USING)_V8_\w*SHARED\w*'  # V8 as a shared library
    r'|CPPGC_ENABLE_(SLOW_)?API_CHECKS'  # V8's debug builds
    r'|V8_STATIC_ROOTS'  # set only inside V8's build
    r'|V8_USE_PERFETTO_(SDK|JSON_EXPORT)'
    r'|V8_TARGET_OS_\w+|V8_TARGET_ARCH_\w+'  # v8config.h tells by itself
    r'|V8_GN_HEADER|V8_VERSION_H_|\w+_H_')


def enabled(path, table, must_be_known):
    """{macro: reason} of what the JSON file at `path` says is on."""
    with open(path, encoding='utf-8') as file:
        flags = json.load(file)
    macros = {}
    for flag, value in sorted(flags.items()):
        if value is not True:
            continue
        if flag not in table and must_be_known:
            sys.exit('%s: %s is on, and build/v8_defines.py does not know '
                     'which macros that means; add it to FEATURES' %
                     (path, flag))
        for macro in table.get(flag) or []:
            macros[macro] = ('1', flag)
    return macros


def extra(path):
    with open(path, encoding='utf-8') as file:
        entries = json.load(file)
    return {macro: (entry['value'], entry['reason'])
            for macro, entry in entries.items()}


def check_all_known(include, defined):
    """Fails if the headers ask for a feature macro nobody decided about."""
    asked, theirs = {}, set()
    for path in glob.glob(include + '/**/*.h', recursive=True):
        with open(path, encoding='utf-8') as file:
            text = file.read()
        theirs.update(re.findall(r'^\s*#\s*define\s+(\w+)', text, re.M))
        for condition in re.findall(r'^\s*#\s*(?:el)?if.*', text, re.M):
            for macro in re.findall(r'\b\w*(?:V8|CPPGC)_\w+', condition):
                asked.setdefault(macro, path)
    tables = {**FEATURES, **BUILD_CONFIG}.values()
    known = set(defined).union(*(macros or [] for macros in tables))
    for macro in sorted(set(asked) - theirs - known):
        if not LEFT_UNDEFINED.fullmatch(macro):
            sys.exit('%s asks for %s, and build/v8_defines.py does not know '
                     'whether it is set; see FEATURES, LEFT_UNDEFINED and '
                     'third_party/v8/extra_defines.json' %
                     (asked[macro], macro))


def main():
    unpack, v8, extra_defines, sums, output = sys.argv[1:]
    subprocess.run([unpack], check=True)
    macros = {
        **enabled(v8 + '/v8_features.json', FEATURES, must_be_known=True),
        **enabled(v8 + '/v8_build_config.json', BUILD_CONFIG,
                  must_be_known=False),
        **extra(extra_defines),
    }
    check_all_known(v8 + '/include', macros)
    with open(sums, encoding='ascii') as file:
        sha256, archive = file.read().split()
    with open(output, 'w', encoding='ascii') as file:
        # With the SHA-256 in it, a new archive makes all that includes V8
        # compile anew.
        file.write('// Generated by build/v8_defines.py for %s,\n'
                   '// SHA-256 %s\n' % (archive, sha256))
        for macro, (value, reason) in macros.items():
            file.write('\n// %s\n#define %s %s\n' % (reason, macro, value))


if __name__ == '__main__':
    main()
