#!/usr/bin/env python3
"""Two exports of about N rows each for the exact-reconciliation workload W1.

generate.py N FOLDER writes province.csv (portal-style timestamps) and ministry.csv (other headers, other
date form, own codes). Of every 100 dossiers 2 are missing on each side, 1 row is repeated on each side,
3 lag behind in status and 1 name is in capitals. The same N gives the same rows.
"""
import sys

import duckdb

rows, folder = int(sys.argv[1]), sys.argv[2]
db = duckdb.connect()
db.execute("set threads = 2")
# One deterministic draw per dossier and purpose: a number below `below`.
db.execute("create macro draw(n, purpose, below) as (hash(n * 1009 + purpose)::ubigint % below)::bigint")
db.execute("create macro pick(words, n, purpose) as list_extract(words, 1 + draw(n, purpose, len(words)))")
db.execute(f"""
create view dossier as
with base as (
    select n, timestamp '2024-01-01 00:00:00' + to_minutes(draw(n, 1, 366 * 1440)) as received from range({rows}) t(n))
select n, received,
    printf('H28.%02d-%s-%04d-%d', draw(n, 2, 40), strftime(received, '%y%m%d'), n % 10000, n) as code,
    printf('1.%06d', 1000 + draw(n, 3, 400)) as procedure,
    pick(['Nguyễn','Trần','Lê','Phạm','Hoàng','Phan','Vũ','Đặng','Bùi','Đỗ'], n, 4) || ' '
        || pick(['Văn','Thị','Hữu','Đức','Thúy','Minh','Hòa'], n, 5) || ' '
        || pick(['An','Bình','Cường','Dũng','Hạnh','Hòa','Khánh','Lan','Mai','Nga','Phúc','Sơn','Thủy','Yến'], n, 6) as name,
    printf('0%02d%d%02d%06d', 1 + draw(n, 7, 96), draw(n, 8, 4), draw(n, 9, 100), draw(n, 10, 1000000)) as person,
    printf('09%08d', draw(n, 11, 100000000)) as phone,
    received + to_days((1 + draw(n, 12, 20))::int) as due,
    case when draw(n, 13, 10) < 9 then received + to_minutes(1440 * (1 + draw(n, 14, 18)) + draw(n, 15, 600)) end as finished,
    draw(n, 16, 500) * 1000 as fee
from base""")


def export(name, columns, missing, repeated, delimiter=","):
    kept = f"select * from dossier where draw(n, {missing}, 50) <> 0"
    db.execute(f"""copy (select {columns} from ({kept} union all {kept} and draw(n, {repeated}, 100) = 0))
                   to '{folder}/{name}' (header, delimiter '{delimiter}')""")


export("province.csv", """
    code as "MaHoSo", procedure || '.000.00.00.H28' as "MaTTHC", name as "ChuHoSo", person as "SoDinhDanh",
    phone as "SoDienThoai", printf('H28.%d', draw(n, 17, 200)) as "DonViXuLy",
    strftime(received, '%Y%m%d%H%M%S') as "NgayTiepNhan", strftime(due, '%Y%m%d%H%M%S') as "NgayHenTra",
    coalesce(strftime(finished, '%Y%m%d%H%M%S'), '') as "NgayKetThucXuLy",
    case when finished is null then '4' when draw(n, 18, 3) = 0 then '10' else '9' end as "TrangThaiHoSo",
    (1 + draw(n, 19, 3))::varchar as "KenhThucHien", fee as "LePhi" """, missing=30, repeated=31)
lag = "draw(n, 40, 33) = 0"
export("ministry.csv", f"""
    'BTP' || n as so_ho_so, code as ma_ho_so_mot_cua, procedure as ma_thu_tuc,
    case when draw(n, 41, 100) = 0 then upper(name) else name end as ho_ten, person as so_giay_to, phone as dien_thoai,
    strftime(received, '%d/%m/%Y %H:%M:%S') as ngay_nhan, strftime(due, '%d/%m/%Y %H:%M:%S') as ngay_hen,
    case when {lag} then '' else coalesce(strftime(finished, '%d/%m/%Y %H:%M:%S'), '') end as ngay_xong,
    case when {lag} or finished is null then 'Đang xử lý' else 'Đã xử lý xong' end as trang_thai, fee as le_phi """,
    missing=32, repeated=33)
