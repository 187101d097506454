"""The Python client reads a cache we wrote.  usage: read_cache.py ENDPOINT CACHE REPO..."""
import hashlib
import sys
import warnings
from pathlib import Path

from huggingface_hub import HfApi, scan_cache_dir, snapshot_download, try_to_load_from_cache
from huggingface_hub.hf_api import RepoFile

warnings.simplefilter("error")
endpoint, cache, repos = sys.argv[1], sys.argv[2], sys.argv[3:]
api = HfApi(endpoint=endpoint, token=False)


def check(fact, what):
    if not fact:
        sys.exit(f"read_cache.py: {what}")


def digest(path, entry):
    data = Path(path).read_bytes()
    if entry.lfs:
        return hashlib.sha256(data).hexdigest() == entry.lfs.sha256
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest() == entry.blob_id


scan = scan_cache_dir(cache)
check(not scan.warnings, f"warnings: {scan.warnings}")
check(len(scan.repos) == len(repos), f"{len(scan.repos)} repos in the cache")

for word in repos:
    kind, name = ("dataset", word.removeprefix("datasets/")) if word.startswith("datasets/") else ("model", word)
    files = [e for e in api.list_repo_tree(name, repo_type=kind, recursive=True) if isinstance(e, RepoFile)]
    commit = api.repo_info(name, repo_type=kind).sha
    repo = next(r for r in scan.repos if r.repo_id == name and r.repo_type == kind)
    check({r.commit_hash for r in repo.revisions} == {commit}, f"{word}: revisions")
    check("main" in repo.refs, f"{word}: no ref main")
    check(repo.nb_files == len({e.lfs.sha256 if e.lfs else e.blob_id for e in files}), f"{word}: blobs")
    for entry in files:
        path = try_to_load_from_cache(name, entry.path, cache_dir=cache, repo_type=kind)
        check(isinstance(path, str) and digest(path, entry), f"{word}: {entry.path}")
    folder = Path(snapshot_download(name, repo_type=kind, cache_dir=cache, local_files_only=True))
    check(folder.name == commit, f"{word}: the snapshot is {folder.name}")
    held = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    check(held == {e.path for e in files}, f"{word}: the snapshot holds {held}")
print("read_cache.py: good")
