"""The Python client fetches a version as soon as a line comes on standard input.

usage: fetch_when_told.py ENDPOINT CACHE REPO REVISION
"""
import sys
import warnings

from huggingface_hub import snapshot_download

warnings.simplefilter("error")
endpoint, cache, repo, revision = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
snapshot_download(repo, revision=revision, cache_dir=cache, endpoint=endpoint, token=False)
