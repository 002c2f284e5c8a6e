//! The portal's NDJSON: one object a line, times without separators, lists inside.

use super::error::GenerateError;
use super::profile::Channel;
use super::row::{Flaw, Place, Row, System};
use super::setting::Setting;
use super::truth::LineFile;
use serde::Serialize;
use std::path::Path;

pub struct PortalExport {
    file: LineFile,
    line: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PortalRecord<'a> {
    ma_ho_so: &'a str,
    #[serde(rename = "MaTTHC")]
    ma_tthc: &'a str,
    #[serde(rename = "TenTTHC")]
    ten_tthc: &'a str,
    ma_linh_vuc: &'a str,
    ten_linh_vuc: &'a str,
    kenh_thuc_hien: &'a str,
    chu_ho_so: &'a str,
    loai_doi_tuong: &'a str,
    #[serde(rename = "DinhDanhCHS")]
    dinh_danh_chs: [Identity<'a>; 1],
    email: &'a str,
    fax: &'a str,
    so_dien_thoai: &'a str,
    trich_yeu_ho_so: &'a str,
    ngay_nop_ho_so: &'a str,
    ngay_tiep_nhan: &'a str,
    ngay_hen_tra: &'a str,
    ngay_tra: &'a str,
    ngay_ket_thuc_xu_ly: &'a str,
    trang_thai_ho_so: &'a str,
    thong_tin_tra: &'a str,
    hinh_thuc: &'a str,
    don_vi_xu_ly: &'a str,
    noi_nop_ho_so: &'a str,
    ma_ho_so_khac: &'a str,
    ho_so_co_thanh_phan_so_hoa: &'a str,
    duoc_thanh_toan_truc_tuyen: &'a str,
    tai_lieu_nop: Vec<Attachment<'a>>,
    danh_sach_giay_to_ket_qua: Vec<ResultPaper<'a>>,
    danh_sach_le_phi: &'a [Fee<'a>],
    ghi_chu: &'a str,
    thoi_diem_dong_bo: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Identity<'a> {
    loai_dinh_danh: &'a str,
    so_dinh_danh: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attachment<'a> {
    tep_dinh_kem_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResultPaper<'a> {
    giay_to_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Fee<'a> {
    ten_phi_le_phi: &'a str,
    ma_phi_le_phi: &'a str,
    hinh_thuc_thu: &'a str,
    gia: &'a str,
    loai_phi_le_phi: &'a str,
}

/// A channel as the portal writes it.
pub fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Direct => "1",
        Channel::Online => "2",
        Channel::Post => "3",
    }
}

impl PortalExport {
    pub fn create(out: &Path, setting: &Setting) -> Result<Self, GenerateError> {
        Ok(PortalExport { file: LineFile::create(out, setting.file(System::Portal))?, line: Vec::new() })
    }

    pub fn write(&mut self, setting: &Setting, row: &Row) -> Result<Place, GenerateError> {
        let system = System::Portal;
        let procedure = setting.profile.procedure.get(row.procedure);
        let stamp = system.stamp(row.received);
        let received = if row.flaw == Some(Flaw::UnreadableDate) { Flaw::BAD_DATE } else { stamp.as_str() };
        let details = &row.details;
        let price = row.fee.to_string();
        let fee = [Fee {
            ten_phi_le_phi: "Lệ phí",
            ma_phi_le_phi: "LP01",
            hinh_thuc_thu: "1",
            gia: &price,
            loai_phi_le_phi: "2",
        }];
        let record = PortalRecord {
            ma_ho_so: if row.flaw == Some(Flaw::EmptyCode) { "" } else { &row.code },
            ma_tthc: row.procedure_code(setting, system),
            ten_tthc: procedure.map_or("", |keys| &keys.name),
            ma_linh_vuc: procedure.map_or("", |keys| &keys.field_code),
            ten_linh_vuc: procedure.map_or("", |keys| &keys.field),
            kenh_thuc_hien: channel(row.channel),
            chu_ho_so: &row.owner,
            loai_doi_tuong: "1",
            dinh_danh_chs: [Identity {
                loai_dinh_danh: if row.id.len() == 12 { "1" } else { "2" },
                so_dinh_danh: &row.id,
            }],
            email: "",
            fax: "",
            so_dien_thoai: &row.phone,
            trich_yeu_ho_so: &details.summary,
            ngay_nop_ho_so: &system.stamp(details.submitted),
            ngay_tiep_nhan: received,
            ngay_hen_tra: &system.stamp_or_empty(row.due),
            ngay_tra: &system.stamp_or_empty(row.returned),
            ngay_ket_thuc_xu_ly: &system.stamp_or_empty(row.finished),
            trang_thai_ho_so: system.status(row.status),
            thong_tin_tra: "",
            hinh_thuc: if row.channel == Channel::Post { "1" } else { "0" },
            don_vi_xu_ly: setting.profile.unit.get(row.unit).map_or("", |unit| &unit.code),
            noi_nop_ho_so: "2",
            ma_ho_so_khac: &row.hub_code,
            ho_so_co_thanh_phan_so_hoa: if details.digitised { "1" } else { "0" },
            // Over the national portal, or not online.
            duoc_thanh_toan_truc_tuyen: if details.paid_online { "1" } else { "3" },
            tai_lieu_nop: details.documents.iter().map(|id| Attachment { tep_dinh_kem_id: id }).collect(),
            danh_sach_giay_to_ket_qua: details
                .results
                .iter()
                .map(|id| ResultPaper { giay_to_id: id })
                .collect(),
            danh_sach_le_phi: if row.fee > 0 { &fee } else { &[] },
            ghi_chu: "",
            thoi_diem_dong_bo: &system.stamp(row.synced),
        };
        self.line.clear();
        serde_json::to_writer(&mut self.line, &record)
            .map_err(|source| GenerateError::Json { path: self.file.path.clone(), source })?;
        if row.flaw == Some(Flaw::BrokenJson) {
            // Inside the first field's value, where no letter takes two bytes.
            self.line.truncate(20);
        }
        self.file.write(&self.line)?;
        Ok(Place { sheet: "", row: self.file.lines })
    }

    pub fn finish(&mut self) -> Result<(), GenerateError> {
        self.file.finish()
    }
}
