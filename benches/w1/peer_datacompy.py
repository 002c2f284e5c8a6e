#!/usr/bin/env python3
"""W1 with datacompy on Polars: peer_datacompy.py INPUT OUT. Writes its report, no tables. Prints four counts as JSON."""
import json, pathlib, sys

from datacompy import PolarsCompare

from sides import FIELDS, both

source, out = sys.argv[1:3]
# A code that comes again is dropped first: datacompy would pair repeated rows with each other.
frames, repeated = [], 0
for frame in both(source):
    first = frame["code"].is_first_distinct()
    frames.append(frame.filter(first).select("code", *FIELDS))
    repeated += len(frame) - len(frames[-1])
    del frame, first
compared = PolarsCompare(*frames, join_columns="code", df1_name="hub", df2_name="spoke")
pathlib.Path(out, "report.txt").write_text(compared.report(), encoding="utf-8")
print(json.dumps({
    "duplicates": repeated,
    "links": len(compared.intersect_rows),
    "missing": len(compared.df1_unq_rows) + len(compared.df2_unq_rows),
    "differences": sum(column["unequal_cnt"] for column in compared.column_stats),
}))
