#!/usr/bin/env python3
"""Holds measured ratios against the committed ones. gate.py FOLDER takes those that FOLDER's last run found as committed."""
import json, pathlib, sys, tomllib

sys.dont_write_bytecode = True
from lines import LINES

COMMITTED = pathlib.Path(__file__).resolve().parent / "ratios.toml"
# Worse than this many times the committed ratio fails.
TOLERANCE = 1.25
HEAD = """\
# The ratios that `make bench` holds what it measures against: it fails where one is worse by more than a quarter.
# Written by `make bench-accept` from the last `make bench`.

"""


def committed(path):
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def worse(found, ratios):
    """One sentence for each line that is worse by more than a quarter."""
    sentences = []
    for line in LINES:
        value, before = found.get(line.key), ratios.get(line.key)
        if line.unit or value is None or before is None:
            continue
        times = line.worsening(value, before)
        if times > TOLERANCE:
            sentences.append(f"{line.key}: {value:.2f}, committed {before:.2f}: {times:.2f} times worse ({line.title})")
    return sentences


def keep(folder, is_full, found):
    """What this run found, for `accept`; few rows have committed ratios of their own, in their folder."""
    target = COMMITTED if is_full else folder / "ratios.toml"
    (folder / "measured.json").write_text(json.dumps({"target": str(target), "found": found}, indent=1))
    return committed(target)


def accept(folder):
    last = json.loads((folder / "measured.json").read_text())
    target = pathlib.Path(last["target"])
    ratios = committed(target) | {key: round(value, 3) for key, value in last["found"].items() if value is not None}
    lines = [f"{line.key} = {ratios[line.key]}  # {line.title}\n" for line in LINES if line.key in ratios and not line.unit]
    target.write_text(HEAD + "".join(lines), encoding="utf-8")
    print(f"{len(lines)} ratios in {target}")


if __name__ == "__main__":
    accept(pathlib.Path(sys.argv[1]).resolve())
