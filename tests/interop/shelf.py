"""A demo Hub with the repos of make_repos.py, and what is done with caches of them."""
import contextlib
import json
import subprocess
from pathlib import Path

from harness import HERE, WRITE_TOKEN, Failure, clean_environment, demo_hub, python_client, run

VERSIONS = "shelf/two-versions"
LONGEST = 120  # seconds that anything here may take; whoever needs more hangs


class Shelf:
    def __init__(self, arguments, folder, endpoint):
        self.arguments = arguments
        self.endpoint = endpoint
        self.truth = folder / "truth.json"
        self._log = folder / "requests"
        self.environment = clean_environment(
            HF_ENDPOINT=endpoint, HF_HOME=str(folder / "home"), XDG_CONFIG_HOME=str(folder / "config"),
            XDG_DATA_HOME=str(folder / "data"))
        run([python_client(arguments.work), HERE / "make_repos.py", endpoint, self.truth],
            env=self.environment | {"HF_TOKEN": WRITE_TOKEN})
        self.revisions = json.loads(self.truth.read_text("utf-8"))

    def revision(self, name, revision):
        return next(item for item in self.revisions
                    if (item["name"], item["revision"]) == (name, revision))

    def snapshot(self, cache, revision):
        """Where a version of VERSIONS lies in a cache."""
        commit = self.revision(VERSIONS, revision)["commit"]
        return cache / "models--shelf--two-versions" / "snapshots" / commit

    def our_environment(self, cache, **more):
        """A queue of its own for each cache."""
        return self.environment | {"HF_HUB_CACHE": str(cache), "XDG_DATA_HOME": f"{cache}-data"} | more

    def ours(self, cache, *words, **more):
        """Runs our program to its good end; gives what it printed."""
        done = subprocess.run([self.arguments.hubload, *words], env=self.our_environment(cache, **more),
                              stdout=subprocess.PIPE, text=True, timeout=LONGEST)
        if done.returncode != 0:
            raise Failure(f"hubload {' '.join(words)} ended with {done.returncode}: {done.stdout}")
        return done.stdout

    def get(self, cache, name, revision, kind="model", **more):
        return self.ours(cache, "get", f"{kind}s/{name}", "--rev", revision, "--yes", "--wait", "--json",
                         **more)

    def get_all(self, cache, **more):
        for item in self.revisions:
            self.get(cache, item["name"], item["revision"], item["kind"], **more)

    def client(self, command, **more):
        """Runs a client to its good end."""
        run(command, env=self.environment | more, timeout=LONGEST)

    def check(self, python, cache, *words):
        """That client finds these revisions, as KIND/NAME@REVISION, and no others; all without words."""
        self.client([python, HERE / "check_cache.py", cache, self.truth, *words])

    def bytes_sent(self):
        """Bytes of files that the Hub has sent to anybody, and its redirects to them."""
        lines = map(json.loads, self._log.read_text().splitlines())
        return sum(line["bodyBytes"] for line in lines
                   if line["origin"] == "cdn" or "/resolve" in line["target"])


@contextlib.contextmanager
def shelf(arguments, folder, *options):
    with demo_hub(arguments.testhub, "--log", folder / "requests", *options) as endpoint:
        yield Shelf(arguments, Path(folder), endpoint)
