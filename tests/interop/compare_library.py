"""What our library tells of a cache against what the Python client finds in it.

usage: compare_library.py CACHE [REFUSED_REPO...]

`hubload library --json` comes on standard input. What is refused, as models/ORG/NAME, the client must warn of;
ours must list it, with a problem and with the bytes that its snapshots lead to.
"""
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from huggingface_hub import scan_cache_dir

cache, refused, ours = Path(sys.argv[1]), set(sys.argv[2:]), json.load(sys.stdin)


def check(fact, what):
    if not fact:
        sys.exit(f"compare_library.py: {what}")


def distinct_bytes(paths):
    files = {(facts.st_dev, facts.st_ino): facts.st_size
             for facts in (path.stat() for path in paths if path.is_file())}
    return sum(files.values())


def folder_of(repo):
    return cache / repo.replace("/", "--")


def told_by_ours(repo):
    return {"bytes": repo["bytes"], "files": repo["files"],
            "revisions": {one["commit"]: (one["bytes"], one["files"], sorted(one["refs"]))
                          for one in repo["revisions"]}}


def told_by_theirs(repo):
    return {"bytes": repo.size_on_disk, "files": repo.nb_files,
            "revisions": {one.commit_hash: (one.size_on_disk, one.nb_files, sorted(one.refs))
                          for one in repo.revisions}}


scan = scan_cache_dir(cache)
kernels = [repo for repo in scan.repos if repo.repo_type == "kernel"]
theirs = {f"{repo.repo_type}s/{repo.repo_id}": told_by_theirs(repo) for repo in scan.repos if repo not in kernels}
listed = {repo["repo"]: told_by_ours(repo) for repo in ours["repos"]}
check(len(listed) == len(ours["repos"]), "a repo is listed twice")
for repo, told in theirs.items():
    check(listed.get(repo) == told, f"{repo}: {listed.get(repo)}, the client finds {told}")
check(set(listed) - set(theirs) == refused, f"{set(listed) - set(theirs)} is what only ours lists")

warned = Counter(folder_of(repo).name for repo in refused for one in scan.warnings if folder_of(repo).name in str(one))
check(set(warned) == {folder_of(repo).name for repo in refused}, f"the client warns: {scan.warnings}")
for repo in ours["repos"]:
    folder = folder_of(repo["repo"])
    check((repo["repo"] in refused) == bool(repo["problems"]), f"{repo['repo']}: problems {repo['problems']}")
    check(repo["bytes"] == distinct_bytes((folder / "snapshots").rglob("*")), f"{repo['repo']}: {repo['bytes']} bytes")
    unfinished = distinct_bytes((folder / "blobs").glob("*.incomplete")) if (folder / "blobs").exists() else 0
    check(repo["bytes_unfinished"] == unfinished, f"{repo['repo']}: {repo['bytes_unfinished']} unfinished")
others = {one["name"]: one["bytes"] for one in ours["others"]}
found = {path.name: distinct_bytes(path.rglob("*")) for path in cache.glob("kernels--*")}
check(others == found, f"others: {others}, on disk: {found}")

total = scan.size_on_disk - sum(repo.size_on_disk for repo in kernels)
check(ours["bytes"] == total + sum(listed[repo]["bytes"] for repo in refused),
      f"{ours['bytes']} bytes in all, the client finds {total}")
if hasattr(scan, "incomplete_files"):
    unfinished = sum(repo["bytes_unfinished"] for repo in ours["repos"])
    check(scan.incomplete_size_on_disk == unfinished, f"unfinished: {unfinished}, not {scan.incomplete_size_on_disk}")
    # The command of the newest version says the same.
    command = [Path(sys.executable).with_name("hf"), "cache", "ls", "--cache-dir", cache, "--format", "human"]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    sums = re.search(r"Found (\d+) repo\(s\) for a total of (\d+) revision\(s\) and (\S+) on disk", said)
    revisions = sum(len(repo["revisions"]) for repo in theirs.values()) + sum(len(repo.revisions) for repo in kernels)
    expected = (str(len(theirs) + len(kernels)), str(revisions), scan.size_on_disk_str)
    check(sums and sums.groups() == expected, f"hf cache ls says {said}, not {expected}")
print(f"compare_library.py: {len(listed)} good")
