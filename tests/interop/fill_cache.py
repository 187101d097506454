"""The Python client fetches repos.  usage: fill_cache.py ENDPOINT CACHE KIND/NAME@REVISION...

With REVISION "commit of main" it asks for the commit that main leads to, so that no ref is written. With a
path after a second "@" it asks for that file alone, which the repo may not have.
"""
import sys
import warnings

from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.utils import EntryNotFoundError

warnings.simplefilter("error")
endpoint, cache, words = sys.argv[1], sys.argv[2], sys.argv[3:]
for word in words:
    repo, revision, *path = word.split("@")
    kind, name = repo.split("/", 1)
    if revision == "commit of main":
        revision = HfApi(endpoint=endpoint, token=False).repo_info(name, repo_type=kind).sha
    options = {"repo_type": kind, "revision": revision, "cache_dir": cache, "endpoint": endpoint, "token": False}
    if not path:
        snapshot_download(name, **options)
        continue
    try:
        hf_hub_download(name, path[0], **options)
    except EntryNotFoundError:
        pass
