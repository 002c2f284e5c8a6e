#!/usr/bin/env python3
"""The four counts of W1 that a run of doisoat published: counts.py OUT. Prints them as JSON, as its peers do."""
import json, sys

import duckdb

out = sys.argv[1]
count = lambda table, rows: duckdb.execute(f"select count(*) from '{out}/{table}/*/*.parquet' where {rows}").fetchone()[0]
print(json.dumps({
    "duplicates": count("duplicates", "not is_survivor"),
    "links": count("links", "true"),
    "missing": count("findings", "kind like 'missing%'"),
    # The peers fold case before they compare names; doisoat keeps such variants and says what they are.
    "differences": count("differences", "field <> 'owner_name'"),
}))
