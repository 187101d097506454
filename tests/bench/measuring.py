"""Runs a command and says what it took."""
import json
import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

LONGEST = 900  # seconds; then a client is ended and counts as failed


@dataclass(frozen=True)
class Taken:
    wall: float  # seconds, the sync after it included
    cpu: float
    peak: int  # bytes
    status: int
    said: str


class Launcher:
    """The small program that starts others, so that our own memory is not counted as theirs."""

    def __init__(self, program):
        self._program = program

    def command(self, words, network=None, user="", listen=(), sync=None, result=None):
        options = []
        for name, value in (("--user-namespace", user), ("--network", network), ("--sync", sync),
                            ("--result", result)):
            if value:
                options += [name, str(value)]
        for one in listen:
            options += ["--listen", one]
        return [str(self._program), *options, *map(str, words)]

    def measure(self, words, environment, folder, networks=None, sync=None):
        """Runs WORDS in FOLDER; its output is kept for the case that it fails."""
        with tempfile.TemporaryDirectory() as aside:
            result, output = Path(aside) / "result", Path(aside) / "output"
            command = self.command(words, networks.client if networks else None,
                                   networks.user if networks else "", sync=sync, result=result)
            with open(output, "wb") as out, subprocess.Popen(
                    command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out,
                    stderr=out, start_new_session=True) as process:
                try:
                    process.wait(LONGEST)
                except BaseException as trouble:
                    os.killpg(process.pid, signal.SIGKILL)
                    if not isinstance(trouble, subprocess.TimeoutExpired):
                        raise
            said = output.read_text(errors="replace")[-2000:]
            if not result.exists():
                return Taken(0, 0, 0, -1, said or f"ended after {LONGEST} s")
            told = json.loads(result.read_text())
            return Taken(told["wall"] + told["sync"], told["user"] + told["system"], told["peak"],
                         told["status"], said)
