"""The Python client finds in a cache, without a network, what the Hub had.

usage: check_cache.py CACHE TRUTH [KIND/NAME@REVISION...]

TRUTH is what make_repos.py wrote; of it only the revisions that are named must be there, and no others.
Without names it is all of them; the name "nothing" stands for none. With "spare blobs" before the names there
may be blobs that nothing leads to.
"""
import hashlib
import json
import os
import sys
import warnings
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
from huggingface_hub import __version__, scan_cache_dir, snapshot_download, try_to_load_from_cache  # noqa: E402

warnings.simplefilter("error")
cache, truth, wanted = sys.argv[1], json.loads(Path(sys.argv[2]).read_text("utf-8")), sys.argv[3:]

may_spare = wanted[:1] == ["spare blobs"]
wanted = wanted[1:] if may_spare else wanted


def check(fact, what):
    if not fact:
        sys.exit(f"check_cache.py: {what}")


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def word(item):
    return f"{item['kind']}/{item['name']}@{item['revision']}"


here = [item for item in truth if not wanted or word(item) in wanted]
check(wanted in ([], ["nothing"]) or len(here) == len(wanted), f"{wanted} is not all known")
scan = scan_cache_dir(cache)
# Before 1.0 the scan does not know the tag, which newer versions write into every cache, too.
said = [w for w in scan.warnings if not (__version__.startswith("0.") and str(w).endswith("/CACHEDIR.TAG"))]
check(not said, f"warnings: {said}")
found = {f"{repo.repo_type}/{repo.repo_id}@{ref}": (revision.commit_hash, revision.nb_files)
         for repo in scan.repos for revision in repo.revisions for ref in revision.refs or {"-"}}
expected = {word(item): (item["commit"], len(item["files"])) for item in here}
check(found == expected, f"found {found}, expected {expected}")
for repo in scan.repos:
    used = {file.blob_path.name for revision in repo.revisions for file in revision.files}
    unused = {path.name for path in (repo.repo_path / "blobs").iterdir()} - used
    check(may_spare or not unused, f"{repo.repo_id}: nothing leads to {unused}")
for item in here:
    name, options = item["name"], {"repo_type": item["kind"], "cache_dir": cache, "revision": item["revision"]}
    folder = Path(snapshot_download(name, local_files_only=True, **options))
    check(folder.name == item["commit"], f"{word(item)}: the snapshot is {folder.name}")
    held = {path.relative_to(folder).as_posix(): digest(path) for path in folder.rglob("*") if path.is_file()}
    check(held == item["files"], f"{word(item)}: {held}")
    for path, content in item["files"].items():
        at = try_to_load_from_cache(name, path, **options)
        check(isinstance(at, str) and digest(at) == content, f"{word(item)}: {path} is {at}")
print(f"check_cache.py: {len(here)} good")
