"""The Python client's picture of a repo against ours.

usage: compare_states.py ENDPOINT REPO OUR_STATE [write]
       compare_states.py ENDPOINT REPO gone

OUR_STATE is the JSON that ourclient prints. With "write" the Python client commits afterwards, so that
ours has something of another's to read. With "gone" there must be no such repo any more.
"""
import json
import sys

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

endpoint, repo, ours = sys.argv[1:4]
api = HfApi(endpoint=endpoint)
if ours == "gone":
    sys.exit("compare_states.py: it is still there" if api.repo_exists(repo) else 0)


def files(revision):
    return {entry.path: [entry.lfs.sha256 if entry.lfs else entry.blob_id, entry.size]
            for entry in api.list_repo_tree(repo, recursive=True, revision=revision)
            if hasattr(entry, "blob_id")}


def refs(found):
    return {ref.ref: ref.target_commit for ref in found or []}


info = api.model_info(repo)
listed = api.list_repo_refs(repo, include_pull_requests=True)
theirs = {"head": info.sha, "private": info.private, "files": files(info.sha),
          "branches": refs(listed.branches), "tags": refs(listed.tags), "pulls": refs(listed.pull_requests),
          "titles": [commit.title for commit in api.list_repo_commits(repo)]}
ours = json.loads(ours)
for key, value in theirs.items():
    if ours[key] != value:
        sys.exit(f"compare_states.py: {key}: Python sees {value}, we see {ours[key]}")
if len(ours["titles"]) < 2 or not ours["files"]:
    sys.exit(f"compare_states.py: there is nothing to compare in {ours}")
if sys.argv[4:] == ["write"]:
    api.create_commit(repo, commit_message="Python's", operations=[
        CommitOperationAdd("python.bin", bytes(range(256)) * 30_000), CommitOperationDelete("empty.txt")])
    api.create_branch(repo, branch="python")
    api.create_tag(repo, tag="v2")
