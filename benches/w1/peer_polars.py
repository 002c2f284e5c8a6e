#!/usr/bin/env python3
"""W1 by hand in Polars: peer_polars.py INPUT OUT. Prints four counts as JSON."""
import json, sys

import polars as pl

from sides import FIELDS, both

source, out = sys.argv[1:3]
hub, spoke = both(source)


def split(frame):
    frame = frame.sort("code", "received", "line")
    first = frame["code"].is_first_distinct()
    return frame.filter(first), frame.filter(~first)


(hub, hub_again), (spoke, spoke_again) = split(hub), split(spoke)
duplicates = pl.concat([hub_again.select("code", "line"), spoke_again.select("code", "line")])
links = hub.join(spoke, on="code", suffix="_s")
missing = pl.concat([hub.join(spoke, on="code", how="anti").select("code", kind=pl.lit("missing_in_spoke")),
                     spoke.join(hub, on="code", how="anti").select("code", kind=pl.lit("missing_in_hub"))])
differences = pl.concat([
    links.filter(pl.col(f).ne_missing(pl.col(f"{f}_s"))).select(
        "code", field=pl.lit(f), l=pl.col(f).cast(pl.String), r=pl.col(f"{f}_s").cast(pl.String))
    for f in FIELDS])
counts = {}
for name, frame in {"duplicates": duplicates, "links": links, "missing": missing, "differences": differences}.items():
    frame.write_parquet(f"{out}/{name}.parquet")
    counts[name] = len(frame)
print(json.dumps(counts))
