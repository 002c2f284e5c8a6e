"""Puts what was measured between the markers of docs/performance.md and leaves every other word as it is.

A block begins with `<!-- measured: NAME -->` and ends with `<!-- end -->`. Block `table` has one row a line, and below them
machine and versions of each day; rows of lines that were not measured this time stay as they are.
"""
import datetime, re

from lines import LINES
from machine import machine, table, versions
from setting import FULL, ROOT

PAGE = ROOT / "docs/performance.md"
HEAD = ["measure", "must reach", "measured", "reached", "on", "`--only`"]
# Too long to be measured in turn.
ONCE = {"large", "cold"}
PACKAGES = {"Polars": "polars", "DuckDB": "duckdb", "datacompy": "datacompy"}


def write(setting, found, blocks):
    """The page in docs/ when the sizes are the table's own, else a copy in the folder that says nothing of before."""
    full = setting.sizes == FULL
    target = PAGE if full else setting.folder / "performance.md"
    text = PAGE.read_text(encoding="utf-8")
    today = str(datetime.date.today())
    with_what = f"{machine()}; {versions(setting.doisoat, **PACKAGES)}."
    with_what += "" if full else " Few rows, to try it out."
    for name in re.findall(r"<!-- measured: (\S+) -->", text):
        if name == "table":
            text = replaced(text, name, overview(block(text, name) if full else "", found, today, with_what))
        elif name in blocks:
            rounds = 1 if name in ONCE else setting.rounds
            when = f"{today}, {'one round' if rounds == 1 else f'medians of {rounds}'}.\n\n"
            is_measured = not blocks[name].startswith("Not measured")
            text = replaced(text, name, (when if is_measured else "") + blocks[name])
        elif not full:
            text = replaced(text, name, "Not measured this time.")
    target.write_text(text, encoding="utf-8")
    return target


def pattern(name):
    return re.compile(rf"(<!-- measured: {name} -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def block(text, name):
    return pattern(name).search(text)[2]


def replaced(text, name, inner):
    return pattern(name).sub(lambda whole: f"{whole[1]}\n{inner}\n\n{whole[3]}", text)


def overview(before, found, today, with_what):
    """A row a line, in the order of LINES; then what the days that the rows name were measured with."""
    rows_before = {cells[0]: cells for cells in map(cells_of, re.findall(r"^\|.*", before, re.MULTILINE))}
    days = dict(re.findall(r"^- (\S+): (.*)", before, re.MULTILINE)) | {today: with_what}
    rows = []
    for line in LINES:
        if line.key not in found and line.title in rows_before:
            rows.append(rows_before[line.title])
            continue
        value = found.get(line.key)
        said = ["not measured", "", ""] if value is None else [line.written(value), reached(line, value), today]
        rows.append([line.title, line.aim(), *said, line.part])
    named = {row[4] for row in rows}
    return table(HEAD, rows) + "\n\n" + "\n".join(f"- {day}: {what}" for day, what in sorted(days.items()) if day in named)


def cells_of(row):
    return [cell.strip() for cell in row.split("|")[1:-1]]


def reached(line, value):
    return "yes" if line.is_reached(value) else "**no**"
