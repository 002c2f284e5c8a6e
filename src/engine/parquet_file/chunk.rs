//! One column of one row group: pages are encoded and compressed as their rows come.
//!
//! Bodies of pages are laid down here, a column at a time from Arrow's own buffers; headers, footers and indexes are the
//! `parquet` crate's. Why: docs/decisions/015-page-bodies.md. A page is a batch of rows, so that the bytes depend on the
//! rows alone.

use std::cell::RefCell;
use std::io;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray};
use arrow::buffer::NullBuffer;
use bytes::Bytes;
use parquet::basic::{Compression, Encoding, PageType, ZstdLevel};
use parquet::bloom_filter::Sbbf;
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder, PageEncodingStats,
};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use zstd::bulk::Compressor;

use super::bounds::{self, Bound, Bounds};
use super::layout::{Layout, Width};
use super::numbers::Numbers;
use super::packing;
use crate::engine::dictionary::Dictionary;
use crate::engine::table::MADE_ROWS;

const LEVEL: i32 = 1;
/// A dictionary that outgrows this is in vain: what follows is laid down as it is.
const MOST_OF_DICTIONARY: usize = 1 << 20;
/// Of values that a bloom filter takes for held and that are not.
const FALSE_SHARE: f64 = 0.05;

/// A finished column chunk: its bytes, and what the footer says of them.
pub struct Finished {
    pub bytes: Bytes,
    pub close: ColumnCloseResult,
}

/// A page, its body compressed.
struct Body {
    end: usize,
    raw: usize,
    rows: usize,
    nulls: usize,
    encoding: Encoding,
    bounds: Option<Bounds>,
}

/// One column chunk under construction.
pub struct Chunk {
    descr: ColumnDescPtr,
    layout: Layout,
    /// Values that stand in the dictionary page.
    words: Dictionary,
    numbers: Numbers,
    /// Bytes of the dictionary page.
    known: usize,
    bodies: Vec<u8>,
    pages: Vec<Body>,
    bloom: Option<Sbbf>,
    raw: Vec<u8>,
    places: Vec<u32>,
}

