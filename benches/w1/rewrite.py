#!/usr/bin/env python3
"""What writing alone takes: Polars holds the tables that doisoat published in memory and writes them as Parquet with
zstd, level 1, as doisoat does. rewrite.py PUBLISHED OUT; prints the seconds of the writing."""
import json, pathlib, sys, time

import polars as pl

published, out = map(pathlib.Path, sys.argv[1:])
tables = [pl.read_parquet(file) for file in sorted(published.glob("*/run_date=*/*.parquet"))]
started = time.perf_counter()
for at, table in enumerate(tables):
    table.write_parquet(out / f"{at}.parquet", compression="zstd", compression_level=1)
print(json.dumps({"tables": len(tables), "seconds": time.perf_counter() - started}))
