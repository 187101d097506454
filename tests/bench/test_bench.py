#!/usr/bin/env python3
"""What the benchmark makes of its measurements, without measuring anything."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import hub  # noqa: E402
import report  # noqa: E402
from scenarios import GiB, Goal, MiB, NAMES, SCENARIOS, Scenario, chosen  # noqa: E402

SCENARIO = Scenario("one", "one file", 2, 1 * GiB, ("curl", "aria2c -x16"))


def run(wall, peak=10 * MiB, failure=""):
    return {"wall": wall, "cpu": wall / 2, "peak": peak, "hub": 3, "heads": 1, "resolves": 2, "files": 8,
            "connections": 4, "redone": 0, "failure": failure}


class Summaries(unittest.TestCase):
    def test_median_and_peak(self):
        summary = report.summarise(SCENARIO, [run(1), run(9), run(2, peak=70 * MiB)])
        self.assertEqual((summary["wall"], summary["fastest"], summary["slowest"]), (2, 1, 9))
        self.assertEqual(summary["peak_mib"], 70)
        self.assertEqual(summary["cpu_per_gib"], 0.5)
        self.assertEqual(summary["resolves_per_file"], 1)

    def test_failed_rounds_are_told_and_not_counted(self):
        summary = report.summarise(SCENARIO, [run(0.1, failure="status 7"), run(4)])
        self.assertEqual((summary["wall"], summary["rounds"], summary["failures"]), (4, 1, ["status 7"]))
        summary = report.summarise(SCENARIO, [run(0.1, failure="status 7")])
        self.assertNotIn("wall", summary)
        self.assertEqual(report.ratios({"hubload": summary, "curl": {"wall": 1}}), {})

    def test_ratio_is_ours_over_theirs(self):
        self.assertEqual(report.ratios({"hubload": {"wall": 3}, "curl": {"wall": 2}}), {"curl": 1.5})


class Verdicts(unittest.TestCase):
    others = {"curl": {"wall": 2.0}, "aria2c -x16": {"wall": 1.0}, "hf download": {"failures": ["no"]}}

    def kept(self, goal, **ours):
        return report.judge([goal], ours, self.others)[0]["kept"]

    def test_against_the_best_of_several(self):
        goal = Goal("wall", 1.1, ("curl", "aria2c -x16"))
        self.assertTrue(self.kept(goal, wall=1.1))
        self.assertFalse(self.kept(goal, wall=1.2))

    def test_without_a_base(self):
        self.assertIsNone(self.kept(Goal("wall", 1.1, ("hf download", )), wall=1.0))
        self.assertIsNone(self.kept(Goal("wall", 1.1, ("curl", ))))

    def test_absolute(self):
        self.assertTrue(self.kept(Goal("heads", 0), heads=0))
        self.assertFalse(self.kept(Goal("heads", 0), heads=1))


class Requests(unittest.TestCase):
    def test_what_the_log_says(self):
        lines = ["hub GET 200 1 300 /tree.json\n", "hub HEAD 302 1 0 /bench/files/resolve/main/a\n",
                 "files GET 206 2 600 /blobs/x\n", "files GET 206 2 500 /blobs/x\n",
                 "files GET 206 3 0 /blobs/with space\n"]
        self.assertEqual(hub.count(lines, 1000), hub.Requests(hub=2, heads=1, resolves=1, files=3,
                                                              connections=2, redone=100))


class Scenarios(unittest.TestCase):
    def test_goals_name_clients_that_take_part(self):
        for scenario in SCENARIOS:
            for goal in scenario.goals:
                self.assertLessEqual(set(goal.against), set(scenario.clients), scenario.name)
            self.assertLessEqual(set(scenario.once), set(scenario.clients), scenario.name)

    def test_scaled(self):
        quick = chosen([], 1 / 64)
        self.assertEqual(len(quick) + 1, len(NAMES))
        self.assertLess(sum(scenario.bytes for scenario in quick), 1 * GiB)
        self.assertTrue(all(scenario.count >= 100 for scenario in quick if scenario.name == "small"))


if __name__ == "__main__":
    unittest.main()
