//! Distinct texts, each kept once and known by a number.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

/// Up to 15 bytes of text stand in the entry itself with their number in the last byte: most values then
/// cost one look into memory. Longer ones leave their place and length.
type Entry = [u8; 16];

/// Values taken in at once.
pub(in crate::engine) const BATCH: usize = 64;

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

    /// Bytes of all values.
    pub fn size(&self) -> usize {
        let short = self.entries.iter().map(|entry| entry[15]).filter(|length| *length != LONG);
        short.map(usize::from).sum::<usize>() + self.long.len()
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

    /// The number of a value, which is taken in when it is new.
    pub fn intern(&mut self, value: &str) -> u32 {
        self.intern_hashed(value, hash_of(value))
    }

    /// Takes in the values of another dictionary and tells their numbers here.
    pub fn absorb(&mut self, other: &Self) -> Vec<u32> {
        self.recall_slots();
        let mut out = Vec::with_capacity(other.len());
        for (batch, hashes) in other.hashes.chunks(BATCH).enumerate() {
            self.warm(hashes);
            let texts = (batch * BATCH) as u32..;
            out.extend(texts.zip(hashes).map(|(at, hash)| self.intern_hashed(other.get(at), *hash)));
        }
        out
    }

    /// Looks at all slots of a batch before any is needed: the looks overlap, one after the other would not.
    pub(in crate::engine) fn warm(&self, hashes: &[u64]) {
        let mask = self.slots.len().wrapping_sub(1);
        let known = |hash: &u64| {
            let slot = self.slots.get(*hash as usize & mask).copied().unwrap_or(0);
            let at = (slot & !TAG).wrapping_sub(1) as usize;
            (slot & TAG == hash & TAG).then(|| self.entries.get(at)).flatten().map_or(0, |entry| entry[15])
        };
        std::hint::black_box(hashes.iter().fold(0, |sum, hash| sum ^ known(hash)));
    }

    pub(in crate::engine) fn intern_hashed(&mut self, value: &str, hash: u64) -> u32 {
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
        self.forget_slots();
        self.entries.shrink_to_fit();
        self.long.shrink_to_fit();
        self.hashes.shrink_to_fit();
    }

    /// Lets go of what finds known values until another is taken in.
    pub(in crate::engine) fn forget_slots(&mut self) {
        self.slots = Vec::new();
    }

    /// Makes ready to find known values.
    pub(in crate::engine) fn recall_slots(&mut self) {
        if self.slots.is_empty() {
            self.grow();
        }
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

/// The hash by which a value is found.
pub(in crate::engine) fn hash_of(value: &str) -> u64 {
    xxh3_64(value.as_bytes())
}
