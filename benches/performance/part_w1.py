"""W1 beside the same work written by hand: whole runs, peak memory, the floor of a bare parse."""
import importlib.util, json, statistics, subprocess, sys

from machine import table
from process import ENVIRONMENT, Work, in_turn, measure as measure_one, middle, ratio
from setting import W1

PEERS = {"Polars, by hand": "polars", "DuckDB, by hand": "duckdb", "datacompy, a report only": "datacompy"}
PARSE = "parse only (Polars)"


def measure(setting):
    source = setting.w1(setting.sizes.rows)
    script = lambda name, file: Work([sys.executable, W1 / file, source, setting.out(name)], setting.out(name))
    works = {"doisoat": setting.run(source, "doisoat")}
    missing = []
    for title, package in PEERS.items():
        if importlib.util.find_spec(package):
            works[title] = script(package, f"peer_{package}.py")
        else:
            missing.append([title, *["not measured: not installed"] * 5])
    works[PARSE] = script("scan", "scan.py")
    measured = in_turn(works, setting.rounds)
    agreed = agreement(setting, measured)
    own = measured["doisoat"]
    against = {name: [ratio(own, runs, figure) for figure in ("wall", "megabytes")] for name, runs in measured.items()}
    rows = [[name, f"{middle(runs, 'wall'):.1f}", f"{middle(runs, 'cpu'):.1f}", f"{middle(runs, 'megabytes'):,.0f}",
             *(f"{value:.2f}" for value in against[name])] for name, runs in measured.items()]
    head = ["who", "wall s", "CPU s", "peak MB", "doisoat's time against it", "doisoat's memory against it"]
    counts = ", ".join(f"{count:,} {name}" for name, count in agreed.items())
    text = f"{setting.sizes.rows:,} + {setting.sizes.rows:,} rows; all agree: {counts}.\n\n{table(head, rows + missing)}"
    peers = [name for name in PEERS if name in measured]
    quickest = min((middle(measured[name], "wall") for name in peers), default=None)
    text += f"\n\n{writing(setting, quickest)}"
    # The hardest to beat is the one that the ratio is worst against.
    worst = lambda figure: max(against[name][figure] for name in peers)
    return {"w1-time": worst(0), "w1-memory": worst(1), "w1-parse": against[PARSE][0]}, {"w1": text}


def writing(setting, quickest):
    """What Polars takes to write the tables that doisoat published, which it then holds in memory."""
    work = Work([sys.executable, W1 / "rewrite.py", setting.out("doisoat"), setting.out("rewrite")], setting.out("rewrite"))
    runs = [json.loads(measure_one(work).printed) for _ in range(setting.rounds)]
    seconds = statistics.median(run["seconds"] for run in runs)
    share = f", {seconds / quickest:.2f} of the fastest peer's whole time" if quickest else ""
    return f"To write these {runs[0]['tables']} tables alone, held in memory, takes Polars {seconds:.1f} s{share}."


def agreement(setting, measured):
    """The four counts, which everyone must have."""
    counted = subprocess.run([sys.executable, W1 / "counts.py", setting.out("doisoat")], stdout=subprocess.PIPE, check=True,
                             env=ENVIRONMENT)
    counts = {"doisoat": json.loads(counted.stdout)}
    counts |= {name: json.loads(measured[name][-1].printed) for name in PEERS if name in measured}
    if any(found != counts["doisoat"] for found in counts.values()):
        sys.exit(f"the counts of W1 disagree: {counts}")
    return counts["doisoat"]
