#!/usr/bin/env python3
"""Millrace beside its peers: the same changes through all, one after another, in turns.

usage: bench/compare.py [PATTERN] [--json] [--runs N] [--seconds S] [--engines millrace,differential,dbsp]

Runs the cases whose name contains PATTERN. First all engines' answers after a few ticks are compared; then each
engine runs N times (5), in turns, and the medians are printed: changes per second of wall time and of CPU time (all
threads), and the ratio to the peer that the bar names. `./dev bench` builds the programs first.
"""
import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PEERS = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "build", "peers"))
PROGRAMS = {
    "millrace": os.path.join(ROOT, "build", "release", "circuit_workloads"),
    "differential": os.path.join(PEERS, "release", "peer_differential"),
    "dbsp": os.path.join(PEERS, "release", "peer_dbsp"),
    "duckdb": os.path.join(ROOT, "bench", "peers", "duckdb_hydrate.py"),  # of the hydration alone
}

MILLION = 1_000_000


class Case:
    """One line of the table. `bar`: Millrace's rate over that of `against` (a peer, or "faster" of both)."""

    def __init__(self, workload, name, bar, against, per_cpu=False, **options):
        self.workload, self.name, self.bar, self.against = workload, name, bar, against
        self.per_cpu, self.options = per_cpu, options

    def arguments(self, **more):
        return [self.workload] + [f"{name}={value}" for name, value in {**self.options, **more}.items()]

    def small(self):
        """Options small enough to compare answers."""
        shrunk = {name: min(value, 20_000) for name, value in self.options.items()}
        shrunk["tick"] = min(self.options["tick"], 1_000)
        return Case(self.workload, self.name, self.bar, self.against, **shrunk)


def cases():
    for tick, bar in ((1, 10), (1_000, 8), (100_000, 3)):
        yield Case("sum_by_key", f"sum_by_key/1M/{tick}", bar, "differential", groups=MILLION, tick=tick)
    yield Case("sum_by_key", "sum_by_key/10M/1000", 10, "differential", groups=10 * MILLION, tick=1_000)
    for tick, bar in ((1, 8), (1_000, 5), (100_000, 2.5)):
        yield Case("join", f"join/1M/{tick}", bar, "faster", rows=MILLION, tick=tick)
    yield Case("chain", "chain/17/1", None, "faster", tick=1)
    yield Case("chain", "chain/17/1000", None, "faster", tick=1_000)
    for groups, shape in ((1_000, "groups_of_1000"), (1, "one_group_of_1M")):
        many = groups > 1
        state = {"rows": MILLION, "groups": groups}
        yield Case("extremes", f"extremes/{shape}/2", 50, "dbsp", **state, tick=2)
        yield Case("extremes", f"extremes/{shape}/1000", 3 if many else 1.3, "dbsp", not many, **state, tick=1_000)
        yield Case("extremes", f"extremes/{shape}/100000", 1, "dbsp", True, **state, tick=100_000)
        yield Case("top_k", f"top_k/{shape}/2", 30, "dbsp", **state, tick=2)
        yield Case("top_k", f"top_k/{shape}/1000", 5 if many else 1, "dbsp", not many, **state, tick=1_000)
    sliding = {"rows": MILLION, "groups": 1, "tick": 1_000}
    yield Case("extremes_sliding", "extremes/sliding/1000", 30, "faster", **sliding)
    yield Case("top_k_sliding", "top_k/sliding/1000", 25, "faster", **sliding)
    yield Case("hydrate", "hydrate/10M_to_1M", 0.4, "duckdb", True, groups=MILLION, tick=100_000, ticks=100)


def run(engine, arguments):
    interpreter = [sys.executable] if PROGRAMS[engine].endswith(".py") else []
    done = subprocess.run([*interpreter, PROGRAMS[engine], *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"compare: {engine} {' '.join(arguments)} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def check_answers(case, engines):
    small = case.small().arguments(ticks=20)
    answers = {engine: run(engine, small)["answer"] for engine in engines if engine != "duckdb"}
    if len(set(answers.values())) > 1:
        sys.exit(f"compare: {case.name}: the answers differ: {answers}")


def median_of(runs):
    numbers = {name for name in runs[0] if isinstance(runs[0][name], (int, float))}
    return {name: statistics.median(run[name] for run in runs) for name in sorted(numbers)}


def ratio(medians, against, rate):
    peers = ["differential", "dbsp"] if against == "faster" else [against]
    if "millrace" not in medians or any(peer not in medians for peer in peers):
        return None  # the bar names a peer that has not run: another's figures say nothing about it
    return medians["millrace"][rate] / max(medians[peer][rate] for peer in peers)


def measure(case, engines, options):
    if case.workload != "hydrate":
        engines = [engine for engine in engines if engine != "duckdb"]
    check_answers(case, engines)
    runs = {engine: [] for engine in engines}
    for _ in range(options.runs):
        for engine in engines:
            runs[engine].append(run(engine, case.arguments(seconds=options.seconds)))
    medians = {engine: median_of(results) for engine, results in runs.items()}
    return {
        "case": case.name,
        "medians": medians,
        "ratio": ratio(medians, case.against, "changes_per_s"),
        "ratio_per_cpu": ratio(medians, case.against, "changes_per_cpu_s"),
        "bar": case.bar,
        "against": case.against,
        "bar_per_cpu": case.per_cpu,
    }


def rate(value):
    return f"{value / 1e6:.3g} M"


def print_case(result):
    cells = [result["case"]]
    for engine, median in result["medians"].items():
        cell = f"{engine} {rate(median['changes_per_s'])}/s, {rate(median['changes_per_cpu_s'])}/CPU-s"
        if "tick_us_p50" in median:
            cell += f", tick {median['tick_us_p50']:.1f} / {median['tick_us_p99']:.1f} us"
        cells.append(cell)
    if result["ratio"] is not None:
        cells.append(f"{result['ratio']:.1f}x wall, {result['ratio_per_cpu']:.1f}x CPU of {result['against']}")
    if result["bar"] is not None and result["ratio"] is not None:
        reached = result["ratio_per_cpu" if result["bar_per_cpu"] else "ratio"]
        cells.append(f"bar {result['bar']}x: {'met' if reached >= result['bar'] else 'NOT met'}")
    print(" | ".join(cells), flush=True)


def available():
    engines = [name for name in PROGRAMS if os.path.exists(PROGRAMS[name])]
    return engines if importlib.util.find_spec("duckdb") else [name for name in engines if name != "duckdb"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pattern", nargs="?", default="")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--engines")
    options = parser.parse_args()
    engines = options.engines.split(",") if options.engines else available()
    results = []
    for case in cases():
        if options.pattern in case.name:
            results.append(measure(case, engines, options))
            if not options.json:
                print_case(results[-1])
    if options.json:
        print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
