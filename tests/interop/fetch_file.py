"""The Python client fetches one file.  usage: fetch_file.py ENDPOINT CACHE REPO PATH"""
import hashlib
import sys
import warnings
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download

warnings.simplefilter("error")
endpoint, cache, repo, path = sys.argv[1:]
info = HfApi(endpoint=endpoint, token=False).get_paths_info(repo, path)[0]
got = Path(hf_hub_download(repo, path, cache_dir=cache, endpoint=endpoint, token=False))
if hashlib.sha256(got.read_bytes()).hexdigest() != info.lfs.sha256:
    sys.exit(f"fetch_file.py: {got} is not what the Hub has")
