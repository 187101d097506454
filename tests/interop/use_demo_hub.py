"""The Python client against the demo Hub.  usage: use_demo_hub.py ENDPOINT CACHE"""
import hashlib
import sys
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import EntryNotFoundError, GatedRepoError, HfHubHTTPError, RevisionNotFoundError
from huggingface_hub.hf_api import RepoFile, RepoFolder

endpoint, cache = sys.argv[1], sys.argv[2]
api = HfApi(endpoint=endpoint, token=False)
ODD = "odd-corner/names-of-all-kinds"


def check(fact, what):
    if not fact:
        sys.exit(f"use_demo_hub.py: {what}")


def raises(error, call):
    try:
        call()
    except error:
        return True
    return False


def git_id(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def matches(entry, path):
    data = Path(path).read_bytes()
    known = hashlib.sha256(data).hexdigest() == entry.lfs.sha256 if entry.lfs else git_id(data) == entry.blob_id
    return known and len(data) == entry.size


def fetch(repo, path, **options):
    return hf_hub_download(repo, path, endpoint=endpoint, cache_dir=cache, **options)


# Lists, over several pages.
models = list(api.list_models(limit=None))
check(len(models) >= 15, f"{len(models)} models listed")
check([m.id for m in api.list_models(search="lantern-320")] != [], "search finds nothing")
check(len(list(api.list_datasets())) >= 4, "datasets are missing")
check(len(list(api.list_spaces())) >= 1, "the Space is missing")
downloads = [m.downloads for m in api.list_models(sort="downloads")]
check(downloads == sorted(downloads, reverse=True), "not sorted by downloads")
gated = {m.id for m in api.list_models(gated=True, full=True)}
check(gated == {"hearthstone-ai/Ember-7B"}, f"gated: {gated}")

# Information.
info = api.model_info(ODD, files_metadata=True)
check(info.sha and len(info.sha) == 40, "no commit")
check(all(s.size is not None and s.blob_id for s in info.siblings), "siblings without sizes")
check(api.repo_info("meadow-archive/field-notes", repo_type="dataset").sha, "no dataset")
check([b.name for b in api.list_repo_refs(ODD).branches] == ["main"], "branches")
check(len(api.list_repo_commits(ODD)) == 1, "commits")
check(api.whoami(token="hf_interop")["type"] == "user", "who am I")
check(api.model_info("lantern-labs/Lantern-Chat").id == "lantern-labs/Lantern-320M-Instruct", "old name")

# Trees: 2,000 files take several pages.
tree = list(api.list_repo_tree("meadow-archive/field-notes", repo_type="dataset", recursive=True))
check(sum(isinstance(e, RepoFile) for e in tree) == 2001, f"{len(tree)} entries in the big tree")
check(len({e.path for e in tree}) == len(tree), "an entry came twice")
entries = {e.path: e for e in api.list_repo_tree(ODD, recursive=True)}
check(isinstance(entries["weights"], RepoFolder), "folders are missing")
found = api.get_paths_info(ODD, ["weights", "rocket 🚀.txt", "none"])
check({e.path for e in found} == {"weights", "rocket 🚀.txt"}, "paths-info")

# Every file of the repo with odd names, small ones by 307 and large ones by 302, byte for byte.
for path, entry in entries.items():
    if isinstance(entry, RepoFile):
        check(matches(entry, fetch(ODD, path, token=False)), f"{path} differs")
folder = Path(snapshot_download(ODD, endpoint=endpoint, cache_dir=cache, token=False))
check({p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
      == {p for p, e in entries.items() if isinstance(e, RepoFile)}, "the snapshot differs")

# A dataset, an old name, the gate.
ship = next(iter(api.get_paths_info("harbour-data/ship-names", ["data/all.jsonl"], repo_type="dataset")))
check(matches(ship, fetch("harbour-data/ship-names", "data/all.jsonl", repo_type="dataset", token=False)),
      "the dataset's file differs")
check(Path(fetch("lantern-labs/Lantern-Chat", "config.json", token=False)).stat().st_size > 0, "old name")
check(raises(GatedRepoError, lambda: fetch("hearthstone-ai/Ember-7B", "config.json", token=False)), "no gate")
check(Path(fetch("hearthstone-ai/Ember-7B", "README.md", token=False)).read_text().startswith("---"), "gated card")
check(Path(fetch("hearthstone-ai/Ember-7B", "config.json", token="hf_interop")).stat().st_size > 0, "gate is shut")

# Errors.
check(raises(EntryNotFoundError, lambda: fetch(ODD, "none.txt", token=False)), "missing file")
check(raises(RevisionNotFoundError, lambda: fetch(ODD, "README.md", revision="none", token=False)), "missing branch")
check(raises(HfHubHTTPError, lambda: api.model_info("no/such")), "missing repo")
print("use_demo_hub.py: good")
