"""The programs that are compared: how each is called, and where it leaves the files."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from hub import COMMIT, REPO
from problems import Problem

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "interop"))
import run as interop  # noqa: E402 (installs the Hub's own libraries, for our tests and for us)

OURS = "hubload"
AT_ONCE = 16  # small files, for those that have to be told


class Client:
    """One way to fetch all files of the Hub into a folder."""

    def __init__(self, name):
        self.name = name

    def words(self, hub, folder, authority):
        raise NotImplementedError

    def environment(self, hub, folder, authority):
        return {}

    def place(self, folder, file):
        return folder / file.path

    def version(self):
        raise NotImplementedError


def first_line(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().split("\n")[0]


class Curl(Client):
    """curl, or curl -Z for many files; without a digest to compare."""

    def words(self, hub, folder, authority):
        listed = folder / "list"
        listed.write_text("".join(f'url = "{hub.url(file)}"\noutput = "{folder / file.path}"\n'
                                  for file in hub.files))
        words = ["curl", "-q", "-sS", "--fail", "--location", "--create-dirs", "--config", listed]
        if "-Z" in self.name:
            words += ["-Z", "--parallel-max", AT_ONCE]
        if "--http1.1" in self.name:
            words += ["--http1.1"]
        return words + (["--cacert", authority.certificate] if authority else [])

    def version(self):
        return first_line("curl", "--version").split(" (")[0]


class Aria2(Client):
    """aria2c -xN: one file over N connections; aria2c -jN: N files at once."""

    def words(self, hub, folder, authority):
        listed = folder / "list"
        listed.write_text("".join(f"{hub.url(file)}\n  out={file.path}\n" for file in hub.files))
        words = ["aria2c", "--no-conf", "--quiet", "--file-allocation=none", "--max-tries=0",
                 "--dir", folder, "--input-file", listed]
        option, number = self.name.split()[1][:2], self.name.split()[1][2:]
        words += [f"{option}{number}"] + ([f"-s{number}", "-k1M"] if option == "-x" else [])
        return words + (["--ca-certificate", authority.certificate] if authority else [])

    def version(self):
        return first_line("aria2c", "--version")


class CacheClient(Client):
    """One that fills the shared cache of the Hub's libraries."""

    def environment(self, hub, folder, authority):
        trusted = {"SSL_CERT_FILE": str(authority.certificate),
                   "NODE_EXTRA_CA_CERTS": str(authority.certificate)} if authority else {}
        return trusted | {"HF_ENDPOINT": hub.endpoint, "HF_HUB_CACHE": str(folder / "cache"),
                          "HF_HOME": str(folder / "home"), "HF_HUB_DISABLE_XET": "1",
                          "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1"}

    def place(self, folder, file):
        return folder / f"cache/models--{REPO.replace('/', '--')}/snapshots/{COMMIT}/{file.path}"


class Hubload(CacheClient):
    def __init__(self, program):
        super().__init__(OURS)
        self.program = program

    def words(self, hub, folder, authority):
        return [self.program, "get", REPO, "--yes"]

    def version(self):
        return first_line(self.program, "--version")


class PythonLibrary(CacheClient):
    def __init__(self, work):
        super().__init__("hf download")
        self._bin = interop.python_client(work).parent

    def words(self, hub, folder, authority):
        return [self._bin / "hf", "download", REPO]

    def version(self):
        return "huggingface_hub " + first_line(
            self._bin / "python", "-c", "import huggingface_hub as hub; print(hub.__version__)")


class JavaScriptLibrary(CacheClient):
    def __init__(self, work):
        super().__init__("@huggingface/hub")
        self._folder = interop.javascript_client(work)
        shutil.copy(HERE / "fetch_repo.mjs", self._folder)

    def words(self, hub, folder, authority):
        return ["node", self._folder / "fetch_repo.mjs", hub.endpoint, REPO, folder / "cache"]

    def version(self):
        package = "./node_modules/@huggingface/hub/package.json"
        found = subprocess.run(["node", "-p", f"require('{package}').version"], cwd=self._folder,
                               capture_output=True, text=True).stdout.strip()
        return f"@huggingface/hub {found}, Node.js {first_line('node', '--version')}"


def make(name, work):
    if name.startswith("curl"):
        return Curl(name)
    if name.startswith("aria2c"):
        return Aria2(name)
    return {"hf download": PythonLibrary, "@huggingface/hub": JavaScriptLibrary}[name](work)


def assemble(program, names, work):
    """Ours and those that can be had, by name; and why the others cannot."""
    clients, lacking = {OURS: Hubload(program)}, {}
    for name in names:
        try:
            clients[name] = make(name, work)
        except interop.Failure as failure:
            lacking[name] = str(failure)
    return clients, lacking


def environment(client, hub, folder, authority):
    """Nothing of the person who measures reaches the clients."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    return kept | {"HOME": str(folder / "home"), "XDG_CONFIG_HOME": str(folder / "home/config"),
                   "XDG_DATA_HOME": str(folder / "home/data"),
                   "XDG_RUNTIME_DIR": str(folder / "home")} | client.environment(hub, folder, authority)


def check(client, folder, files, digest_of=None):
    """Every file is there, as long as it should be and, if asked, with its digest."""
    for file in files:
        place = client.place(folder, file)
        if not place.is_file() or place.stat().st_size != file.size:
            raise Problem(f"{client.name} has not fetched {file.path}")
        if digest_of and digest_of(place) != file.sha256:
            raise Problem(f"{client.name} has fetched other bytes than those of {file.path}")
