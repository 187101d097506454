#!/usr/bin/env python3
"""All C++ laid out by .clang-format.  usage: formatting.py PROJECT

Other releases of clang-format lay some lines out differently, so only the one of Debian 12 judges;
without it this check says so and counts as skipped.
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

RELEASE = "14"
SKIPPED = 77


def tool():
    for name in (f"clang-format-{RELEASE}", "clang-format"):
        path = shutil.which(name)
        if path:
            version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
            if re.search(rf"version {RELEASE}\.", version.stdout):
                return path
    return None


def check(root):
    root = Path(root)
    files = [str(path.relative_to(root)) for folder in ("src", "tests")
             for path in sorted((root / folder).rglob("*")) if path.suffix in (".cpp", ".h")]
    run = subprocess.run([tool(), "--style=file", "--dry-run", "-Werror", *files],
                         cwd=root, capture_output=True, text=True)
    names = sorted(set(re.findall(r"^([^:\n]+):\d+:\d+: error", run.stderr, re.MULTILINE)))
    if run.returncode and not names:
        return [run.stderr.strip()]
    return [f"{name}: not laid out by .clang-format; run ./dev format" for name in names]


if __name__ == "__main__":
    if not tool():
        print(f"formatting: skipped, clang-format {RELEASE} is not here")
        sys.exit(SKIPPED)
    faults = check(sys.argv[1])
    print("\n".join(faults) or "formatting: kept")
    sys.exit(1 if faults else 0)
