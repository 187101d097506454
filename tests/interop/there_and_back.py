"""One repo written by the Python client and fetched by ours.

usage: there_and_back.py write|compare ENDPOINT CACHE REPO
"""
import sys
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

what, endpoint, cache, repo = sys.argv[1:]
api = HfApi(endpoint=endpoint)
FILES = {"README.md": b"# There and back\n", "notes/two words.txt": b"x" * 5000, "empty.txt": b"",
         "weights/a.bin": bytes(range(256)) * 40_000}

if what == "write":
    api.create_repo(repo, private=True)
    api.create_commit(repo, commit_message="First", operations=[
        CommitOperationAdd("old.txt", b"old\n"), CommitOperationAdd("README.md", b"# Old\n")])
    api.create_commit(repo, commit_message="Second", operations=[
        CommitOperationDelete("old.txt"), *(CommitOperationAdd(*file) for file in FILES.items())])
else:
    folder = Path(cache) / f"models--{repo.replace('/', '--')}"
    commit = (folder / "refs/main").read_text()
    if commit != api.model_info(repo).sha:
        sys.exit(f"there_and_back.py: {commit} is not the head")
    snapshot = folder / "snapshots" / commit
    found = {path.relative_to(snapshot).as_posix(): path.read_bytes() for path in snapshot.rglob("*") if path.is_file()}
    found.pop(".gitattributes")
    if found != FILES:
        sys.exit(f"there_and_back.py: {({path: len(data) for path, data in found.items()})} was fetched")
