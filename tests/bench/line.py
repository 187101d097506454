"""A long bad line between two network namespaces, by losslink."""
import contextlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hub import FAR
from problems import Impossible

NEAR = "10.77.0.1"
SEED = 20_260_101


@dataclass
class Networks:
    user: str
    client: str
    server: str
    counts: dict | None = None  # known when the line has ended


def congestion_of(line):
    known = Path("/proc/sys/net/ipv4/tcp_available_congestion_control").read_text().split()
    for name in line.congestion:
        if name in known:
            return name
    raise Impossible(f"this kernel has no {' or '.join(line.congestion)} congestion control "
                     f"(it has {', '.join(known)}); try modprobe tcp_{line.congestion[0]}")


@contextlib.contextmanager
def laid(program, line):
    command = [program, NEAR, *FAR, line.delay_ms, line.loss_percent, line.rate, SEED]
    with subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        if not first:
            raise Impossible(f"a line cannot be laid here: {process.stderr.read().strip()}")
        networks = Networks(**json.loads(first))
        try:
            yield networks
        finally:
            process.stdin.close()  # ends it
            networks.counts = json.loads(process.stdout.read() or "null")