thread_local! {
    /// A compressor takes more to set up than a page to compress; nothing of one page shows in the next.
    static PRESS: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

impl Chunk {
    /// `rows`: of a whole row group, after which the bloom filter is sized.
    ///
    /// # Errors
    /// When the bloom filter cannot be made.
    pub fn new(descr: ColumnDescPtr, layout: Layout, rows: usize) -> Result<Self, ParquetError> {
        let bloom = layout.bloom.then(|| Sbbf::new_with_ndv_fpp(rows as u64, FALSE_SHARE)).transpose()?;
        Ok(Self {
            descr,
            layout,
            words: Dictionary::default(),
            numbers: Numbers::default(),
            known: 0,
            bodies: Vec::new(),
            pages: Vec::new(),
            bloom,
            raw: Vec::new(),
            places: Vec::new(),
        })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When they cannot be compressed.
    pub fn write(&mut self, column: &ArrayRef) -> Result<(), ParquetError> {
        for start in (0..column.len()).step_by(MADE_ROWS) {
            self.page(&column.slice(start, MADE_ROWS.min(column.len() - start)))?;
        }
        Ok(())
    }

    fn page(&mut self, column: &ArrayRef) -> Result<(), ParquetError> {
        let mut raw = std::mem::take(&mut self.raw);
        raw.clear();
        levels(column.nulls(), column.len(), &mut raw);
        // Empty cells have no values to be looked at.
        let held = if column.null_count() < column.len() { column } else { &column.slice(0, 0) };
        let (encoding, bounds) = match self.layout.width {
            Width::Text => self.texts(held.as_string(), &mut raw),
            Width::Label => self.labels(held.as_primitive(), &mut raw),
            Width::Float => self.floats(held.as_primitive(), &mut raw),
            Width::Wide { .. } | Width::Narrow => self.ints(held.as_primitive(), &mut raw),
            Width::Flag => self.flags(held.as_primitive(), &mut raw),
        };
        let room = zstd::zstd_safe::compress_bound(raw.len());
        let start = self.bodies.len();
        self.bodies.resize(start + room, 0);
        let taken = press(&raw, &mut self.bodies[start..])?;
        self.bodies.truncate(start + taken);
        self.pages.push(Body {
            end: self.bodies.len(),
            raw: raw.len(),
            rows: column.len(),
            nulls: column.null_count(),
            encoding,
            bounds: bounds.filter(|_| self.layout.bounds),
        });
        self.raw = raw;
        Ok(())
    }

    fn texts(&mut self, column: &StringArray, raw: &mut Vec<u8>) -> (Encoding, Option<Bounds>) {
        if let Some(bloom) = &mut self.bloom {
            column.iter().flatten().for_each(|text| bloom.insert(text.as_bytes()));
        }
        let bounds = self.layout.bounds.then(|| Bounds::of_texts(column.iter().flatten().map(str::as_bytes)));
        let encoding = if self.layout.dictionary && self.known <= MOST_OF_DICTIONARY {
            self.places.clear();
            let mut last: Option<(&str, u32)> = None;
            for text in column.iter().flatten() {
                let place = match last {
                    Some((same, place)) if same == text => place,
                    _ => self.words.intern(text),
                };
                last = Some((text, place));
                self.places.push(place);
            }
            self.known = self.words.size() + self.words.len() * size_of::<u32>();
            self.in_dictionary(self.words.len(), raw)
        } else {
            let offsets = column.value_offsets();
            let all = offsets.windows(2).map(|ends| i64::from(ends[1] - ends[0]));
            let lengths: Vec<i64> = match column.nulls().filter(|nulls| nulls.null_count() > 0) {
                None => all.collect(),
                Some(nulls) => all.zip(nulls).filter(|(_, held)| *held).map(|(length, _)| length).collect(),
            };
            packing::narrow_deltas(&lengths, raw);
            let (first, last) = (offsets[0] as usize, offsets[column.len()] as usize);
            if lengths.iter().sum::<i64>() == (last - first) as i64 {
                raw.extend_from_slice(&column.value_data()[first..last]);
            } else {
                // Letters under an empty cell.
                column.iter().flatten().for_each(|text| raw.extend_from_slice(text.as_bytes()));
            }
            Encoding::DELTA_LENGTH_BYTE_ARRAY
        };
        (encoding, bounds.flatten())
    }

    /// Positions in the list of labels. The dictionary holds those that occur, in order of appearance.
    fn labels(&mut self, column: &Int64Array, raw: &mut Vec<u8>) -> (Encoding, Option<Bounds>) {
        self.intern(column.iter().flatten());
        let label = |place: &u32| self.layout.label(self.numbers.value(*place)).as_bytes();
        let bounds = self.layout.bounds.then(|| {
            let mut occurring = self.places.clone();
            occurring.sort_unstable();
            occurring.dedup();
            Bounds::of_texts(occurring.iter().map(label))
        });
        (self.in_dictionary(self.numbers.len(), raw), bounds.flatten())
    }

    fn ints(&mut self, column: &Int64Array, raw: &mut Vec<u8>) -> (Encoding, Option<Bounds>) {
        let (shift, narrow) = match self.layout.width {
            Width::Wide { shift } => (shift, false),
            _ => (0, true),
        };
        let values: Vec<i64> = match column.null_count() {
            0 => column.values().iter().map(|value| value - shift).collect(),
            _ => column.iter().flatten().map(|value| value - shift).collect(),
        };
        let bounds = if narrow {
            Bounds::of_numbers(&values, |value| Bound::Narrow(value as i32))
        } else {
            Bounds::of_numbers(&values, Bound::Wide)
        };
        let encoding = if self.layout.dictionary && self.known <= MOST_OF_DICTIONARY {
            self.intern(values.into_iter());
            self.in_dictionary(self.numbers.len(), raw)
        } else {
            if narrow {
                packing::narrow_deltas(&values, raw)
            } else {
                packing::deltas(&values, raw)
            }
            Encoding::DELTA_BINARY_PACKED
        };
        (encoding, bounds)
    }

    fn floats(&mut self, column: &Float64Array, raw: &mut Vec<u8>) -> (Encoding, Option<Bounds>) {
        let values: Vec<f64> = column.iter().flatten().collect();
        let encoding = if self.layout.dictionary && self.known <= MOST_OF_DICTIONARY {
            self.intern(values.iter().map(|value| value.to_bits() as i64));
            self.in_dictionary(self.numbers.len(), raw)
        } else {
            values.iter().for_each(|value| raw.extend_from_slice(&value.to_le_bytes()));
            Encoding::PLAIN
        };
        (encoding, Bounds::of_floats(&values))
    }

    fn flags(&mut self, column: &Int64Array, raw: &mut Vec<u8>) -> (Encoding, Option<Bounds>) {
        let values: Vec<i64> = column.iter().flatten().map(|flag| i64::from(flag != 0)).collect();
        packing::bits(values.iter().map(|flag| *flag as u64), values.len(), 1, raw);
        (Encoding::PLAIN, Bounds::of_numbers(&values, |flag| Bound::Flag(flag != 0)))
    }

    fn intern(&mut self, values: impl Iterator<Item = i64>) {
        self.places.clear();
        self.places.extend(values.map(|value| self.numbers.intern(value)));
        self.known = self.numbers.len() * size_of::<i64>();
    }

    /// The places of values among so many in the dictionary.
    fn in_dictionary(&self, values: usize, raw: &mut Vec<u8>) -> Encoding {
        let width = packing::width_of(values.saturating_sub(1) as u32);
        raw.push(width);
        packing::hybrid(&self.places, width, raw);
        Encoding::RLE_DICTIONARY
    }

    /// The dictionary page, and how many values it holds.
    fn dictionary(&self) -> Option<(Vec<u8>, usize)> {
        let is_used = self.pages.iter().any(|page| page.encoding == Encoding::RLE_DICTIONARY);
        let mut page = Vec::with_capacity(self.known);
        let mut text = |text: &str| {
            page.extend_from_slice(&(text.len() as u32).to_le_bytes());
            page.extend_from_slice(text.as_bytes());
        };
        let count = match self.layout.width {
            Width::Text => {
                self.words.values().for_each(&mut text);
                self.words.len()
            }
            Width::Label => {
                self.numbers.values().for_each(|label| text(self.layout.label(label)));
                self.numbers.len()
            }
            Width::Narrow => {
                self.numbers.values().for_each(|day| page.extend_from_slice(&(day as i32).to_le_bytes()));
                self.numbers.len()
            }
            Width::Wide { .. } | Width::Float | Width::Flag => {
                self.numbers.values().for_each(|value| page.extend_from_slice(&value.to_le_bytes()));
                self.numbers.len()
            }
        };
        is_used.then_some((page, count))
    }

    /// # Errors
    /// When the dictionary cannot be compressed, or a page is longer than the format allows.
    pub fn close(self) -> Result<Finished, ParquetError> {
        let dictionary = self.dictionary();
        let bodies = Bytes::from(self.bodies);
        let mut sink = TrackedWrite::new(Vec::with_capacity(bodies.len() + 64 * (self.pages.len() + 1)));
        let mut offsets = OffsetIndexBuilder::new();
        let mut index = ColumnIndexBuilder::new(self.descr.physical_type());
        let (mut raw_size, mut size) = (0, 0);
        let (mut dictionary_at, mut data_at) = (None, None);
        let mut tally: Vec<PageEncodingStats> = Vec::new();
        let mut count = |page_type, encoding| match tally.last_mut() {
            Some(last) if (last.page_type, last.encoding) == (page_type, encoding) => last.count += 1,
            _ => tally.push(PageEncodingStats { page_type, encoding, count: 1 }),
        };
        let mut pages = SerializedPageWriter::new(&mut sink);
        if let Some((page, values)) = dictionary {
            let mut buf = vec![0; zstd::zstd_safe::compress_bound(page.len())];
            let taken = press(&page, &mut buf)?;
            buf.truncate(taken);
            let num_values = values as u32;
            let body = Page::DictionaryPage {
                buf: buf.into(),
                num_values,
                encoding: Encoding::PLAIN,
                is_sorted: false,
            };
            let spec = pages.write_page(CompressedPage::new(body, page.len()))?;
            dictionary_at = Some(spec.offset as i64);
            (raw_size, size) = (spec.uncompressed_size, spec.compressed_size);
            count(PageType::DICTIONARY_PAGE, Encoding::PLAIN);
        }
        let mut start = 0;
        for page in &self.pages {
            let body = Page::DataPage {
                buf: bodies.slice(start..page.end),
                num_values: page.rows as u32,
                encoding: page.encoding,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            };
            start = page.end;
            let spec = pages.write_page(CompressedPage::new(body, page.raw))?;
            data_at = data_at.or(Some(spec.offset as i64));
            raw_size += spec.uncompressed_size;
            size += spec.compressed_size;
            offsets.append_row_count(page.rows as i64);
            offsets.append_offset_and_size(spec.offset as i64, spec.compressed_size as i32);
            count(PageType::DATA_PAGE, page.encoding);
            let nulls = page.nulls as i64;
            match &page.bounds {
                Some(bounds) => index.append(false, bounds.least.bytes(), bounds.greatest.bytes(), nulls),
                None if page.nulls == page.rows => index.append(true, Vec::new(), Vec::new(), nulls),
                None => index.to_invalid(),
            }
        }
        pages.close()?;
        let rows: usize = self.pages.iter().map(|page| page.rows).sum();
        let nulls: usize = self.pages.iter().map(|page| page.nulls).sum();
        let mut metadata = ColumnChunkMetaData::builder(self.descr)
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
            .set_encodings(encodings(&tally))
            .set_page_encoding_stats(tally)
            .set_total_uncompressed_size(raw_size as i64)
            .set_total_compressed_size(size as i64)
            .set_num_values(rows as i64)
            .set_data_page_offset(data_at.unwrap_or(0))
            .set_dictionary_page_offset(dictionary_at);
        let bounds: Vec<Option<Bounds>> = self.pages.into_iter().map(|page| page.bounds).collect();
        let column_index = if self.layout.bounds && index.valid() {
            index.set_boundary_order(bounds::order(&bounds));
            let all = bounds.into_iter().flatten().reduce(|all, page| all.with(&page));
            metadata = all
                .iter()
                .fold(metadata, |metadata, all| metadata.set_statistics(all.statistics(nulls as u64)));
            Some(index.build()?)
        } else {
            None
        };
        let mut bloom_filter = self.bloom;
        if let Some(bloom) = &mut bloom_filter {
            bloom.fold_to_target_fpp(FALSE_SHARE);
        }
        let close = ColumnCloseResult {
            bytes_written: size as u64,
            rows_written: rows as u64,
            metadata: metadata.build()?,
            bloom_filter,
            column_index,
            offset_index: Some(offsets.build()),
        };
        Ok(Finished { bytes: sink.into_inner()?.into(), close })
    }
}

fn encodings(pages: &[PageEncodingStats]) -> Vec<Encoding> {
    let mut encodings: Vec<Encoding> = pages.iter().map(|page| page.encoding).collect();
    // Of the definition levels.
    encodings.push(Encoding::RLE);
    encodings.sort_unstable();
    encodings.dedup();
    encodings
}

/// Which cells hold something, one bit each, behind the length of these bits.
fn levels(nulls: Option<&NullBuffer>, rows: usize, raw: &mut Vec<u8>) {
    let start = raw.len();
    raw.extend_from_slice(&[0; 4]);
    match nulls {
        Some(nulls) if nulls.null_count() == rows => packing::run_of(0, rows, 1, raw),
        Some(nulls) if nulls.null_count() > 0 => {
            packing::groups_of(rows, raw);
            raw.extend_from_slice(&nulls.inner().sliced().as_slice()[..rows.div_ceil(8)]);
        }
        _ => packing::run_of(1, rows, 1, raw),
    }
    let length = (raw.len() - start - 4) as u32;
    raw[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

fn press(raw: &[u8], room: &mut [u8]) -> Result<usize, ParquetError> {
    let pressed = PRESS.with_borrow_mut(|press| -> io::Result<usize> {
        let press = match press {
            Some(press) => press,
            None => press.insert(Compressor::new(LEVEL)?),
        };
        press.compress_to_buffer(raw, room)
    });
    pressed.map_err(|error| ParquetError::External(Box::new(error)))
}
