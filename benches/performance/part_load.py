"""Loading alone: CSV beside a bare parse in Polars, XLSX beside calamine."""
import re, subprocess, sys

from machine import table
from process import ENVIRONMENT, Work, in_turn, middle, ratio
from setting import HERE, PIPELINE, W1, read_through


def measure(setting):
    if not setting.load:
        print("  skipped: LOAD names no binary of benches/load", file=sys.stderr)
        return {}, {}
    rows, found = [], {}
    for key, kind, size, own, other in (csv(setting), xlsx(setting)):
        measured = in_turn({"doisoat": own[1], other[0]: other[1]}, setting.rounds)
        runs, others = measured["doisoat"], measured[other[0]]
        found[key] = ratio(runs, others, "wall")
        figures = [f"{middle(one, 'wall'):.2f} s, {middle(one, 'megabytes'):,.0f} MB" for one in (runs, others)]
        loaded = int(re.search(r"^(\d+) rows", runs[-1].printed, re.MULTILINE)[1])
        work = f"{kind}, {loaded:,} rows, {size / 1e6:,.0f} MB (`{own[0]}`)"
        rows.append([work, figures[0], f"{figures[1]}: {other[0]}", f"{found[key]:.2f}"])
    return found, {"load": table(["work", "doisoat", "the other", "time against it"], rows)}


def csv(setting):
    source = setting.w1(setting.sizes.rows)
    scan = [sys.executable, W1 / "scan.py", source, setting.out("scan")]
    size = sum(file.stat().st_size for file in source.glob("*.csv"))
    return ("load-csv", "CSV", size,
            ("load benches/w1/pipeline.toml", Work([setting.load, "load", PIPELINE, source])),
            ("Polars parses both files into text, nothing else", Work(scan)))


def xlsx(setting):
    source = setting.folder / f"xlsx-{setting.sizes.dossiers}"
    book = source / "dat_dai.xlsx"
    if not book.exists():
        # Made beside it and named when it is whole.
        part = source.with_suffix(".part")
        subprocess.run([setting.doisoat, "generate", "hoa-binh-2024q1", "--dossiers", str(setting.sizes.dossiers), "--out", part,
                        "--quiet"], check=True, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
        for other in [*part.glob("*.csv"), *part.glob("*.ndjson")]:
            other.unlink()
        part.rename(source)
    read_through(book)
    return ("load-xlsx", "XLSX", book.stat().st_size,
            ("load benches/load/xlsx.toml", Work([setting.load, "load", HERE.parent / "load/xlsx.toml", source])),
            ("calamine reads the sheets, nothing else", Work([setting.load, "calamine", book])))
