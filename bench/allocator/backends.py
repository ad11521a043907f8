"""The allocators that heap_bench can measure on this machine."""

import os
import shutil
import subprocess
import sys

BASE = 'slab'

# Backend -> how tables call it.
LABELS = {
    'slab': 'slab',
    'freelist': 'freelist',
    'malloc': 'glibc',
    'malloc:lib=libmimalloc.so.2': 'mimalloc',
    'malloc:lib=libjemalloc.so.2': 'jemalloc',
    'malloc:lib=libtcmalloc_minimal.so.4': 'tcmalloc',
}
# Where Debian has the peers.
PACKAGES = {
    'malloc:lib=libmimalloc.so.2': 'libmimalloc2.0',
    'malloc:lib=libjemalloc.so.2': 'libjemalloc2',
    'malloc:lib=libtcmalloc_minimal.so.4': 'libtcmalloc-minimal4',
}


def label(backend):
    return LABELS.get(backend, backend)


def is_peer(backend):
    """Whether somebody else made it."""
    return backend.startswith('malloc') or '/' in backend


def _root_command():
    """What makes a command run as root, or None."""
    if os.geteuid() == 0:
        return []
    sudo = ['sudo', '--non-interactive']
    if shutil.which('sudo') and subprocess.run(
            sudo + ['true'], stderr=subprocess.DEVNULL,
            check=False).returncode == 0:
        return sudo
    return None


def _install(packages):
    as_root = _root_command()
    if as_root is None:
        print(f'bench: to install {" ".join(packages)}, run as root',
              file=sys.stderr)
        return
    print(f'bench: installing {" ".join(packages)}', file=sys.stderr)
    done = subprocess.run(
        as_root + ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get',
                   '--quiet', '--yes', 'install', *packages],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False)
    if done.returncode != 0:
        print(f'bench: apt-get failed:\n{done.stdout.strip()}',
              file=sys.stderr)


def find(wanted, why_missing, install):
    """([backend that is there], {backend that isn't: why}).

    why_missing(backend) is None for one that is there. With `install`, Debian
    packages of those that aren't are installed first."""
    missing = {backend for backend in wanted if why_missing(backend)}
    packages = [PACKAGES[backend] for backend in wanted
                if backend in missing and backend in PACKAGES]
    if install and packages:
        _install(packages)
    reasons = {backend: why_missing(backend) for backend in wanted}
    return ([backend for backend in wanted if reasons[backend] is None],
            {backend: why for backend, why in reasons.items() if why})
