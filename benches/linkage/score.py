#!/usr/bin/env python3
"""Holds what doisoat published against the truth: score.py SET OUT FOLDER prints JSON.

OUT is the output folder of `doisoat run`, FOLDER holds truth.parquet (side, id, entity). What doisoat calls linked is
scored, whatever its probability; in one table all pairs within its clusters. Pairs of the truth that no blocking
rule gave count as missed.
"""
import json, sys

import duckdb


CERTAIN = "judged where state = 'linked' and certain"


def open_truth(folder):
    """A database with table `truth`."""
    db = duckdb.connect()
    db.execute(f"create table truth as select side, id, entity from '{folder}/truth.parquet'")
    return db


def count(db, sql):
    return db.execute(f"select count(*) from {sql}").fetchone()[0]


def true_pairs(db):
    """Pairs of records of one entity: between two tables, or within the one there is."""
    is_one = count(db, "(select distinct side from truth)") == 1
    apart = "l.id < r.id" if is_one else "l.side = 0 and r.side = 1"
    return count(db, f"truth l join truth r using (entity) where {apart}")


def measures(right, claimed, true):
    share = lambda part, whole: round(part / whole, 5) if whole else 0.0
    return dict(precision=share(right, claimed), recall=share(right, true), f1=share(2 * right, claimed + true))


def greedy(rows):
    """Of (left, right, ...), the best first: those whose records no better row has taken."""
    lefts, rights = set(), set()
    for row in rows:
        if row[0] not in lefts and row[1] not in rights:
            lefts.add(row[0])
            rights.add(row[1])
            yield row


def judge(db, out):
    """Table `judged` of the pairs doisoat published, with whether they are right; says so where an id is unknown."""
    part = lambda table: f"'{out}/{table}/*/*.parquet'"
    names = [name for (name,) in db.execute(f'select "table" from {part("summary")}').fetchall()]
    side = lambda column: f"list_position({names}, {column}) - 1"
    db.execute(f"""create table judged as
        select left_record_id as l, right_record_id as r, state, weight, certain, a.entity = b.entity as is_right
        from {part("links")}
        left join truth a on a.side = {side("left_table")} and a.id = left_record_id
        left join truth b on b.side = {side("right_table")} and b.id = right_record_id""")
    db.execute(f"""create table member as select cluster_id, record_id, entity from {part("clusters")}
        left join truth on side = {side('"table"')} and id = record_id""")
    unknown = count(db, "judged where is_right is null") + count(db, "member where entity is null")
    if unknown:
        sys.exit(f"{unknown} published records are not in the truth")
    return len(names)


def main():
    name, out, folder = sys.argv[1:4]
    db = open_truth(folder)
    tables, true = judge(db, out), true_pairs(db)
    linked = db.execute("select l, r, is_right from judged where state = 'linked' order by weight desc, l, r").fetchall()
    right = sum(row[2] for row in linked)
    found = dict(set=name, true_pairs=true, linked=len(linked), ambiguous=count(db, "judged where state = 'ambiguous'"))
    if tables == 1:
        within = "member a join member b using (cluster_id) where a.record_id < b.record_id"
        claimed, right = count(db, within), count(db, within + " and a.entity = b.entity")
        found |= dict(linked=claimed, pairwise=measures(right, claimed, true), one_to_one=None)
    else:
        once = list(greedy(linked))
        found |= dict(pairwise=measures(right, len(linked), true),
                      one_to_one=measures(sum(row[2] for row in once), len(once), true))
    found |= dict(certain=count(db, CERTAIN), certain_wrong=count(db, CERTAIN + " and not is_right"))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
