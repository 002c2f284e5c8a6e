#!/usr/bin/env python3
"""The floor of W1: Polars parses the two files and does nothing else. scan.py INPUT OUT."""
import sys

import polars as pl

for file in ("province.csv", "ministry.csv"):
    pl.read_csv(f"{sys.argv[1]}/{file}", infer_schema=False)
print("{}")
