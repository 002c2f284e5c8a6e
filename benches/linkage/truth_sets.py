#!/usr/bin/env python3
"""Copies of the public truth sets that do not hold the truth.

truth_sets.py SET SOURCE FOLDER, SET being febrl3, febrl4 or transactions, writes FOLDER/input/ and FOLDER/truth.parquet
(side, id, entity). The sets say in their record ids what belongs together, and their rows stand in the order of the
truth: the copies are shuffled, each table by itself, and their ids are the numbers of the shuffled rows. Everything
else stays as it is. The same SOURCE gives the same copies.
"""
import os, random, sys

import duckdb

TABLES = {
    "febrl3": ["febrl3.csv"],
    "febrl4": ["febrl4a.csv", "febrl4b.csv"],
    "transactions": ["transactions_origin.parquet", "transactions_destination.parquet"],
}


def shuffled_csv(source, target, side):
    """The id is the first cell, `rec-N-org` or `rec-N-dup-K`: records of one N are one person. Gives id and N."""
    header, *rows = open(source, encoding="utf-8").read().splitlines()
    random.Random(side).shuffle(rows)
    truth = []
    with open(target, "w", encoding="utf-8", newline="\n") as out:
        print(header, file=out)
        for number, row in enumerate(rows, 1):
            id, rest = row.split(",", 1)
            print(f"rec-{number},{rest}", file=out)
            truth.append((f"rec-{number}", int(id.split("-")[1])))
    return truth


def shuffled_parquet(db, source, target, side):
    db.execute(f"""create or replace table copied as select row_number() over () as number, * from (
                   from '{source}' order by hash(ground_truth * 7919 + {side}), ground_truth)""")
    db.execute(f"""copy (select number as unique_id, * exclude (number, unique_id, ground_truth) from copied)
                   to '{target}'""")
    return db.execute("select number::varchar, ground_truth from copied").fetchall()


def main():
    name, source, folder = sys.argv[1:4]
    os.makedirs(f"{folder}/input", exist_ok=True)
    db = duckdb.connect()
    db.execute("create table truth (side int, id varchar, entity bigint)")
    for side, file in enumerate(TABLES[name]):
        paths = f"{source}/{file}", f"{folder}/input/{file}"
        pairs = shuffled_csv(*paths, side) if file.endswith(".csv") else shuffled_parquet(db, *paths, side)
        ids, entities = zip(*pairs)
        db.execute("insert into truth select ?, unnest(?), unnest(?)", [side, list(ids), list(entities)])
    db.execute(f"copy truth to '{folder}/truth.parquet'")


main()
