"""What is measured: which files, over which line, to where, by whom, and what we want of it."""
from dataclasses import dataclass, field, replace

KiB, MiB, GiB = 1 << 10, 1 << 20, 1 << 30
ARIA2 = ("aria2c -x1", "aria2c -x16")
LIBRARIES = ("hf download", "@huggingface/hub")


@dataclass(frozen=True)
class Goal:
    """MEASURE of ours is at most LIMIT, or LIMIT times the best of AGAINST."""
    measure: str
    limit: float
    against: tuple = ()


@dataclass(frozen=True)
class Line:
    """A long line: one way's delay, what part of the packets is lost, bytes a second."""
    congestion: tuple  # the first that the kernel has
    delay_ms: float = 30
    loss_percent: float = 0.5
    rate: int = 50_000_000


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    count: int
    size: int
    clients: tuple
    goals: tuple = ()
    once: tuple = ()  # clients that take so long that one round is enough
    tls: bool = False
    disk: bool = False
    per_connection: int = 0  # bytes a second
    per_answer: int = 0
    line: Line | None = None
    smallest_count: int = 1

    @property
    def bytes(self):
        return self.count * self.size

    def scaled(self, scale):
        """The same with less: fewer files where there are many, smaller ones where they are large."""
        if self.smallest_count > 1:
            return replace(self, count=max(self.smallest_count, int(self.count * scale)))
        return replace(self, size=max(1 * MiB, int(self.size * scale) // KiB * KiB))

    def files(self):
        """Path and size of each."""
        if self.count == 1:
            return [("model.bin", self.size)]
        return [(f"data/{number:05}.bin", self.size) for number in range(self.count)]


def wall(limit, *against):
    return Goal("wall", limit, against)


LIGHT = (Goal("cpu_per_gib", 2.0), Goal("peak_mib", 64))
ONE_RESOLVE = (Goal("resolves", 1), )

BIG = dict(count=1, size=4 * GiB, clients=("curl", *ARIA2, *LIBRARIES))
BIG_TLS = BIG | dict(tls=True, clients=("curl", "curl --http1.1", "aria2c -x16", *LIBRARIES))
SMALL = dict(count=1000, size=16 * KiB, smallest_count=100,
             clients=("curl -Z", "aria2c -j16", *LIBRARIES))
SMALL_GOALS = (wall(2.0, "aria2c -j16"), wall(0.2, "hf download"), Goal("resolves_per_file", 1),
               Goal("heads", 0))
THROTTLED = dict(count=1, size=1 * GiB, clients=("curl", "aria2c -x16", *LIBRARIES),
                 once=("curl", *LIBRARIES), goals=(wall(1.05, "aria2c -x16"), Goal("peak_mib", 64)))
LOSSY_GOALS = (wall(1.1, "curl", "aria2c -x16"), )

SCENARIOS = [
    Scenario("big-plain", "one file, plain HTTP, to memory", **BIG,
             goals=(wall(1.1, "curl"), wall(1.0, *ARIA2), wall(0.5, "hf download"), *LIGHT, *ONE_RESOLVE)),
    Scenario("big-tls", "one file, TLS, to memory", **BIG_TLS,
             goals=(wall(1.4, "curl", "curl --http1.1"), Goal("peak_mib", 64), *ONE_RESOLVE)),
    Scenario("big-plain-disk", "one file, plain HTTP, to the disk, synced", **BIG, disk=True),
    Scenario("big-tls-disk", "one file, TLS, to the disk, synced", **BIG_TLS, disk=True),
    Scenario("throttled", "one file, 20 MB/s per connection", **THROTTLED, per_connection=20_000_000),
    Scenario("throttled-answers", "one file, 20 MB/s per answer after its first 20 MB", **THROTTLED,
             per_answer=20_000_000),
    Scenario("lossy-tolerant", "60 ms, 0.5 % loss, 400 Mbit/s, loss-tolerant server", 1, 256 * MiB,
             ("curl", "aria2c -x16", *LIBRARIES), LOSSY_GOALS, line=Line(("bbr", ))),
    Scenario("lossy-sensitive", "60 ms, 0.5 % loss, 400 Mbit/s, loss-sensitive server", 1, 64 * MiB,
             ("curl", "aria2c -x16", *LIBRARIES), LOSSY_GOALS, once=("curl", *LIBRARIES),
             line=Line(("cubic", "reno"))),
    Scenario("eight", "eight files, plain HTTP, to memory", 8, 512 * MiB,
             ("curl -Z", "aria2c -j8", *LIBRARIES), (wall(1.0, "aria2c -j8"), Goal("peak_mib", 64))),
    Scenario("small", "many small files, plain HTTP, to memory", **SMALL, goals=SMALL_GOALS),
    Scenario("small-disk", "many small files, plain HTTP, to the disk, synced", **SMALL, disk=True),
]
WINDOW = "window"  # our window's gaps, by guigap
WINDOW_GOALS = (Goal("p99", 20), Goal("longest", 50))
NAMES = [scenario.name for scenario in SCENARIOS] + [WINDOW]


def chosen(names, scale):
    return [scenario.scaled(scale) for scenario in SCENARIOS if not names or scenario.name in names]
