"""The Python client makes the repos of the cache tests.  usage: make_repos.py ENDPOINT TRUTH

The token comes in HF_TOKEN. TRUTH is written: a JSON list of what each revision of each repo holds,
{"kind", "name", "revision", "commit", "files": {path: SHA-256}}. It is made of the bytes that were sent,
not of what the Hub says.
"""
import hashlib
import json
import os
import random
import sys

os.environ["HF_HUB_DISABLE_XET"] = "1"  # the demo Hub knows no upload by Xet to a pull request
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi  # noqa: E402

endpoint, truth = sys.argv[1:]
api = HfApi(endpoint=endpoint)
bytes_of = random.Random(7).randbytes
revisions = []


def commit(kind, name, revision, before, files, delete=(), pull_request=False):
    """Commits FILES over those of BEFORE and notes what the revision then holds, which it returns."""
    operations = [CommitOperationAdd(path, data) for path, data in files.items()]
    operations += [CommitOperationDelete(path) for path in delete]
    done = api.create_commit(name, operations, commit_message=f"For {revision}", repo_type=kind,
                             create_pr=pull_request)
    held = {path: data for path, data in before.items() if path not in delete} | files
    revisions.append({"kind": kind, "name": name, "revision": revision, "commit": done.oid,
                      "files": {path: hashlib.sha256(data).hexdigest() for path, data in held.items()}})
    return held


def make(kind, name, **options):
    api.create_repo(name, repo_type=kind, **options)
    api.delete_file(".gitattributes", name, repo_type=kind)


# Two versions that share content, two paths that do, nested folders, odd names, a pull request.
VERSIONS = "shelf/two-versions"
weights = bytes_of(900_000)
make("model", VERSIONS)
first = commit("model", VERSIONS, "v1", {}, {
    "README.md": b"# First\n", "config.json": b"{}\n", "empty.txt": b"", "weights/a.bin": weights,
    "weights/copy of a.bin": weights, "deep/er/and/deeper/b.bin": bytes_of(70_000),
    "数据/größe #1 (50%) + 🚀.txt": "Zeilen\n".encode(), "old/only.bin": bytes_of(120_000)})
api.create_tag(VERSIONS, tag="v1")
main = commit("model", VERSIONS, "main", first, {
    "README.md": b"# Second\n", "weights/new.bin": bytes_of(250_000)}, delete=["old/only.bin"])
commit("model", VERSIONS, "refs/pr/1", main, {"idea/of somebody.bin": bytes_of(60_000)}, pull_request=True)

# The same in small, without what the JavaScript client cannot fetch: empty files and names that an address
# cannot hold.
PLAIN = "shelf/plain"
make("model", PLAIN)
first = commit("model", PLAIN, "v1", {}, {
    "README.md": b"# First\n", "a/weights.bin": bytes_of(90_000), "a/same.bin": bytes_of(50_000)})
api.create_tag(PLAIN, tag="v1")
commit("model", PLAIN, "main", first, {"README.md": b"# Second\n", "b/more.bin": bytes_of(40_000)})

make("dataset", "shelf/rows")
commit("dataset", "shelf/rows", "main", {}, {
    f"data/train/part {i}.jsonl": b'{"row": %d}\n' % i * 400 * i for i in range(1, 6)} | {"README.md": b"# Rows\n"})
make("space", "shelf/room", space_sdk="static")
commit("space", "shelf/room", "main", {}, {
    "index.html": b"<!doctype html><title>Room</title>", "assets/img/door.png": bytes_of(30_000)})

with open(truth, "w", encoding="utf-8") as file:
    json.dump(revisions, file, indent=1)
