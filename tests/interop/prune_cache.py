"""Deletes what no ref leads to and what is unfinished, as `hf cache prune` does where there is one.

usage: prune_cache.py CACHE
"""
import sys
from pathlib import Path

from huggingface_hub import scan_cache_dir

cache = Path(sys.argv[1])
detached = [revision.commit_hash for repo in scan_cache_dir(cache).repos for revision in repo.revisions
            if not revision.refs]
partials = list(cache.glob("*/blobs/*.incomplete"))
scan_cache_dir(cache).delete_revisions(*detached).execute()
for partial in partials:
    partial.unlink(missing_ok=True)
