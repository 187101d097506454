#!/usr/bin/env python3
"""Measures Hubload's command line side by side with other clients, on this machine alone.

usage: ./dev bench [SCENARIO...] [--rounds N] [--quick] [--scale X] [--program FILE] [--list]
"""
import argparse
import contextlib
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import clients as known
import content
import hub as hubs
import line as lines
import report
from measuring import Launcher
from problems import Impossible, Problem
from scenarios import GiB, NAMES, SCENARIOS, WINDOW, WINDOW_GOALS, chosen

QUICK = 1 / 64
ROOM_LEFT = 2 * GiB  # for the programs and everything else
COMPARED_UP_TO = 5 * GiB


def say(*words):
    print(*words, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n", 1)[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--rounds", type=int, help="how often each client has its turn (default: 5)")
    parser.add_argument("--scale", type=float, default=1.0, help="sizes times this (default: 1)")
    parser.add_argument("--quick", action="store_true",
                        help="one round of everything with small sizes: shows that it works")
    parser.add_argument("--program", type=Path, help="measure this hubload instead of the one built here")
    parser.add_argument("--memory", type=Path, default=Path("/dev/shm"), help="a folder in memory")
    parser.add_argument("--list", action="store_true", help="name the scenarios")
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    given = parser.parse_args()
    unknown = set(given.scenarios) - set(NAMES)
    if unknown:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if given.quick:
        given.scale = QUICK
    given.rounds = given.rounds or (1 if given.quick else 5)
    given.build = given.build.resolve()
    given.program = (given.program or given.build / "hubload").resolve()
    return given


def memory_available():
    for text in Path("/proc/meminfo").read_text().splitlines():
        if text.startswith("MemAvailable:"):
            return int(text.split()[1]) * 1024
    raise Problem("/proc/meminfo does not tell how much memory there is")


class Bench:
    """One run: the folders, the clients, and what has been measured so far."""

    def __init__(self, given, memory, disk):
        self.given = given
        self.memory = memory
        self.disk = disk
        self.launcher = Launcher(given.build / "tests/bench/bench_launch")
        self.authority = hubs.Authority(memory)
        wanted = chosen(given.scenarios, given.scale)
        names = dict.fromkeys(name for scenario in wanted for name in scenario.clients)
        self.clients, self.lacking = known.assemble(given.program, names, given.build / "clients")
        self.turn = 0

    def fitted(self, scenario, notes):
        """The scenario with files that fit into memory, theirs and ours."""
        room = min(memory_available(), shutil.disk_usage(self.memory).free) - ROOM_LEFT
        copies = 1 if scenario.disk else 2
        while scenario.bytes * copies > room and scenario.size > 1 << 20:
            scenario = replace(scenario, size=scenario.size // 2)
            notes[:] = [f"scaled down: {room / GiB:.1f} GiB of memory are free for files"]
        if scenario.disk and shutil.disk_usage(self.disk).free < scenario.bytes + ROOM_LEFT:
            raise Impossible("too little room on the disk")
        return scenario

    def congestion(self, scenario):
        """The servers' congestion control: on loopback the usual one where we may choose."""
        if scenario.line:
            return lines.congestion_of(scenario.line)
        may = Path("/proc/sys/net/ipv4/tcp_allowed_congestion_control").read_text().split()
        there = Path("/proc/sys/net/ipv4/tcp_available_congestion_control").read_text().split()
        return "cubic" if "cubic" in may or (os.geteuid() == 0 and "cubic" in there) else ""

    def touch(self, amount):
        """Takes so much memory and gives it back. A virtual machine gets memory from its host when it
        first uses it, which is slow: whoever had the first turn after a pause would pay for it."""
        block = bytes(1 << 20)
        with tempfile.TemporaryFile(dir=self.memory) as file:
            for _ in range(amount // len(block)):
                file.write(block)

    def one(self, client, hub, scenario, networks, compare):
        """One client's turn; what it took, or why it failed."""
        self.turn += 1
        folder = (self.disk if scenario.disk else self.memory) / f"turn{self.turn}"
        (folder / "home").mkdir(parents=True)
        authority = self.authority if scenario.tls else None
        if scenario.disk:
            subprocess.run(["sync", "-f", folder], check=True)
        self.touch(scenario.bytes)
        hub.forget()
        try:
            taken = self.launcher.measure(
                client.words(hub, folder, authority),
                known.environment(client, hub, folder, authority), folder, networks,
                sync=folder if scenario.disk else None)
            measured = asdict(taken) | asdict(hub.requests()) | {"failure": ""}
            said = measured.pop("said")
            if taken.status != 0:
                return measured | {"failure": f"status {taken.status}: {said.strip()[-300:]}"}
            known.check(client, folder, hub.files, content.sha256 if compare else None)
            return measured
        except Problem as problem:
            return measured | {"failure": str(problem)}
        finally:
            shutil.rmtree(folder)

    def rounds(self, scenario, hub, networks):
        """All turns, interleaved; each round begins with another client."""
        order = [name for name in (known.OURS, *scenario.clients) if name in self.clients]
        runs = {name: [] for name in order}
        for number in range(self.given.rounds):
            shift = number % len(order)
            for name in order[shift:] + order[:shift]:
                if number > 0 and name in scenario.once:
                    continue
                compare = number == 0 and scenario.bytes <= COMPARED_UP_TO
                run = self.one(self.clients[name], hub, scenario, networks, compare)
                runs[name].append(run)
                say(f"    {number + 1}. {name}: {run['failure'] or '%.2f s' % run['wall']}")
        return runs

    def run(self, scenario):
        notes = []
        scenario = self.fitted(scenario, notes)
        say(f"\n{report.heading(scenario)}")
        with contextlib.ExitStack() as stack:
            store = self.memory / "content"
            stack.callback(shutil.rmtree, store, ignore_errors=True)
            congestion = self.congestion(scenario)
            networks = None
            if scenario.line:
                program = self.given.build / "tests/bench/bench_losslink"
                networks = stack.enter_context(lines.laid(program, scenario.line))
            files = content.make(store, scenario.files())
            work = self.memory / "nginx"
            stack.callback(shutil.rmtree, work, ignore_errors=True)
            hub = stack.enter_context(hubs.running(self.launcher, work, store, files, scenario,
                                                   self.authority, congestion, networks))
            runs = self.rounds(scenario, hub, networks)
        notes.append(f"the servers' congestion control: {congestion or 'what the system has'}")
        if networks and networks.counts:
            lost = networks.counts["to client"]
            notes.append("packets to the clients: {carried} carried, {lost} lost, {overflowed} too many "
                         "for the queue".format(**lost))
        if scenario.once:
            notes.append(f"one round is enough for {', '.join(scenario.once)}")
        return self.result(scenario, runs, notes)

    def result(self, scenario, runs, notes):
        summaries = {name: report.summarise(scenario, found) for name, found in runs.items()}
        result = {"scenario": asdict(scenario), "notes": notes, "runs": runs, "clients": summaries,
                  "ratios": report.ratios(summaries),
                  "verdicts": report.judge(scenario.goals, summaries[known.OURS], summaries)}
        result["table"] = report.table(scenario, result)
        return result

    def window(self):
        """The gaps of our window's event loop while it downloads, by guigap."""
        say(f"\n{WINDOW}: how long our window does not answer while it downloads")
        answer = self.memory / "gaps.json"
        size = max(100_000_000, int(2_000_000_000 * self.given.scale))
        runs = []
        for _ in range(self.given.rounds):
            subprocess.run([self.given.build / "tests/bench/bench_guigap", answer, str(size)],
                           env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, check=True)
            runs.append(json.loads(answer.read_text()))
        worst = {name: max(run[name] for run in runs) for name in ("p99", "longest")}
        verdicts = report.judge(WINDOW_GOALS, worst)
        return {"scenario": {"name": WINDOW}, "runs": runs, "verdicts": verdicts,
                "table": [f"{WINDOW}: gaps in ms, the worst of {len(runs)} rounds",
                          *map(report.verdict_line, verdicts)]}


def machine(bench):
    model = [text.split(":", 1)[1].strip() for text in Path("/proc/cpuinfo").read_text().splitlines()
             if text.startswith("model name")]
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True,
                            cwd=known.HERE).stdout.strip()
    return {"processor": f"{len(model)} x {model[0] if model else platform.machine()}",
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GiB, 1),
            "kernel": platform.release(), "load": os.getloadavg()[0], "commit": commit,
            "nginx": known.first_line(hubs.NGINX, "-v").split(": ")[-1],
            "clients": {name: client.version() for name, client in bench.clients.items()},
            "lacking": bench.lacking}


