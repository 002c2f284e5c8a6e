#!/usr/bin/env python3
"""W1 by hand in DuckDB SQL: peer_duckdb.py INPUT OUT. Prints four counts as JSON."""
import json, sys

import duckdb

source, out = sys.argv[1:3]
db = duckdb.connect()
db.execute("set threads = 2; set preserve_insertion_order = false")
sides = {
    "hub": ("province.csv", "MaHoSo", "MaTTHC", "ChuHoSo", "SoDinhDanh", "SoDienThoai", "NgayTiepNhan", "NgayHenTra",
            "NgayKetThucXuLy", "TrangThaiHoSo in ('9', '10')", "LePhi", "%Y%m%d%H%M%S"),
    "spoke": ("ministry.csv", "ma_ho_so_mot_cua", "ma_thu_tuc", "ho_ten", "so_giay_to", "dien_thoai", "ngay_nhan",
              "ngay_hen", "ngay_xong", "trang_thai = 'Đã xử lý xong'", "le_phi", "%d/%m/%Y %H:%M:%S"),
}
for side, (file, code, proc, name, person, phone, received, due, finished, done, fee, form) in sides.items():
    db.execute(f"""create table {side} as
        with typed as (
            select upper(trim({code})) as code, left({proc}, 8) as proc, lower(nfc_normalize(trim({name}))) as name,
                {person} as person, {phone} as phone, strptime({received}, '{form}') as received,
                strptime({due}, '{form}') as due, strptime(nullif({finished}, ''), '{form}') as finished,
                {done} as done, {fee}::bigint as fee, row_number() over () as line
            from read_csv('{source}/{file}', all_varchar = true))
        select *, row_number() over (partition by code order by received, line) as turn from typed""")
db.execute(f"""copy (select 'hub' as side, code, line from hub where turn > 1
               union all select 'spoke', code, line from spoke where turn > 1) to '{out}/duplicates.parquet'""")
fields = ["proc", "name", "person", "phone", "received", "due", "finished", "done", "fee"]
pairs = ", ".join(f"h.{f} as h_{f}, s.{f} as s_{f}" for f in fields)
db.execute(f"""create table met as select coalesce(h.code, s.code) as code, h.line as h_line, s.line as s_line, {pairs}
    from (from hub where turn = 1) h full join (from spoke where turn = 1) s on h.code = s.code""")
both = "h_line is not null and s_line is not null"
db.execute(f"copy (from met where {both}) to '{out}/links.parquet'")
db.execute(f"""copy (select code, case when h_line is null then 'missing_in_hub' else 'missing_in_spoke' end as kind
               from met where not ({both})) to '{out}/missing.parquet'""")
long = " union all ".join(
    f"select code, '{f}' as field, h_{f}::varchar as l, s_{f}::varchar as r from met where {both} and h_{f} is distinct from s_{f}"
    for f in fields)
db.execute(f"copy ({long}) to '{out}/differences.parquet'")
count = lambda table: db.execute(f"select count(*) from '{out}/{table}.parquet'").fetchone()[0]
print(json.dumps({table: count(table) for table in ("duplicates", "links", "missing", "differences")}))
