"""What the tests with the real clients share: the clients themselves, the demo Hub, ours.

The clients are installed from their registries into a folder, once per requirement; a registry that
cannot be reached fails the test.
"""
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Both ends of what shares a cache with us: what programs of 2024 bring along, and what is newest.
PYTHON_OLDEST = "huggingface_hub==0.23.5"
PYTHON_NEWEST = "huggingface_hub==2.4.0"
JAVASCRIPT_CLIENT = "@huggingface/hub@2.17.5"
WRITE_TOKEN = "hf_interop_writer"
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "ASAN_OPTIONS",
                  "UBSAN_OPTIONS", "QT_QPA_PLATFORM")


class Failure(Exception):
    pass


def run(command, **options):
    """Runs a command, shows what it says, and fails with it."""
    done = subprocess.run([str(part) for part in command], **options)
    if done.returncode != 0:
        raise Failure(f"{Path(command[0]).name} ended with {done.returncode}")


def made_once(folder, make):
    """FOLDER, made by make(folder) unless an earlier run finished that."""
    finished = folder / ".finished"
    if not finished.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        finished.touch()
    return folder


def key(*words):
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:12]


def python_client(work, requirement=PYTHON_NEWEST):
    def make(folder):
        made = subprocess.run([sys.executable, "-m", "venv", folder / "venv"])
        if made.returncode != 0:
            raise Failure("no virtual environment can be made: install the package python3-venv")
        run([folder / "venv/bin/python", "-m", "pip", "install", "--quiet",
             "--disable-pip-version-check", requirement])

    name = f"python-{key(requirement, sys.version)}"
    return made_once(work / name, make) / "venv/bin/python"


def javascript_client(work):
    """The folder that holds node_modules, and the scripts beside it so that they find it."""
    def make(folder):
        if not shutil.which("npm"):
            raise Failure("npm is missing: install the package npm")
        run(["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", folder,
             JAVASCRIPT_CLIENT])

    folder = made_once(work / f"javascript-{key(JAVASCRIPT_CLIENT)}", make)
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, folder / script.name)
    return folder


def clean_environment(**more):
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return environment | {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"} | more


@contextlib.contextmanager
def demo_hub(program, *options):
    """The demo Hub as a process of its own; gives its endpoint."""
    environment = os.environ | {"TESTHUB_WRITE_TOKEN": WRITE_TOKEN}
    with subprocess.Popen([program, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, env=environment) as process:
        try:
            line = process.stdout.readline()
            if not line:
                raise Failure("the demo Hub did not start")
            yield json.loads(line)["endpoint"]
        finally:
            process.stdin.close()  # ends it
            if process.wait(timeout=30) != 0:
                raise Failure(f"the demo Hub ended with {process.returncode}")
