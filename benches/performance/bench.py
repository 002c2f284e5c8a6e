#!/usr/bin/env python3
"""Measures the lines of the table, writes the page, holds the ratios against the committed ones: see `run`."""
import argparse, importlib, os, pathlib, sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import gate, page
from lines import LINES
from setting import FULL, QUICK, Setting

PARTS = list(dict.fromkeys(line.part for line in LINES))
# Compiles everything from nothing: on demand.
ASKED_FOR = ["cold"]


def arguments():
    parser = argparse.ArgumentParser(prog="benches/performance/run")
    parser.add_argument("folder", type=pathlib.Path, help="for exports and outputs, some gigabytes")
    parser.add_argument("--only", help=f"parts, with commas: {', '.join(PARTS)}; all but cold when left out")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured in turn, default 3")
    parser.add_argument("--quick", action="store_true", help="few rows, one round: to try it out; the page goes to the folder")
    given = parser.parse_args()
    parts = given.only.split(",") if given.only else [part for part in PARTS if part not in ASKED_FOR]
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if given.rounds < 1:
        parser.error("--rounds has to be 1 or more")
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    sizes, rounds = (QUICK, 1) if given.quick else (FULL, given.rounds)
    return Setting(folder, os.environ["DOISOAT"], os.environ.get("LOAD", ""), sizes, rounds), parts


def main():
    setting, parts = arguments()
    found, blocks = {}, {}
    for part in parts:
        print(part, file=sys.stderr, flush=True)
        values, texts = importlib.import_module(f"part_{part}").measure(setting)
        found |= values
        blocks |= texts
        # After each part: what was measured stays when a later one fails.
        ratios = gate.keep(setting.folder, setting.sizes == FULL, found)
        target = page.write(setting, found, blocks)
    for line in LINES:
        if line.key not in found:
            continue
        value = found[line.key]
        said = "not measured" if value is None else line.written(value) + ("" if line.is_reached(value) else ", not reached")
        print(f"{line.key:16} {line.aim():10} {said}")
    print(f"written to {target}", file=sys.stderr)
    if worse := gate.worse(found, ratios):
        sys.exit("worse by more than a quarter than the committed ratio:\n  " + "\n  ".join(worse))


main()
