#!/usr/bin/env python3
"""The .ts files know every text of the program and no other.  usage: translations.py PROJECT LUPDATE

Texts are collected anew into empty files and compared by meaning, so neither order nor layout of the
.ts files matters. English needs the plural forms only.
"""
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path


def texts(path):
    """{(context, source, comment): (is plural, is finished)} of one .ts file."""
    found = {}
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            kind = translation.get("type", "") if translation is not None else "unfinished"
            if kind in ("vanished", "obsolete"):
                continue
            key = (context.findtext("name"), message.findtext("source"),
                   message.findtext("comment") or "")
            found[key] = (message.get("numerus") == "yes", kind != "unfinished")
    return found


def collected(root, lupdate):
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "fresh_de.ts"
        places = [name for name in ("src", "ui") if (root / name).is_dir()]
        subprocess.run([lupdate, "-silent", "-no-obsolete", "-locations", "none", *places,
                        "-ts", str(fresh)], cwd=root, check=True)
        return texts(fresh)


def check(root, lupdate):
    root = Path(root)
    files = sorted((root / "translations").glob("*.ts"))
    if not files:
        return ["translations: there is no .ts file"]
    wanted = collected(root, lupdate)
    faults = []
    for path in files:
        name, have = path.relative_to(root).as_posix(), texts(path)
        english = path.stem.endswith("_en")
        needed = {key for key, (plural, _) in wanted.items() if plural or not english}
        for context, source, _ in sorted(needed - have.keys()):
            faults.append(f"{name}: lacks “{source}” ({context}); build the target update_translations")
        for context, source, _ in sorted(have.keys() - wanted.keys()):
            faults.append(f"{name}: “{source}” ({context}) is no longer in the program")
        for context, source, _ in sorted(key for key, (_, finished) in have.items()
                                         if key in needed and not finished):
            faults.append(f"{name}: “{source}” ({context}) is not translated")
    return faults


if __name__ == "__main__":
    faults = check(sys.argv[1], sys.argv[2])
    print("\n".join(faults) or "translations: complete")
    sys.exit(1 if faults else 0)
