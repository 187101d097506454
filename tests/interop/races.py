"""Clients at work in one cache at the same time, and ours when it is killed."""
import contextlib
import hashlib
import json
import random
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from caches import WITHOUT_LINKS, pythons
from harness import HERE, PYTHON_NEWEST, PYTHON_OLDEST, Failure
from shelf import LONGEST, VERSIONS, shelf

ROUNDS = 20
AT_ONCE = 4
LATEST = 1.0  # seconds from one start to the other
KILLS = 10


def end(process, what):
    """Waits for its good end."""
    try:
        if process.wait(timeout=LONGEST) != 0:
            raise Failure(f"{what} ended with {process.returncode}")
    except subprocess.TimeoutExpired:
        raise Failure(f"{what} hangs") from None


@contextlib.contextmanager
def our_get(hub, cache, revision, **more):
    """Ours while it fetches a version of VERSIONS; does not outlive this."""
    command = [hub.arguments.hubload, "get", VERSIONS, "--rev", revision, "--yes", "--wait"]
    with subprocess.Popen(command, env=hub.our_environment(cache, **more), stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def their_get(hub, cache, python):
    """A Python client that is ready to fetch the main version of VERSIONS; does not outlive this."""
    command = [python, HERE / "fetch_when_told.py", hub.endpoint, cache, VERSIONS, "main"]
    with subprocess.Popen(command, env=hub.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        try:
            if process.stdout.readline() != "ready\n":
                raise Failure("the Python client is not ready")
            yield process
        finally:
            process.kill()


def tell(process):
    process.stdin.write("go\n")
    process.stdin.flush()


def fetch_at_once(hub, cache, python, offset):
    """Theirs begins OFFSET seconds after ours is started, or before it; neither disturbs the other."""
    with contextlib.ExitStack() as both:
        theirs = both.enter_context(their_get(hub, cache, python))
        if offset < 0:
            tell(theirs)
            time.sleep(-offset)
        ours = both.enter_context(our_get(hub, cache, "main"))
        if offset >= 0:
            time.sleep(offset)
            tell(theirs)
        end(ours, f"ours, offset {offset},")
        end(theirs, f"the Python client, offset {offset},")
    left = [path.name for path in cache.rglob("*incomplete*")]
    if left:
        raise Failure(f"left over, offset {offset}: {left}")
    hub.check(python, cache, f"model/{VERSIONS}@main")


def we_fetch_beside_python(arguments, folder):
    """Both want the same repo at the same time, in either order, again and again."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with shelf(arguments, folder, "--rate", "500000") as hub, ThreadPoolExecutor(AT_ONCE) as pool:
        both = list(pythons(arguments).values())
        rounds = [pool.submit(fetch_at_once, hub, folder / f"cache{i}", both[i // 2 % 2],
                              chance.uniform(0, LATEST) * (-1 if i % 2 else 1)) for i in range(ROUNDS)]
        for one in rounds:
            one.result()


def wait_for(path, process, what):
    while not path.exists():
        if process.poll() is not None:
            raise Failure(f"ours ended with {process.returncode} before {what}")
        time.sleep(0.02)


def prune_meanwhile(hub, cache, revision, prune, finished):
    """What is FINISHED of a version is deleted while the rest is fetched; in the end all of it is there."""
    snapshot = hub.snapshot(cache, revision)
    with our_get(hub, cache, revision) as ours:
        for path in finished:
            wait_for(snapshot / path, ours, f"{path} was fetched")
        if ours.poll() is not None or list(snapshot.parent.parent.glob(f"refs/{revision}")):
            raise Failure("all of it was fetched too soon")
        hub.client(prune)
        if any((snapshot / path).exists() for path in finished):
            raise Failure("nothing was deleted")
        end(ours, "ours")


def we_repair_what_is_pruned(arguments, folder):
    """No ref keeps a first download from those who delete what no ref leads to."""
    python = pythons(arguments)
    old, new = python[PYTHON_OLDEST], python[PYTHON_NEWEST]
    with shelf(arguments, folder, "--rate", "150000") as hub:
        for name, command in {
                "old": [old, HERE / "prune_cache.py"],
                "new": [new.with_name("hf"), "cache", "prune", "--yes", "--cache-dir"]}.items():
            # All there is of the repo is deleted, then what it has beside a version that has a ref.
            cache = folder / name
            prune_meanwhile(hub, cache, "v1", [*command, cache], ["README.md", "old/only.bin"])
            hub.check(new, cache, f"model/{VERSIONS}@v1")
            prune_meanwhile(hub, cache, "main", [*command, cache], ["README.md", "weights/a.bin"])
            hub.check(new, cache, f"model/{VERSIONS}@v1", f"model/{VERSIONS}@main")
            hub.ours(cache, "verify")


def wrong_files(hub, cache):
    """Of what has a name in a snapshot, what is not what it should be."""
    known = {item["commit"]: item["files"] for item in hub.revisions}
    return [path for snapshot in cache.glob("*/snapshots/*") for path in snapshot.rglob("*") if path.is_file()
            and hashlib.sha256(path.read_bytes()).hexdigest()
            != known[snapshot.name].get(path.relative_to(snapshot).as_posix())]


def at_a_call(hub, cache, number):
    """Variables that end ours by kill -9 before that call that changes something below the cache."""
    options = f"{hub.environment.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0"
    return {"LD_PRELOAD": str(hub.arguments.otherworld), "ASAN_OPTIONS": options,
            "OTHERWORLD_FOLDER": str(cache), "OTHERWORLD_KILL_AT": str(number)}


def kill_or_finish(hub, cache, revision, seconds, **variables):
    """Starts ours and kills it after that time, or as the variables say. True: it was done before."""
    with our_get(hub, cache, revision, **WITHOUT_LINKS, **variables) as ours:
        try:
            code = ours.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            ours.kill()
            code = ours.wait()
        if code not in (0, -signal.SIGKILL):
            raise Failure(f"ours ended with {code}")
        return code == 0


def look_at_all(hub, cache):
    """Nothing that has a name is wrong, and our own commands agree."""
    wrong = wrong_files(hub, cache)
    if wrong:
        raise Failure(f"wrong: {wrong}")
    library = json.loads(hub.ours(cache, "library", "--json", **WITHOUT_LINKS))
    problems = [repo["problems"] for repo in library["repos"] if repo["problems"]]
    if problems:
        raise Failure(f"problems: {problems}")
    hub.ours(cache, "verify", **WITHOUT_LINKS)


def use_and_remove(hub, cache, python, revisions):
    """What is complete needs no byte more, and can be thinned out."""
    names = {revision: f"model/{VERSIONS}@{revision}" for revision in revisions}
    # A blob that was published when the kill came and not placed yet is copied, and stays.
    hub.check(python, cache, "spare blobs", *names.values())
    before = hub.bytes_sent()
    for revision in revisions:
        hub.get(cache, VERSIONS, revision, **WITHOUT_LINKS)
    if hub.bytes_sent() != before:
        raise Failure("what was there was fetched again")
    for i, revision in enumerate(revisions, start=1):
        hub.ours(cache, "remove", VERSIONS, "--rev", revision, "--yes", **WITHOUT_LINKS)
        look_at_all(hub, cache)
        hub.check(python, cache, "spare blobs", *[names[other] for other in revisions[i:]] or ["nothing"])


def kills_without_links(arguments, folder):
    """kill -9 at any time where no links are made: two paths of one content, three versions."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    if not arguments.otherworld.exists():
        raise Failure(f"{arguments.otherworld} is missing")  # a program without it would not be killed
    python = pythons(arguments)[PYTHON_NEWEST]
    kills = 0
    with shelf(arguments, folder, "--rate", "1000000") as hub:
        for round in range(KILLS):
            if kills >= KILLS:
                break
            cache = folder / f"cache{round}"
            for revision in ("v1", "main", "refs/pr/1"):
                done = False
                while not done:
                    # At a time, then at a call; after the last kill it may take its time.
                    seconds, variables = LONGEST, {}
                    if kills < KILLS and kills % 2:
                        variables = at_a_call(hub, cache, chance.randint(1, 60))
                    elif kills < KILLS:
                        seconds = chance.uniform(0.2, 1.6)
                    done = kill_or_finish(hub, cache, revision, seconds, **variables)
                    kills += not done
                    if cache.exists():
                        look_at_all(hub, cache)
            use_and_remove(hub, cache, python, ["v1", "main", "refs/pr/1"])
    if kills < KILLS:
        raise Failure(f"killed {kills} times only, which shows little")


TESTS = (we_fetch_beside_python, we_repair_what_is_pruned, kills_without_links)
