#!/usr/bin/env python3
"""W1 by hand in Polars: peer_polars.py INPUT OUT. Prints four counts as JSON."""
import json, sys

import polars as pl

source, out = sys.argv[1:3]
FIELDS = ["proc", "name", "person", "phone", "received", "due", "finished", "done", "fee"]


def side(file, names, form, done):
    code, proc, name, person, phone, received, due, finished, fee = (pl.col(n) for n in names)
    moment = lambda column: column.replace("", None).str.to_datetime(form)
    return pl.scan_csv(f"{source}/{file}", infer_schema=False, row_index_name="line").select(
        "line",
        code=code.str.strip_chars().str.to_uppercase(),
        proc=proc.str.slice(0, 8),
        name=name.str.strip_chars().str.normalize("NFC").str.to_lowercase(),
        person=person, phone=phone,
        received=moment(received), due=moment(due), finished=moment(finished),
        done=done, fee=fee.cast(pl.Int64))


hub, spoke = pl.collect_all([
    side("province.csv", ["MaHoSo", "MaTTHC", "ChuHoSo", "SoDinhDanh", "SoDienThoai", "NgayTiepNhan", "NgayHenTra",
                          "NgayKetThucXuLy", "LePhi"], "%Y%m%d%H%M%S", pl.col("TrangThaiHoSo").is_in(["9", "10"])),
    side("ministry.csv", ["ma_ho_so_mot_cua", "ma_thu_tuc", "ho_ten", "so_giay_to", "dien_thoai", "ngay_nhan",
                          "ngay_hen", "ngay_xong", "le_phi"], "%d/%m/%Y %H:%M:%S",
         pl.col("trang_thai") == "Đã xử lý xong"),
])


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
