"""Both exports of W1, typed and normalised in Polars, as both of its peers in Python start."""
import polars as pl

FIELDS = ["proc", "name", "person", "phone", "received", "due", "finished", "done", "fee"]


def side(source, file, names, form, done):
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


def both(source):
    """The hub and the spoke."""
    return pl.collect_all([
        side(source, "province.csv", ["MaHoSo", "MaTTHC", "ChuHoSo", "SoDinhDanh", "SoDienThoai", "NgayTiepNhan",
                                      "NgayHenTra", "NgayKetThucXuLy", "LePhi"], "%Y%m%d%H%M%S",
             pl.col("TrangThaiHoSo").is_in(["9", "10"])),
        side(source, "ministry.csv", ["ma_ho_so_mot_cua", "ma_thu_tuc", "ho_ten", "so_giay_to", "dien_thoai", "ngay_nhan",
                                      "ngay_hen", "ngay_xong", "le_phi"], "%d/%m/%Y %H:%M:%S",
             pl.col("trang_thai") == "Đã xử lý xong"),
    ])
