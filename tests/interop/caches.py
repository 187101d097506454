"""Caches written by one client and read, listed or thinned out by another."""
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from harness import HERE, PYTHON_NEWEST, PYTHON_OLDEST, Failure, javascript_client, python_client
from shelf import LONGEST, VERSIONS, shelf

WITHOUT_LINKS = {"HF_HUB_DISABLE_SYMLINKS": "1"}
BOTH = ({}, WITHOUT_LINKS)  # ways to write a cache


def pythons(arguments):
    return {wanted: python_client(arguments.work, wanted) for wanted in (PYTHON_OLDEST, PYTHON_NEWEST)}


def word(item):
    return f"{item['kind']}/{item['name']}@{item['revision']}"


def clients_find_all_we_fetched(arguments, folder):
    """Every kind of repo, several versions, a pull request, odd names; with links and without."""
    client = javascript_client(arguments.work)
    with shelf(arguments, folder) as hub:
        for i, how in enumerate(BOTH):
            cache = folder / f"cache{i}"
            hub.get_all(cache, **how)
            before = hub.bytes_sent()
            for python in pythons(arguments).values():
                hub.check(python, cache)
            hub.client(["node", client / "check_cache.mjs", hub.endpoint, cache, hub.truth])
            if hub.bytes_sent() != before:
                raise Failure("a client fetched what we had fetched")
            links = [path for path in cache.glob("*/snapshots/**/*") if path.is_symlink()]
            if bool(links) != (how == {}):
                raise Failure(f"{len(links)} links, asked for by {how}")


def compare(hub, python, cache, *refused):
    """Our list of a cache against that client's."""
    library = hub.ours(cache, "library", "--json")
    done = subprocess.run([python, HERE / "compare_library.py", cache, *refused], input=library, text=True,
                          env=hub.environment, timeout=LONGEST)
    if done.returncode != 0:
        raise Failure(f"we list {library}")


def we_list_what_clients_wrote(arguments, folder):
    client = javascript_client(arguments.work)
    with shelf(arguments, folder) as hub:
        words = [word(item) for item in hub.revisions]
        for name, python in pythons(arguments).items():
            for i, how in enumerate(BOTH):
                cache = folder / f"{name}-{i}"
                hub.client([python, HERE / "fill_cache.py", hub.endpoint, cache, *words], **how)
                compare(hub, python, cache)
        cache = folder / "javascript"
        words = [word(item) for item in hub.revisions if item["name"] != VERSIONS]  # see make_repos.py
        hub.client(["node", client / "fill_cache.mjs", hub.endpoint, cache, *words])
        for python in pythons(arguments).values():
            compare(hub, python, cache)


def spoil(cache):
    """Makes of a whole cache one of those that are found in the wild; gives what clients refuse of it."""
    versions = cache / "models--shelf--two-versions"
    rows = cache / "datasets--shelf--rows"
    room = cache / "spaces--shelf--room"
    shutil.copytree(versions, cache / "kernels--shelf--fast", symlinks=True)
    shutil.copytree(rows, cache / "datasets--shelf--torn", symlinks=True)
    shutil.copytree(rows, cache / "datasets--shelf--line-end", symlinks=True)
    shutil.copytree(room, cache / "spaces--shelf--real", symlinks=False)  # real files beside their blobs
    next(path for path in cache.glob("datasets--shelf--torn/snapshots/*/data/train/*")).resolve().unlink()
    ref = cache / "datasets--shelf--line-end" / "refs" / "main"
    ref.write_text(ref.read_text() + "\n")
    # Left over: of old and new Python clients and of JavaScript, a lock that nobody holds, nothing known.
    blobs = versions / "blobs"
    whole = next(blobs.iterdir())
    (blobs / f"{whole.name}.incomplete").write_bytes(b"x" * 1000)
    (blobs / f"{'ab' * 32}.1a2b3c4d.incomplete").write_bytes(b"x" * 70_000)
    (cache / ".locks" / versions.name / f"{'ab' * 32}.lock").touch()
    (rows / "snapshots" / ("0" * 40)).mkdir()  # a version without a file
    return ["datasets/shelf/torn", "datasets/shelf/line-end"]


def we_list_odd_caches(arguments, folder):
    """Of what a client warns of and leaves out we tell bytes and problem; all else is as it says."""
    with shelf(arguments, folder) as hub:
        for name, python in pythons(arguments).items():
            cache = folder / name
            words = [word(item) for item in hub.revisions if item["revision"] != "v1"]
            missing = [f"model/{VERSIONS}@main@none.txt", f"model/{VERSIONS}@main@none/at/all.txt"]
            detached = [f"model/{VERSIONS}@{hub.revision(VERSIONS, 'v1')['commit']}"]
            hub.client([python, HERE / "fill_cache.py", hub.endpoint, cache, *words, *detached, *missing])
            if not list(cache.glob("*/.no_exist/*/none/at/all.txt")):
                raise Failure("that client notes nothing of what does not exist")
            compare(hub, python, cache)
            refused = spoil(cache)
            compare(hub, python, cache, *refused)


def clients_accept(hub, cache, *revisions):
    """These versions of VERSIONS and another repo are all that clients find; the newest compares them with
    the Hub."""
    versions = [f"model/{VERSIONS}@{revision}" for revision in revisions]
    python = pythons(hub.arguments)
    for one in python.values():
        hub.check(one, cache, *versions, "dataset/shelf/rows@main")
    for revision in revisions:
        hub.client([python[PYTHON_NEWEST].with_name("hf"), "cache", "verify", VERSIONS, "--revision", revision,
                    "--cache-dir", cache, "--fail-on-missing-files", "--fail-on-extra-files"])


def thin_out(hub, cache, how):
    """Versions that share content go one by one, then all of a repo, and it can be fetched again."""
    def remove(*words):
        hub.ours(cache, "remove", VERSIONS, *words, "--yes", **how)

    hub.get(cache, "shelf/rows", "main", "dataset", **how)
    for revision in ("v1", "main", "refs/pr/1"):
        hub.get(cache, VERSIONS, revision, **how)
    remove("--rev", "v1")
    clients_accept(hub, cache, "main", "refs/pr/1")
    remove("--rev", hub.revision(VERSIONS, "main")["commit"])
    hub.get(cache, VERSIONS, "v1", **how)
    clients_accept(hub, cache, "v1", "refs/pr/1")
    remove()
    clients_accept(hub, cache)
    if (cache / "models--shelf--two-versions").exists():
        raise Failure("something of a removed repo is left")
    hub.get(cache, VERSIONS, "main", **how)
    clients_accept(hub, cache, "main")


def clients_accept_what_we_left(arguments, folder):
    with shelf(arguments, folder) as hub, ThreadPoolExecutor() as pool:
        for done in [pool.submit(thin_out, hub, folder / f"cache{i}", how) for i, how in enumerate(BOTH)]:
            done.result()


TESTS = (clients_find_all_we_fetched, we_list_what_clients_wrote, we_list_odd_caches,
         clients_accept_what_we_left)
