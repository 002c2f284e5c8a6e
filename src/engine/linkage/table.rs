//! Tables as linking sees them: columns of optional text, each value kept once.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

/// The cell that holds nothing.
pub const NOTHING: u32 = u32::MAX;

/// Up to 15 bytes of text stand in the entry itself with their number in the last byte: most values then
/// cost one look into memory. Longer ones leave their place and length.
type Entry = [u8; 16];

/// Values taken in at once.
const BATCH: usize = 64;

const LONG: u8 = u8::MAX;

/// The part of a hash that a slot keeps.
const TAG: u64 = 0xffff_ffff_0000_0000;

/// Distinct values in order of first appearance; the numbers never show in a result.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    entries: Vec<Entry>,
    /// Texts that do not fit in an entry.
    long: String,
    hashes: Vec<u64>,
    /// Open addressing: the upper half of the hash, then one more than the value's number; 0 is free.
    slots: Vec<u64>,
}

impl Dictionary {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn get(&self, value: u32) -> &str {
        let entry = &self.entries[value as usize];
        match entry[15] {
            LONG => &self.long[self.place(entry)],
            length => std::str::from_utf8(&entry[..usize::from(length)]).unwrap_or_default(),
        }
    }

    /// As UTF-8 that is not looked at.
    fn bytes(&self, value: u32) -> &[u8] {
        let entry = &self.entries[value as usize];
        match entry[15] {
            LONG => &self.long.as_bytes()[self.place(entry)],
            length => &entry[..usize::from(length)],
        }
    }

    fn place(&self, entry: &Entry) -> Range<usize> {
        let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = *entry;
        let start = u64::from_le_bytes([a, b, c, d, e, f, g, h]) as usize;
        start..start + u32::from_le_bytes([i, j, k, l]) as usize
    }

    fn push(&mut self, value: &str) {
        let mut entry = [0u8; 16];
        if value.len() < 16 {
            entry[..value.len()].copy_from_slice(value.as_bytes());
            entry[15] = value.len() as u8;
        } else {
            entry[..8].copy_from_slice(&(self.long.len() as u64).to_le_bytes());
            entry[8..12].copy_from_slice(&(value.len() as u32).to_le_bytes());
            entry[15] = LONG;
            self.long.push_str(value);
        }
        self.entries.push(entry);
    }

    pub fn hash(&self, value: u32) -> u64 {
        self.hashes[value as usize]
    }

    pub fn values(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|value| self.get(value))
    }

    /// Takes in the values of another dictionary and tells their numbers here.
    pub fn absorb(&mut self, other: &Self) -> Vec<u32> {
        if self.slots.is_empty() {
            self.grow();
        }
        let mut out = Vec::with_capacity(other.len());
        for (batch, hashes) in other.hashes.chunks(BATCH).enumerate() {
            self.warm(hashes);
            let texts = (batch * BATCH) as u32..;
            out.extend(texts.zip(hashes).map(|(at, hash)| self.intern_hashed(other.get(at), *hash)));
        }
        out
    }

    /// Looks at all slots of a batch before any is needed: the looks overlap, one after the other would not.
    fn warm(&self, hashes: &[u64]) {
        let mask = self.slots.len().wrapping_sub(1);
        let known = |hash: &u64| {
            let slot = self.slots.get(*hash as usize & mask).copied().unwrap_or(0);
            let at = (slot & !TAG).wrapping_sub(1) as usize;
            (slot & TAG == hash & TAG).then(|| self.entries.get(at)).flatten().map_or(0, |entry| entry[15])
        };
        std::hint::black_box(hashes.iter().fold(0, |sum, hash| sum ^ known(hash)));
    }

    fn intern_hashed(&mut self, value: &str, hash: u64) -> u32 {
        if self.entries.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let tag = hash & TAG;
        let mut slot = hash as usize & mask;
        loop {
            let found = self.slots[slot];
            if found == 0 {
                break;
            }
            let known = (found & !TAG) as u32 - 1;
            if found & TAG == tag && self.bytes(known) == value.as_bytes() {
                return known;
            }
            slot = (slot + 1) & mask;
        }
        self.push(value);
        self.hashes.push(hash);
        self.slots[slot] = tag | self.entries.len() as u64;
        self.entries.len() as u32 - 1
    }

    /// Frees what only interning needs.
    pub fn close(&mut self) {
        self.slots = Vec::new();
        self.entries.shrink_to_fit();
        self.long.shrink_to_fit();
        self.hashes.shrink_to_fit();
    }

    fn grow(&mut self) {
        let size = (self.entries.len() * 4).next_power_of_two().max(64);
        let mut slots = vec![0u64; size];
        for (at, hash) in self.hashes.iter().enumerate() {
            let mut slot = *hash as usize & (size - 1);
            while slots[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot] = (hash & TAG) | (at as u64 + 1);
        }
        self.slots = slots;
    }
}

