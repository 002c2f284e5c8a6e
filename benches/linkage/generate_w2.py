#!/usr/bin/env python3
"""Two tables of dossiers without a shared code for the linking workload W2.

generate_w2.py N FOLDER draws N dossiers and writes input/a.csv and input/b.csv, the same as a.parquet and
b.parquet, and truth.parquet (side, id, entity). A person files one to four dossiers, a household shares surname, phone
and unit, one dossier in eight repeats a procedure of its person: to find the person is not enough. Of each table
8 in 100 dossiers have no counterpart. Table b is what was typed again: names with a letter lost or doubled (8 in
100), in capitals without marks (6) or with the mark on the other vowel (20, where there is one), personal numbers missing
(30), with a wrong digit (8) or without the leading zero (5), phones missing (20), births with January for their month
(4) or with day and month exchanged (2), receipt up to three days later, another fee (2). People are invented.
The same N gives the same rows.
"""
import os, sys

import duckdb

SURNAMES = ["Nguyễn"] * 6 + ["Trần"] * 2 + ["Lê"] * 2 + ["Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi"]
MIDDLE = "Văn Văn Văn Thị Thị Thị Hữu Đức Thúy Minh Hòa Ngọc Thanh Quang Xuân Kim".split()
GIVEN = ("An Bình Cường Dũng Hạnh Hòa Khánh Lan Mai Nga Oanh Phúc Quý Sơn Thủy Uyên Vinh Yến Hương Linh Trang Tuấn "
         "Hùng Thảo Long Nam Giang Hải Hiếu Huy Toàn Khoa").split()
OTHER_VOWEL = [("òa", "oà"), ("úy", "uý"), ("ủy", "uỷ")]

dossiers, folder = int(sys.argv[1]), sys.argv[2]
people = dossiers * 10 // 22 + 1
os.makedirs(f"{folder}/input", exist_ok=True)
db = duckdb.connect()
db.execute("set threads = 2")
# One deterministic draw per thing and purpose: a number below `below`. Households hold three people.
db.execute("create macro bits(thing, purpose) as hash(thing::bigint * 1000 + purpose)::ubigint")
db.execute("create macro draw(thing, purpose, below) as (bits(thing, purpose) % below)::bigint")
db.execute("create macro pick(words, thing, purpose) as list_extract(words, 1 + draw(thing, purpose, len(words)))")
db.execute(f"""
create table person as
with drawn as (
    select n as person, n // 3 as household,
        concat_ws(' ', pick({SURNAMES}, n // 3, 1), pick({MIDDLE}, n, 2), pick({GIVEN}, n, 3)) as full_name,
        date '1945-01-01' + draw(n, 4, 22000)::int as dob,
        '09' || lpad(draw(n // 3, 5, 100000000)::varchar, 8, '0') as phone,
        draw(n // 3, 6, 220)::int as unit
    from range({people}) t(n))
select *,
    '0' || lpad((1 + draw(household, 7, 96))::varchar, 2, '0')
        || (if(year(dob) >= 2000, 2, 0) + draw(person, 8, 2))::varchar || strftime(dob, '%y')
        || lpad(draw(person, 9, 1000000)::varchar, 6, '0') as cid
from drawn""")
db.execute(f"""
create table dossier as
with filed as (select n, draw(n, 10, {people}) as filer from range({dossiers}) t(n))
select n, person.*,
    '1.' || lpad((1000 + if(draw(n, 11, 8) = 0, draw(person, 12, 60), draw(n, 13, 60)))::varchar, 6, '0') as proc,
    date '2024-01-01' + draw(n, 14, 366)::int as rec,
    draw(n, 15, 50) * 10000 as fee
from filed join person on filer = person""")

other_vowel = "full_name"
for usual, other in OTHER_VOWEL:
    other_vowel = f"replace({other_vowel}, '{usual}', '{other}')"
lost, doubled = "4 + bits(n, 24) % 4", "5 + bits(n, 24) % 3"
tables = {
    "a": ("'A' || n", 20, 21, {}),
    "b": ("'B' || bits(n, 22)", 31, 32, {
        "full_name": f"""case
            when draw(n, 23, 100) < 4 then substr(full_name, 1, ({lost})::int) || substr(full_name, ({lost})::int + 2)
            when draw(n, 23, 100) < 8 then substr(full_name, 1, ({doubled})::int) || substr(full_name, ({doubled})::int)
            when draw(n, 23, 100) < 14 then upper(strip_accents(translate(full_name, 'đĐ', 'dD')))
            when draw(n, 23, 100) < 34 then {other_vowel} else full_name end""",
        "cid": """case
            when draw(n, 25, 100) < 30 then null
            when draw(n, 25, 100) < 38 then substr(cid, 1, 8) || draw(n, 26, 10)::varchar || substr(cid, 10)
            when draw(n, 25, 100) < 43 then ltrim(cid, '0') else cid end""",
        "phone": "if(draw(n, 27, 5) = 0, null, phone)",
        "dob": """case
            when draw(n, 28, 100) < 4 then make_date(year(dob), 1, least(day(dob), 28))
            when draw(n, 28, 100) < 6 and day(dob) <= 12 then make_date(year(dob), day(dob), month(dob)) else dob end""",
        "rec": "rec + draw(n, 29, 4)::int",
        "fee": "if(draw(n, 30, 50) = 0, fee + 10000, fee)",
    }),
}
for name, (id, kept, order, damage) in tables.items():
    columns = ", ".join(f"{damage.get(c, c)} as {c}" for c in "full_name cid phone dob proc rec unit fee".split())
    db.execute(f"""create table {name} as select {id} as unique_id, {columns}, n as entity from dossier
                   where draw(n, {kept}, 25) > 1 order by bits(n, {order})""")
    db.execute(f"copy (select * exclude entity from {name}) to '{folder}/input/{name}.csv' (header)")
    db.execute(f"copy (select * exclude entity from {name}) to '{folder}/{name}.parquet'")
db.execute(f"""copy (select 0 as side, unique_id as id, entity from a union all select 1, unique_id, entity from b)
               to '{folder}/truth.parquet'""")
count = lambda sql: db.execute(f"select count(*) from {sql}").fetchone()[0]
print(f"a {count('a'):,} rows, b {count('b'):,}, {count('a join b using (entity)'):,} true links")
