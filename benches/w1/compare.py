#!/usr/bin/env python3
"""Runs doisoat and its peers in turn, checks that they agree, prints wall time and peak memory."""
import json, os, pathlib, shutil, statistics, subprocess, sys, time

import duckdb

here, folder, rows, rounds = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
root = here.parent.parent
source = folder / "input"
commands = {
    "doisoat": [str(root / os.environ.get("CARGO_TARGET_DIR", "target") / "release/doisoat"), "run", str(here / "pipeline.toml"), "--input", str(source),
                "--out", str(folder / "out-doisoat"), "--quiet"],
    "Polars, by hand": [sys.executable, str(here / "peer_polars.py"), str(source), str(folder / "out-polars")],
    "DuckDB, by hand": [sys.executable, str(here / "peer_duckdb.py"), str(source), str(folder / "out-duckdb")],
    "parse only": [sys.executable, str(here / "scan.py"), str(source), str(folder / "out-scan")],
}


def measure(command, out):
    """Seconds, peak MB, standard output."""
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    printed = open(folder / "stdout.txt", "w+")
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=printed)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    if status != 0:
        sys.exit(f"{command[0]} ended with status {status}")
    printed.seek(0)
    return seconds, usage.ru_maxrss / 1024, printed.read()


outs = {"doisoat": "out-doisoat", "Polars, by hand": "out-polars", "DuckDB, by hand": "out-duckdb", "parse only": "out-scan"}
measured = {name: [] for name in commands}
counts = {}
for turn in range(rounds):
    for name, command in commands.items():
        seconds, memory, printed = measure(command, folder / outs[name])
        measured[name].append((seconds, memory))
        if "by hand" in name:
            counts[name] = json.loads(printed)
one = lambda sql: duckdb.execute(sql).fetchone()[0]
part = lambda table: f"'{folder}/out-doisoat/{table}/*/*.parquet'"
counts["doisoat"] = {
    "duplicates": one(f"select count(*) from {part('duplicates')} where not is_survivor"),
    "links": one(f"select count(*) from {part('links')}"),
    "missing": one(f"select count(*) from {part('findings')} where kind like 'missing%'"),
    # The peers fold case before they compare names; doisoat keeps such variants and says what they are.
    "differences": one(f"select count(*) from {part('differences')} where field <> 'owner_name'"),
}
reference = counts["doisoat"]
for name, found in counts.items():
    if found != reference:
        sys.exit(f"the counts disagree: {counts}")
print(f"W1, {rows:,} + {rows:,} rows, {os.cpu_count()} cores, median of {rounds}; all agree: {reference}\n")
print("| who | wall s | peak MB | doisoat's time against it | doisoat's memory against it |\n|---|---|---|---|---|")
middle = {name: tuple(statistics.median(column) for column in zip(*runs)) for name, runs in measured.items()}
for name, (seconds, memory) in middle.items():
    ratio = [statistics.median(a[k] / b[k] for a, b in zip(measured["doisoat"], measured[name])) for k in (0, 1)]
    print(f"| {name} | {seconds:.1f} | {memory:,.0f} | {ratio[0]:.2f} | {ratio[1]:.2f} |")
