"""The Python client writes to the demo Hub.  usage: write_demo_hub.py ENDPOINT

The token comes in HF_TOKEN. Every state that the client has made is compared with what the Hub's own
tree says, asked for without the client.
"""
import hashlib
import io
import json
import os
import sys
import urllib.parse
import urllib.request

from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi, hf_hub_download
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError

endpoint = sys.argv[1]
token = os.environ["HF_TOKEN"]
api = HfApi(endpoint=endpoint, token=token)
REPO = "demo-writer/written-by-python"
NEW_NAME = "demo-writer/moved-by-python"
TEXT = "---\nlicense: mit\n---\n# Written by Python\n".encode()
BINARY = bytes(range(256)) * 30_000  # 7.3 MiB: more than is hashed at once


def check(fact, what):
    if not fact:
        sys.exit(f"write_demo_hub.py: {what}")


def raises(error, call):
    try:
        call()
    except error as caught:
        return caught
    return None


def asked(path):
    request = urllib.request.Request(endpoint + path, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def state(repo, revision="main"):
    """What the Hub says of itself: path -> (id, size)."""
    where = f"/api/models/{repo}/tree/{urllib.parse.quote(revision, safe='')}?recursive=true"
    return {e["path"]: (e["lfs"]["oid"] if "lfs" in e else e["oid"], e["size"])
            for e in asked(where) if e["type"] == "file"}


def git_id(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def regular(data):
    return git_id(data), len(data)


def large(data):
    return hashlib.sha256(data).hexdigest(), len(data)


def says(repo, expected, head, revision="main"):
    """The Hub's tree, the client's view of it, and the head are what was committed."""
    found = {path: entry for path, entry in state(repo, revision).items() if path != ".gitattributes"}
    print(json.dumps({"repo": repo, "revision": revision, "head": head, "files": found}))
    check(found == expected, f"{repo}@{revision}: {found} is not {expected}")
    info = api.model_info(repo, revision=revision, files_metadata=True)
    check(info.sha == head, f"{repo}@{revision}: head {info.sha} is not {head}")
    seen = {s.rfilename: (s.lfs.sha256 if s.lfs else s.blob_id, s.size) for s in info.siblings}
    seen.pop(".gitattributes", None)
    check(seen == expected, f"{repo}@{revision}: the client sees {seen}")


# A repo, made once and asked for twice.
check(api.whoami()["name"] == "demo-writer", "who am I")
check(api.create_repo(REPO).repo_id == REPO, "no repo was made")
check(api.create_repo(REPO, exist_ok=True).repo_id == REPO, "exist_ok")
check(raises(HfHubHTTPError, lambda: api.create_repo(REPO)).response.status_code == 409, "made twice")
first = api.model_info(REPO).sha

# A regular file and a large one in one commit.
made = api.create_commit(REPO, commit_message="Add both", commit_description="Why not", operations=[
    CommitOperationAdd("README.md", TEXT),
    CommitOperationAdd("data/weights.bin", BINARY),
    CommitOperationAdd("empty.bin", b"")])
files = {"README.md": regular(TEXT), "data/weights.bin": large(BINARY), "empty.bin": regular(b"")}
says(REPO, files, made.oid)
check(made.commit_url == f"{endpoint}/{REPO}/commit/{made.oid}", made.commit_url)
for path, data in (("README.md", TEXT), ("data/weights.bin", BINARY)):
    with open(hf_hub_download(REPO, path, endpoint=endpoint, token=token), "rb") as file:
        check(file.read() == data, f"{path} came back different")
again = api.create_commit(REPO, commit_message="Add both", operations=[CommitOperationAdd("README.md", TEXT)])
check(again.oid == made.oid, "a file that is there already was committed again")

# Branch, tag, and what they lead to.
api.create_branch(REPO, branch="feature/one")
api.create_branch(REPO, branch="feature/one", exist_ok=True)
api.create_branch(REPO, branch="start", revision=first)
api.create_tag(REPO, tag="v1", tag_message="One")
check(raises(HfHubHTTPError, lambda: api.create_tag(REPO, tag="v1")).response.status_code == 409, "tagged twice")
aside = api.upload_file(path_or_fileobj=io.BytesIO(b"aside\n"), path_in_repo="aside.txt", repo_id=REPO,
                        revision="feature/one", commit_message="Step aside")
says(REPO, files | {"aside.txt": regular(b"aside\n")}, aside.oid, "feature/one")
says(REPO, files, made.oid)
commits = api.list_repo_commits(REPO, revision="feature/one", formatted=True)
check([c.title for c in commits] == ["Step aside", "Add both", "initial commit"], f"{commits}")
check([c.commit_id for c in commits] == [aside.oid, made.oid, first], "ids of the commits")
check(commits[1].message == "Why not" and commits[0].authors == ["demo-writer"], f"{commits[1]}")

# A pull request leaves main alone; a head that moved is told.
pull = api.create_commit(REPO, commit_message="Propose", create_pr=True, parent_commit=made.oid,
                         operations=[CommitOperationAdd("idea.txt", b"idea\n")])
check(pull.pr_revision == "refs/pr/1" and pull.pr_num == 1, f"{pull}")
says(REPO, files | {"idea.txt": regular(b"idea\n")}, pull.oid, "refs/pr/1")
late = raises(HfHubHTTPError, lambda: api.create_commit(
    REPO, commit_message="Late", parent_commit=first, operations=[CommitOperationAdd("x", b"x")]))
check(late.response.status_code == 412, f"{late}")
refs = api.list_repo_refs(REPO, include_pull_requests=True)
check({b.name: b.target_commit for b in refs.branches}
      == {"main": made.oid, "feature/one": aside.oid, "start": first}, f"{refs.branches}")
check([(t.name, t.target_commit) for t in refs.tags] == [("v1", made.oid)], f"{refs.tags}")
check([(p.ref, p.target_commit) for p in refs.pull_requests] == [("refs/pr/1", pull.oid)], f"{refs.pull_requests}")
api.delete_tag(REPO, tag="v1")
api.delete_branch(REPO, branch="feature/one")
check(raises(HfHubHTTPError, lambda: api.delete_branch(REPO, branch="main")), "main was deleted")

# Copies, deletes.
copied = api.create_commit(REPO, commit_message="Copy", operations=[
    CommitOperationCopy("data/weights.bin", "copy.bin"), CommitOperationDelete("empty.bin")])
del files["empty.bin"]
says(REPO, files | {"copy.bin": large(BINARY)}, copied.oid)
api.delete_folder("data", REPO)
gone = api.delete_file("README.md", REPO)
says(REPO, {"copy.bin": large(BINARY)}, gone.oid)
check(raises(EntryNotFoundError, lambda: api.delete_file("none.txt", REPO)), "deleted what was not there")

# Settings, likes, and the end.
api.update_repo_settings(REPO, private=True)
check(raises(HfHubHTTPError, lambda: HfApi(endpoint=endpoint, token=False).model_info(REPO)), "it is not private")
api.update_repo_settings(REPO, private=False, gated="auto")
check(api.model_info(REPO).gated == "auto", "it is not gated")
api.unlike(REPO)
api.move_repo(REPO, NEW_NAME)
says(NEW_NAME, {"copy.bin": large(BINARY)}, gone.oid)
check(api.model_info(REPO).id == NEW_NAME, "the old name leads nowhere")
api.delete_repo(NEW_NAME)
check(raises(HfHubHTTPError, lambda: api.model_info(NEW_NAME)), "it is still there")
check(raises(HfHubHTTPError, lambda: api.delete_repo(NEW_NAME)), "deleted twice")
api.delete_repo(NEW_NAME, missing_ok=True)

# Other kinds of repo.
for kind, options in (("dataset", {}), ("space", {"space_sdk": "static"})):
    api.create_repo("acme/kinds", repo_type=kind, **options)
    api.upload_file(path_or_fileobj=BINARY[:1000], path_in_repo="a.bin", repo_id="acme/kinds", repo_type=kind)
    check(api.file_exists("acme/kinds", "a.bin", repo_type=kind), f"nothing was uploaded to the {kind}")
    api.delete_repo("acme/kinds", repo_type=kind)

reader = HfApi(endpoint=endpoint, token="hf_interop")
check(raises(HfHubHTTPError, lambda: reader.create_repo("acme/no")).response.status_code == 403, "a reader wrote")
print("write_demo_hub.py: good")