/// One column. Empty text is nothing.
#[derive(Debug, Clone, Default)]
pub struct Column {
    pub name: String,
    pub cells: Vec<u32>,
    pub values: Dictionary,
    pending: String,
    /// Where pending values end; `NOTHING` for none.
    ends: Vec<u32>,
}

impl Column {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// The column of these cells; quicker than one at a time.
    pub fn of<'t>(name: &str, cells: impl Iterator<Item = Option<&'t str>>) -> Self {
        let mut column = Self::new(name);
        let mut batch = Vec::with_capacity(BATCH);
        for cell in cells {
            batch.push(cell.filter(|text| !text.is_empty()));
            if batch.len() == BATCH {
                column.take_in(&batch);
                batch.clear();
            }
        }
        column.take_in(&batch);
        column.finished()
    }

    pub fn push(&mut self, value: Option<&str>) {
        match value {
            Some(value) if !value.is_empty() => {
                self.pending.push_str(value);
                self.ends.push(self.pending.len() as u32);
            }
            _ => self.ends.push(NOTHING),
        }
        if self.ends.len() == BATCH {
            self.flush();
        }
    }

    /// The column once all cells are in: what finds known values is let go until another column is absorbed.
    #[must_use]
    pub fn finished(mut self) -> Self {
        self.flush();
        self.values.slots = Vec::new();
        self
    }

    fn flush(&mut self) {
        let (pending, ends) = (std::mem::take(&mut self.pending), std::mem::take(&mut self.ends));
        let mut start = 0;
        let cells: Vec<Option<&str>> = ends
            .iter()
            .map(|end| {
                let text = (*end != NOTHING).then(|| &pending[start..*end as usize]);
                start = if *end == NOTHING { start } else { *end as usize };
                text
            })
            .collect();
        self.take_in(&cells);
        (self.pending, self.ends) = (pending, ends);
        self.pending.clear();
        self.ends.clear();
    }

    /// At most a batch of cells.
    fn take_in(&mut self, cells: &[Option<&str>]) {
        if self.values.slots.is_empty() && !cells.is_empty() {
            self.values.grow();
        }
        let mut hashes = [0; BATCH];
        for (hash, cell) in hashes.iter_mut().zip(cells) {
            *hash = cell.map_or(0, |text| xxh3_64(text.as_bytes()));
        }
        self.values.warm(&hashes[..cells.len()]);
        self.cells.extend(
            cells
                .iter()
                .zip(hashes)
                .map(|(cell, hash)| cell.map_or(NOTHING, |text| self.values.intern_hashed(text, hash))),
        );
    }
}

/// Columns of equal length. `keys` orders rows that agree in every column, so that a result does not
/// follow the order of the input; a hash of the record's own id serves.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub columns: Vec<Column>,
    pub keys: Vec<u64>,
}

impl Table {
    pub fn new(columns: Vec<Column>, keys: Vec<u64>) -> Self {
        let columns = columns.into_iter().map(Column::finished).collect();
        Self { columns, keys }
    }

    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }
}
