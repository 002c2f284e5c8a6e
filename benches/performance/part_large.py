"""W1 out of core: many rows within a stated memory, once, beside what fits into memory."""
import shutil, subprocess

from machine import table
from process import in_turn

BUDGET = "2GiB"


def measure(setting):
    described = subprocess.run([setting.doisoat, "run", "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    if "--memory" not in described:
        text = "Not measured: `doisoat run` of this version has no `--memory`."
        return {"large-memory": None, "large-time": None}, {"large": text}
    few, many = setting.sizes.rows, setting.sizes.large
    sources = {rows: setting.w1(rows) for rows in (few, many)}
    works = {f"{few:,} + {few:,}, in memory": setting.run(sources[few], "large-few"),
             f"{many:,} + {many:,}, `--memory {BUDGET}`": setting.run(sources[many], "large-many", "--memory", BUDGET)}
    before, large = [runs[0] for runs in in_turn(works, 1).values()]
    # What the machine does in so many minutes falls on both: few rows before and after.
    after = next(iter(in_turn(dict([next(iter(works.items()))]), 1).values()))[0]
    names = [f"{few:,} + {few:,}, in memory, before", f"{many:,} + {many:,}, `--memory {BUDGET}`",
             f"{few:,} + {few:,}, in memory, after"]
    measured = [before, large, after]
    per_row = [one.wall / rows / 2 * 1e6 for one, rows in zip(measured, (few, many, few))]
    rows = [[name, f"{one.wall:.1f}", f"{one.cpu:.1f}", f"{one.megabytes:,.0f}", f"{each:.2f}"]
            for name, one, each in zip(names, measured, per_row)]
    text = table(["rows", "wall s", "CPU s", "peak MB", "µs a row"], rows)
    # Tens of gigabytes: not kept.
    shutil.rmtree(sources[many])
    (setting.folder / "w1" / f"{many}.whole").unlink()
    shutil.rmtree(setting.out("large-many"))
    return {"large-memory": round(large.megabytes / 1024, 2), "large-time": 2 * per_row[1] / (per_row[0] + per_row[2])}, {"large": text}
