#!/usr/bin/env python3
"""Plants one violation after another in a copy of the project; the check must name each of them.

usage: planted.py PROJECT layers|rules|tree|formatting|translations [TOOL]
A check that cannot fail proves nothing: what counts is the new complaint and the file it names.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import formatting
import rules
import translations
import tree

HERE = Path(__file__).resolve().parent


def layers(root):
    run = subprocess.run([os.environ.get("CMAKE_COMMAND", "cmake"), f"-DROOT={root}", "-P",
                          str(HERE / "layers.cmake")], capture_output=True, text=True)
    lines = [line.strip() for line in run.stderr.splitlines() if "src/" in line]
    if bool(run.returncode) != bool(lines):
        raise SystemExit(f"layers.cmake: exit code {run.returncode} does not fit:\n{run.stderr}")
    return lines


# (file, text added to its end, part of the complaint)
LAYERS = [
    ("src/core/planted.h", '#include "hub/client.h"\n', 'core must not include "hub/client.h"'),
    ("src/cache/planted.cpp", '  #  include "hub/types.h"\n', 'cache must not include "hub/types.h"'),
    ("src/hub/planted.h", '#include "cache/layout.h"\n', 'hub must not include "cache/layout.h"'),
    ("src/demo/planted.h", '#include "hub/types.h"\n', 'demo must not include "hub/types.h"'),
    ("src/session/planted.h", '#include "gui/mainwindow.h"\n', 'session must not include "gui/mainwindow.h"'),
    ("src/cli/planted.h", '#include "gui/mainwindow.h"\n', 'cli must not include "gui/mainwindow.h"'),
    ("src/transfer/planted.h", '#include "core/settings.h"\n', "transfer must not read settings"),
    ("src/hub/planted.h", '#include "endpoint.h"\n', '"endpoint.h" is not written from src/'),
    ("src/hub/planted.h", '#include "../core/error.h"\n', "is not written from src/"),
    ("src/hub/planted.h", "#include <cache/store.h>\n", "write our own headers in quotes"),
    ("src/cache/planted.cpp", "#include <QNetworkReply>\n", "cache must not include <QNetworkReply>"),
    ("src/hub/planted.cpp", "#include <QFile>\n", "hub must not include <QFile>"),
    ("src/extra/planted.h", "#pragma once\n", "'extra' is no layer"),
]
RULES = [
    ("src/core/planted.cpp", "QSaveFile file;\n", "use core/atomicfile"),
    ("src/core/planted.cpp", "QCryptographicHash hash(x);\n", "use core/digest"),
    ("src/gui/planted.cpp", "QEventLoop loop;\n", "no nested event loop"),
    ("src/gui/planted.cpp", "dialog->exec();\n", "opened, not executed"),
    ("src/gui/planted.cpp", "/* */ dialog.exec(); // why\n", "opened, not executed"),
    ("src/transfer/planted.cpp", "QThread::msleep(5);\n", "no sleep"),
    ("src/hub/planted.cpp", "socket.waitForConnected();\n", "no blocking wait"),
    ("src/account/planted.cpp", "job.setInsecureFallback(true);\n", "stored in clear"),
    ("src/hub/planted.cpp", "reply->ignoreSslErrors();\n", "never switched off"),
    ("src/hub/planted.cpp", "    static Hub &instance();\n", "no singletons"),
    ("src/hub/planted.cpp", 'qEnvironmentVariable("HF_TOKEN");\n', "reads the environment"),
    ("src/gui/planted.cpp", "connect(a, SIGNAL(b()), c, SLOT(d()));\n", "by member pointer"),
    ("src/gui/planted.cpp", 'qWarning() << "x";\n', "with a category"),
    ("src/hub/planted.h", "int x;\n", "#pragma once"),
    ("src/hub/planted.cpp", "\n" * 601, "at most 600"),
    ("src/hub/Planted.cpp", "\n", "lower case"),
    ("tests/core/planted.cpp", "// TODO later\n", "notes to self"),
]
TREE = [
    ("src/core/planted.h", "\n", "does not draw src/core/planted.h"),
    ("src/planted/planted.h", "\n", "does not draw src/planted/"),
    ("tests/planted/planted.cpp", "\n", "does not draw tests/planted/"),
]
FORMATTING = [("src/core/planted.cpp", "int  main( ){return 0 ;}\n", "run ./dev format")]
TRANSLATIONS = [
    ("src/gui/planted.cpp",
     'void f() { QCoreApplication::translate("Planted", "A planted text"); }\n', "A planted text"),
]


def suite(name, tool):
    if name == "translations":
        return TRANSLATIONS, lambda root: translations.check(root, tool)
    return {
        "layers": (LAYERS, layers),
        "rules": (RULES, rules.check),
        "tree": (TREE, tree.check),
        "formatting": (FORMATTING, formatting.check),
    }[name]


def copy(project, place, name):
    if name == "rules":  # judges each file by itself: empty folders are enough, and quick
        for folder in [*(project / "src").iterdir(), *(project / "tests").iterdir()]:
            if folder.is_dir():
                (place / folder.relative_to(project)).mkdir(parents=True)
        return
    for folder in ("src", "tests", "docs", "ui", "translations", "packaging", "resources"):
        if (project / folder).is_dir():
            shutil.copytree(project / folder, place / folder,
                            ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(project / ".clang-format", place)


def main():
    project, name = Path(sys.argv[1]), sys.argv[2]
    if name == "formatting" and not formatting.tool():
        sys.exit(formatting.SKIPPED)
    cases, check = suite(name, sys.argv[3] if len(sys.argv) > 3 else None)
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        copy(project, place, name)
        before = set(check(place))
        for file, text, complaint in cases:
            path = place / file
            is_new_folder = not path.parent.exists()
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            new = set(check(place)) - before
            if not any(complaint in line for line in new):
                missed.append(f"not caught: {text.strip()[:60]!r} in {file}; new complaints: {sorted(new)}")
            path.unlink()
            if is_new_folder:
                path.parent.rmdir()
    print("\n".join(missed) or f"planted: all {len(cases)} violations caught")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
