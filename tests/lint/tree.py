#!/usr/bin/env python3
"""The tree drawn in docs/ARCHITECTURE.md against the tree on disk.  usage: tree.py PROJECT

The drawing is the code block under "## The tree": one name per line, four spaces deeper for each
folder, two spaces before what it is for. "name.*" stands for name.h, name.cpp and their like. Files of src/
and ui/ are drawn one by one, elsewhere folders only; CMakeLists.txt is never drawn.
"""
import re
import sys
from pathlib import Path

WHOLE = ("src", "ui")  # drawn with every file
FOLDERS = ("tests", "packaging", "resources")  # drawn with their folders
UNDRAWN = {"data", "corpus", "findings"}  # input of tests, as many folders as there are parsers


def drawn(root):
    text = (root / "docs/ARCHITECTURE.md").read_text(encoding="utf-8")
    block = re.search(r"^## The tree\n.*?^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    if not block:
        raise SystemExit('tree: docs/ARCHITECTURE.md has no code block under "## The tree"')
    found, above = set(), []
    for line in block.group(1).splitlines():
        if not line.strip():
            continue
        depth, rest = divmod(len(line) - len(line.lstrip()), 4)
        if rest or depth > len(above):
            raise SystemExit(f"tree: cannot place this line of docs/ARCHITECTURE.md: {line}")
        name = re.split(r"\s{2,}", line.strip())[0]
        above[depth:] = [name.rstrip("/")]
        found.add("/".join(above) + ("/" if name.endswith("/") else ""))
    return found


def relevant(name):
    top = name.split("/")[0]
    return top in WHOLE or (top in FOLDERS and name.endswith("/"))


def on_disk(root):
    found = set()
    for top in (*WHOLE, *FOLDERS):
        for path in [root / top, *(root / top).rglob("*")]:
            if path.name in ("CMakeLists.txt", "__pycache__") or UNDRAWN & set(path.parts):
                continue
            if path.is_dir():
                found.add(path.relative_to(root).as_posix() + "/")
            elif path.is_file():
                found.add(path.relative_to(root).as_posix())
    return {name for name in found if relevant(name)}


def check(root):
    root = Path(root)
    drawing, disk = drawn(root), on_disk(root)
    stems = {re.sub(r"\.[^./]+$", ".*", name) for name in disk if not name.endswith("/")}
    faults = [f"docs/ARCHITECTURE.md draws {name}, which is not on disk"
              for name in sorted(drawing) if relevant(name) and name not in disk | stems]
    for name in sorted(disk):
        if name not in drawing and re.sub(r"\.[^./]+$", ".*", name) not in drawing:
            faults.append(f"docs/ARCHITECTURE.md does not draw {name}")
    return faults


if __name__ == "__main__":
    faults = check(sys.argv[1])
    print("\n".join(faults) or "tree: the drawing is true")
    sys.exit(1 if faults else 0)