def tell_machine(facts):
    say(f"{facts['processor']}, {facts['memory_gib']} GiB, Linux {facts['kernel']}, {facts['nginx']}, "
        f"load {facts['load']:.1f}")
    for version in dict.fromkeys(facts["clients"].values()):
        say(f"  {version}")
    for name, why in facts["lacking"].items():
        say(f"  without {name}: {why}")
    if facts["load"] > 0.5:
        say("  the machine is not idle: read ratios only, and with care")


def measure(given, memory, disk):
    bench = Bench(given, memory, disk)
    facts = machine(bench)
    tell_machine(facts)
    results, skipped = [], {}
    outcome = {"when": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
               "rounds": given.rounds, "scale": given.scale, "machine": facts, "skipped": skipped,
               "results": results}

    def keep(result):
        results.append(result)
        say("\n" + "\n".join(result["table"]))
        save(outcome, given.build)

    for scenario in chosen(given.scenarios, given.scale):
        try:
            keep(bench.run(scenario))
        except Impossible as reason:
            skipped[scenario.name] = str(reason)
            say(f"\n{scenario.name}: left out: {reason}")
    if not given.scenarios or WINDOW in given.scenarios:
        keep(bench.window())
    return outcome


# After each scenario: whoever ends the run early keeps what was measured.
def save(outcome, build):
    name = outcome["when"].replace(":", "").replace("+0000", "Z")
    file = build / f"results-{name}.json"
    file.write_text(json.dumps(outcome, indent=1))
    return file


def tell(outcome, build):
    say(f"\nMedians of {outcome['rounds']} interleaved rounds; ours always compares SHA-256.")
    for result in outcome["results"]:
        say("\n" + "\n".join(result["table"]))
    for name, why in outcome["skipped"].items():
        say(f"\n{name}: left out: {why}")
    say(f"\nAll figures: {save(outcome, build)}")


def main():
    given = arguments()
    if given.list:
        for scenario in SCENARIOS:
            say(report.heading(scenario))
        return say(f"{WINDOW}: gaps of the window's event loop")
    disk = given.build / "scratch"
    shutil.rmtree(disk, ignore_errors=True)
    disk.mkdir(parents=True)
    try:
        with tempfile.TemporaryDirectory(prefix="hubload-bench-", dir=given.memory) as memory:
            outcome = measure(given, Path(memory), disk)
    finally:
        shutil.rmtree(disk, ignore_errors=True)
    tell(outcome, given.build)
    return None


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(f"bench: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
