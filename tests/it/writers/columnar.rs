//! Parquet and Arrow. Columns take turns in how they hold their text, as exporters differ in that.

use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, LargeStringArray, RecordBatch, StringArray, StringViewArray};
use arrow::datatypes::{Field, Int32Type, Schema};
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::Sheet;

/// Rows of one batch of an Arrow file, and of one row group of a Parquet file.
const BATCH_ROWS: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParquetCodec {
    None,
    Snappy,
    Gzip,
    Zstd,
    /// The block format that the standard has since 2021.
    Lz4Raw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrowCodec {
    None,
    Lz4,
    Zstd,
}

impl ParquetCodec {
    pub const ALL: [Self; 5] = [Self::None, Self::Snappy, Self::Gzip, Self::Zstd, Self::Lz4Raw];
}

impl ArrowCodec {
    pub const ALL: [Self; 3] = [Self::None, Self::Lz4, Self::Zstd];
}

pub fn parquet(sheet: &Sheet<'_>, codec: ParquetCodec) -> Vec<u8> {
    let compression = match codec {
        ParquetCodec::None => Compression::UNCOMPRESSED,
        ParquetCodec::Snappy => Compression::SNAPPY,
        ParquetCodec::Gzip => Compression::GZIP(GzipLevel::default()),
        ParquetCodec::Zstd => Compression::ZSTD(ZstdLevel::default()),
        ParquetCodec::Lz4Raw => Compression::LZ4_RAW,
    };
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(BATCH_ROWS))
        .build();
    let whole = batch(sheet, sheet.rows);
    let mut writer = ArrowWriter::try_new(Vec::new(), whole.schema(), Some(properties)).expect("a schema");
    writer.write(&whole).expect("rows");
    writer.into_inner().expect("a Parquet file in memory")
}

pub fn arrow_file(sheet: &Sheet<'_>, codec: ArrowCodec) -> Vec<u8> {
    // The file format wants the same dictionary in all batches.
    let whole = batch(sheet, sheet.rows);
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &whole.schema(), options(codec)).expect("a schema");
    for from in (0..whole.num_rows()).step_by(BATCH_ROWS) {
        let rows = BATCH_ROWS.min(whole.num_rows() - from);
        writer.write(&whole.slice(from, rows)).expect("rows");
    }
    writer.into_inner().expect("an Arrow file in memory")
}

pub fn arrow_stream(sheet: &Sheet<'_>, codec: ArrowCodec) -> Vec<u8> {
    let mut writer =
        StreamWriter::try_new_with_options(Vec::new(), &batch(sheet, &[]).schema(), options(codec))
            .expect("a schema");
    for rows in sheet.rows.chunks(BATCH_ROWS) {
        writer.write(&batch(sheet, rows)).expect("rows");
    }
    writer.into_inner().expect("an Arrow stream in memory")
}

fn options(codec: ArrowCodec) -> IpcWriteOptions {
    let codec = match codec {
        ArrowCodec::None => None,
        ArrowCodec::Lz4 => Some(CompressionType::LZ4_FRAME),
        ArrowCodec::Zstd => Some(CompressionType::ZSTD),
    };
    IpcWriteOptions::default().try_with_compression(codec).expect("a codec that is built in")
}

/// What is empty is null in every other column.
fn batch(sheet: &Sheet<'_>, rows: &[Vec<String>]) -> RecordBatch {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (at, name) in sheet.header.iter().enumerate() {
        let cells =
            rows.iter().map(|row| Some(row[at].as_str()).filter(|cell| at % 2 == 0 || !cell.is_empty()));
        let column: ArrayRef = match at % 4 {
            0 => Arc::new(cells.collect::<StringArray>()),
            1 => Arc::new(cells.collect::<LargeStringArray>()),
            2 => Arc::new(cells.collect::<StringViewArray>()),
            _ => Arc::new(cells.collect::<DictionaryArray<Int32Type>>()),
        };
        fields.push(Field::new(*name, column.data_type().clone(), true));
        columns.push(column);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("columns of one length")
}
