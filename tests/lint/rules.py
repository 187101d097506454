#!/usr/bin/env python3
"""Rules about our sources that a compiler does not know.  usage: rules.py PROJECT"""
import re
import sys
from pathlib import Path

LONGEST_FILE = 600  # lines
TEXT_SUFFIXES = {".cpp", ".h", ".py", ".cmake", ".txt", ".md", ".ui", ".json", ".js", ".mjs", ".sh"}


class Rule:
    """A regular expression that no C++ file of src/ may match outside its comments."""

    def __init__(self, pattern, reason, allowed=()):
        self.pattern = re.compile(pattern)
        self.reason = reason
        self.allowed = tuple(allowed)


RULES = [
    Rule(r"\bQSaveFile\b", "QSaveFile loses data on a full disk in Qt 6.4.2: use core/atomicfile"),
    Rule(r"\bQCryptographicHash\b", "QCryptographicHash is ten times slower: use core/digest",
         allowed=["src/demo/answers.", "src/demo/repoindex.", "src/demo/signer.",
                  "src/cache/temporary."]),  # names and short texts, never the bytes of files
    Rule(r"\bQEventLoop\b", "no nested event loop: use a signal and a context"),
    Rule(r"\bprocessEvents\s*\(", "no nested event loop: use a signal and a context"),
    Rule(r"(?:\.|->|::)exec\s*\(", "dialogs are opened, not executed",
         allowed=["src/app/", "src/cli/commands."]),  # the one event loop of the program
    Rule(r"\b(?:m|u|nano)?sleep(?:_for|_until)?\s*\(", "no sleep: use core/clock"),
    Rule(r"\bwaitFor(?:ReadyRead|BytesWritten|Connected|Disconnected|Encrypted|Finished|Started)\s*\(",
         "no blocking wait: use a signal",
         allowed=["src/app/singleinstance."]),  # there is no window yet
    Rule(r"\bsetInsecureFallback\b", "a token must never be stored in clear"),
    Rule(r"\bignoreSslErrors\b|\bVerifyNone\b|\bQueryPeer\b", "TLS checks are never switched off"),
    Rule(r"\bstatic\s+[\w:<>]+\s*[&*]\s*(?:instance|self|getInstance)\s*\(",
         "no singletons: pass what is needed to the constructor"),
    Rule(r"\bqEnvironmentVariable\w*|\bqgetenv\b|\bgetenv\b|\bsystemEnvironment\b",
         "only session reads the environment: take a plain value",
         allowed=["src/session/", "src/app/", "src/cli/commands.", "src/core/logging.",
                  "src/gui/appearance."]),
    Rule(r"\b(?:SIGNAL|SLOT)\s*\(", "connect by member pointer",
         allowed=["src/gui/appearance."]),  # QtDBus knows signals of other programs by name only
    Rule(r"\bqDebug\s*\(|\bqWarning\s*\(|\bqInfo\s*\(|\bqCritical\s*\(",
         "log with a category: qCWarning and its like"),
]


def without_comments(text):
    """The text with comments blanked, strings kept, and every line where it was."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
                         re.DOTALL)

    def blank(match):
        found = match.group(0)
        return re.sub(r"[^\n]", " ", found) if found.startswith("/") else found

    return pattern.sub(blank, text)


def sources(root, folders=("src", "tests", "docs", "packaging", "ui")):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in TEXT_SUFFIXES:
                yield path, path.relative_to(root).as_posix()


def check_code(root):
    for path, name in sources(root, ["src"]):
        if path.suffix not in (".cpp", ".h"):
            continue
        code = without_comments(path.read_text(encoding="utf-8"))
        if path.suffix == ".h" and not re.search(r"^#pragma once$", code, re.MULTILINE):
            yield f"{name}: a header begins with #pragma once"
        for number, line in enumerate(code.splitlines(), 1):
            for rule in RULES:
                if rule.pattern.search(line) and not name.startswith(rule.allowed or ("\0",)):
                    yield f"{name}:{number}: {rule.reason}"


def check_text(root):
    for path, name in sources(root):
        if name.startswith("tests/data/") or "/data/" in name:
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > LONGEST_FILE and path.suffix not in (".ui", ".md"):
            yield f"{name}: {len(lines)} lines; at most {LONGEST_FILE}: split it by its concepts"
        if name.startswith("src/") and name != name.lower() and path.name != "CMakeLists.txt":
            yield f"{name}: file names are lower case, after the main class"
        if name.startswith("tests/lint/"):
            continue
        for number, line in enumerate(lines, 1):
            if re.search(r"\b(?:TODO|FIXME|XXX)\b", line):
                yield f"{name}:{number}: finish it or write it down elsewhere; no notes to self"


def check(root):
    root = Path(root)
    return [*check_code(root), *check_text(root)]


if __name__ == "__main__":
    faults = check(sys.argv[1])
    print("\n".join(faults) or "rules: kept")
    sys.exit(1 if faults else 0)
