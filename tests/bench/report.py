"""From what was measured to medians, ratios, verdicts, a table and JSON."""
from statistics import median

from clients import OURS
from scenarios import GiB, MiB

COLUMNS = ("client", "wall s", "(from-to)", "ours/it", "CPU s", "s/GiB", "peak MiB", "Hub", "HEAD",
           "hosts", "conn.")


def summarise(scenario, runs):
    """RUNS of one client, in dicts; those that failed count for nothing but are told."""
    good = [run for run in runs if not run["failure"]]
    summary = {"rounds": len(good), "failures": [run["failure"] for run in runs if run["failure"]]}
    if not good:
        return summary
    middle = {name: median(run[name] for run in good)
              for name in ("wall", "cpu", "hub", "heads", "resolves", "files", "connections", "redone")}
    walls = [run["wall"] for run in good]
    return summary | middle | {
        "fastest": min(walls), "slowest": max(walls), "cpu_per_gib": middle["cpu"] / (scenario.bytes / GiB),
        "peak_mib": max(run["peak"] for run in good) / MiB,
        "resolves_per_file": middle["resolves"] / scenario.count}


def ratios(summaries):
    """Our wall time over each other's."""
    ours = summaries.get(OURS, {}).get("wall")
    return {name: ours / summary["wall"] for name, summary in summaries.items()
            if ours and name != OURS and summary.get("wall")}


def judge(goals, ours, others=None):
    """One verdict a goal: what it is, what we have, whether that is enough (None: cannot be said)."""
    verdicts = []
    for goal in goals:
        have, base = ours.get(goal.measure), 1
        if goal.against:
            known = [others[name][goal.measure] for name in goal.against
                     if goal.measure in others.get(name, {})]
            base = min(known) if known else None
        value = have / base if have is not None and base else None
        against = f" x {' or '.join(goal.against)}" if goal.against else ""
        verdicts.append({"goal": f"{goal.measure} <= {goal.limit:g}{against}", "value": value,
                         "kept": None if value is None else value <= goal.limit})
    return verdicts


def row(name, summary, ratio):
    if "wall" not in summary:
        return (name, "failed", *[""] * (len(COLUMNS) - 2))
    return (name, f"{summary['wall']:.2f}", f"({summary['fastest']:.2f}-{summary['slowest']:.2f})",
            f"{ratio:.2f}" if ratio else "", f"{summary['cpu']:.2f}", f"{summary['cpu_per_gib']:.2f}",
            f"{summary['peak_mib']:.0f}", f"{summary['hub']:.0f}", f"{summary['heads']:.0f}",
            f"{summary['files']:.0f}", f"{summary['connections']:.0f}")


def laid_out(rows):
    widths = [max(len(line[at]) for line in rows) for at in range(len(rows[0]))]
    for line in rows:
        cells = [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in
                                             zip(line[1:], widths[1:]))]
        yield "  " + "  ".join(cells).rstrip()


def verdict_line(verdict):
    if verdict["kept"] is None:
        return f"  {verdict['goal']}: cannot be said"
    return f"  {verdict['goal']}: {verdict['value']:.2f} {'kept' if verdict['kept'] else 'MISSED'}"


def size_of(count):
    for unit, name in ((GiB, "GiB"), (MiB, "MiB")):
        if count >= unit:
            return f"{count / unit:g} {name}"
    return f"{count / 1024:g} KiB"


def heading(scenario):
    what = size_of(scenario.size) if scenario.count == 1 else f"{scenario.count} x {size_of(scenario.size)}"
    return f"{scenario.name}: {scenario.title}: {what}"


def table(scenario, result):
    """The lines that tell one scenario."""
    summaries = result["clients"]
    rows = [COLUMNS] + [row(name, summary, result["ratios"].get(name))
                        for name, summary in summaries.items()]
    lines = [heading(scenario), *(f"  ({note})" for note in result["notes"]), *laid_out(rows)]
    for name, summary in summaries.items():
        for failure in summary["failures"]:
            lines.append(f"  {name} failed: {failure}")
    return lines + [verdict_line(verdict) for verdict in result["verdicts"]]
