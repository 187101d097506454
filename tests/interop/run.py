#!/usr/bin/env python3
"""Runs one test with the real clients of the Hub.

usage: run.py TEST --work FOLDER --testhub PROGRAM --hubload PROGRAM --ourclient PROGRAM
              --otherworld LIBRARY
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import caches
import races
from harness import (HERE, WRITE_TOKEN, Failure, clean_environment, demo_hub, javascript_client,
                     python_client, run)


def python_uses_demo_hub(arguments, folder):
    python = python_client(arguments.work)
    for prefix in ("", "/mirror"):
        with demo_hub(arguments.testhub, "--prefix", prefix, "--token", "hf_interop") as endpoint:
            run([python, HERE / "use_demo_hub.py", endpoint, folder / f"cache{prefix}"],
                env=clean_environment(HF_ENDPOINT=endpoint, HF_HOME=str(folder / "home")))


def javascript_uses_demo_hub(arguments, folder):
    client = javascript_client(arguments.work)
    for prefix in ("", "/mirror"):
        with demo_hub(arguments.testhub, "--prefix", prefix, "--token", "hf_interop") as endpoint:
            run(["node", client / "use_demo_hub.mjs", endpoint],
                env=clean_environment(HF_HOME=str(folder / "home")))


def python_writes_to_demo_hub(arguments, folder):
    """Once as it is, which uploads by Xet, and once by LFS; the folder of its own state is kept between."""
    python = python_client(arguments.work)
    for prefix in ("", "/mirror"):
        for without_xet in ("0", "1"):
            with demo_hub(arguments.testhub, "--prefix", prefix, "--token", "hf_interop") as endpoint:
                run([python, HERE / "write_demo_hub.py", endpoint],
                    env=clean_environment(HF_ENDPOINT=endpoint, HF_TOKEN=WRITE_TOKEN,
                                          HF_HUB_DISABLE_XET=without_xet,
                                          HF_HOME=str(folder / f"home{prefix}")))


def javascript_writes_to_demo_hub(arguments, folder):
    client = javascript_client(arguments.work)
    for prefix in ("", "/mirror"):
        with demo_hub(arguments.testhub, "--prefix", prefix, "--token", "hf_interop") as endpoint:
            run(["node", client / "write_demo_hub.mjs", endpoint],
                env=clean_environment(HF_TOKEN=WRITE_TOKEN, HF_HOME=str(folder / "home")))


def fetched_by_us(arguments, folder, there_and_back):
    """What another client commits is, byte for byte, what our own client puts into the cache."""
    cache = folder / "cache"
    with demo_hub(arguments.testhub) as endpoint:
        environment = clean_environment(HF_ENDPOINT=endpoint, HF_TOKEN=WRITE_TOKEN,
                                        HF_HUB_CACHE=str(cache), HF_HOME=str(folder / "home"),
                                        XDG_CONFIG_HOME=str(folder / "config"),
                                        XDG_DATA_HOME=str(folder / "data"))
        repo = "demo-writer/there-and-back"
        run([*there_and_back, "write", endpoint, cache, repo], env=environment)
        run([arguments.hubload, "get", repo, "--yes", "--wait"], env=environment)
        run([*there_and_back, "compare", endpoint, cache, repo], env=environment)


def written_by_python_fetched_by_us(arguments, folder):
    fetched_by_us(arguments, folder, [python_client(arguments.work), HERE / "there_and_back.py"])


def written_by_javascript_fetched_by_us(arguments, folder):
    client = javascript_client(arguments.work)
    fetched_by_us(arguments, folder, ["node", client / "there_and_back.mjs"])


def written_by_us(arguments, folder, compare_states):
    """Our client makes a repo and another sees the same; that one commits and ours sees that; ours deletes it."""
    repo = "demo-writer/written-by-us"
    for prefix in ("", "/mirror"):
        with demo_hub(arguments.testhub, "--prefix", prefix) as endpoint:
            environment = clean_environment(HF_ENDPOINT=endpoint, HF_TOKEN=WRITE_TOKEN,
                                            HF_HOME=str(folder / f"home{prefix}"))

            def ours(verb):
                done = subprocess.run([arguments.ourclient, verb, endpoint, repo], env=environment,
                                      stdout=subprocess.PIPE, text=True)
                if done.returncode != 0:
                    raise Failure(f"our client could not {verb}")
                return done.stdout

            ours("write")
            run([*compare_states, endpoint, repo, ours("read"), "write"], env=environment)
            run([*compare_states, endpoint, repo, ours("read")], env=environment)
            ours("delete")
            run([*compare_states, endpoint, repo, "gone"], env=environment)
            gone = subprocess.run([arguments.ourclient, "read", endpoint, repo], env=environment,
                                  stderr=subprocess.PIPE, text=True)
            if gone.returncode == 0 or "repo-not-found" not in gone.stderr:
                raise Failure(f"a deleted repo can be read: {gone.stderr}")


def written_by_us_read_by_python(arguments, folder):
    written_by_us(arguments, folder, [python_client(arguments.work), HERE / "compare_states.py"])


def written_by_us_read_by_javascript(arguments, folder):
    client = javascript_client(arguments.work)
    written_by_us(arguments, folder, ["node", client / "compare_states.mjs"])


def clients_read_our_cache(arguments, folder):
    """A model, a dataset, nested folders and odd names, fetched by us and read by both clients."""
    python = python_client(arguments.work)
    client = javascript_client(arguments.work)
    cache = folder / "cache"
    repos = ["odd-corner/names-of-all-kinds", "quillworks/Inkwell-Tiny",
             "datasets/harbour-data/ship-names"]
    with demo_hub(arguments.testhub) as endpoint:
        environment = clean_environment(HF_ENDPOINT=endpoint, HF_HUB_CACHE=str(cache),
                                        HF_HOME=str(folder / "home"),
                                        XDG_CONFIG_HOME=str(folder / "config"),
                                        XDG_DATA_HOME=str(folder / "data"))
        for repo in repos:
            run([arguments.hubload, "get", repo, "--yes", "--wait"], env=environment)
        run([python, HERE / "read_cache.py", endpoint, cache, *repos], env=environment)
        run(["node", client / "read_cache.mjs", cache, *repos], env=environment)


def python_fetches_what_we_wait_for(arguments, folder):
    """A download of ours that waits holds no lock: the Python client fetches that blob meanwhile."""
    python = python_client(arguments.work)
    cache = folder / "cache"
    with demo_hub(arguments.testhub, "--big", "24", "--busy-for", "Hubload/") as endpoint:
        environment = clean_environment(HF_ENDPOINT=endpoint, HF_HUB_CACHE=str(cache),
                                        HF_HOME=str(folder / "home"),
                                        XDG_CONFIG_HOME=str(folder / "config"),
                                        XDG_DATA_HOME=str(folder / "data"))
        ours = [arguments.hubload, "get", "test/big", "--yes", "--wait"]
        with subprocess.Popen([*ours, "--json"], stdout=subprocess.PIPE, text=True,
                              env=environment) as process:
            try:
                events = (json.loads(line) for line in process.stdout)
                if not any(event.get("state") == "waiting" for event in events):
                    raise Failure("ours ended and did not wait")
                if not list(cache.rglob("*.hubload.incomplete")):
                    raise Failure("ours has begun nothing")
                run([python, HERE / "fetch_file.py", endpoint, cache, "test/big", "model.bin"],
                    env=environment, timeout=300)
                if process.poll() is not None:
                    raise Failure("ours did not go on waiting")
            finally:
                process.terminate()
        run(ours, env=environment)  # finds what the other fetched
        left = [path.name for path in cache.rglob("*incomplete*")]
        if left:
            raise Failure(f"left over: {left}")


TESTS = {test.__name__: test for test in
         (python_uses_demo_hub, javascript_uses_demo_hub, python_writes_to_demo_hub,
          javascript_writes_to_demo_hub, written_by_python_fetched_by_us,
          written_by_javascript_fetched_by_us, written_by_us_read_by_python,
          written_by_us_read_by_javascript, clients_read_our_cache,
          python_fetches_what_we_wait_for, *caches.TESTS, *races.TESTS)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("test", choices=TESTS)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--testhub", type=Path, required=True)
    parser.add_argument("--hubload", type=Path, required=True)
    parser.add_argument("--ourclient", type=Path, required=True)
    parser.add_argument("--otherworld", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
        try:
            TESTS[arguments.test](arguments, Path(folder))
        except Failure as failure:
            sys.exit(f"{arguments.test}: {failure}")


if __name__ == "__main__":
    main()
