//! How Parquet packs whole numbers: runs beside bit-packed groups, and differences.
//!
//! After the format's Encodings.md, "Run Length Encoding / Bit-Packing Hybrid" and "Delta Encoding".

/// Values that are bit-packed together.
const GROUP: usize = 8;
/// Differences that share their least one, and those of them that share a width.
const BLOCK: usize = 128;
const MINIBLOCK: usize = 32;

/// The bits that hold every number up to `most`; at least one, since not every reader takes none.
pub fn width_of(most: u32) -> u8 {
    (u32::BITS - most.leading_zeros()).max(1) as u8
}

/// Numbers of so many bits as runs of equal ones and bit-packed groups of eight.
pub fn hybrid(values: &[u32], width: u8, out: &mut Vec<u8>) {
    // Values from `packed` to `at` wait to be packed.
    let (mut packed, mut at) = (0, 0);
    while at < values.len() {
        let run = values[at..].iter().take_while(|value| **value == values[at]).count();
        let fills = (at - packed).next_multiple_of(GROUP) - (at - packed);
        if run >= fills + GROUP {
            groups(&values[packed..at + fills], width, out);
            run_of(values[at], run - fills, width, out);
            packed = at + run;
        }
        at += run;
    }
    groups(&values[packed..], width, out);
}

/// One number, so many times.
pub fn run_of(value: u32, times: usize, width: u8, out: &mut Vec<u8>) {
    variable((times as u64) << 1, out);
    out.extend_from_slice(&value.to_le_bytes()[..usize::from(width).div_ceil(8)]);
}

/// The header of bit-packed groups that hold so many values.
pub fn groups_of(values: usize, out: &mut Vec<u8>) {
    variable((values.div_ceil(GROUP) as u64) << 1 | 1, out);
}

fn groups(values: &[u32], width: u8, out: &mut Vec<u8>) {
    if !values.is_empty() {
        groups_of(values.len(), out);
        bits(values.iter().map(|value| u64::from(*value)), values.len().next_multiple_of(GROUP), width, out);
    }
}

/// 64-bit numbers as differences.
pub fn deltas(values: &[i64], out: &mut Vec<u8>) {
    blocks(values, |a, b| a.wrapping_sub(b), out);
}

/// 32-bit numbers as differences, which wrap at 32 bits.
pub fn narrow_deltas(values: &[i64], out: &mut Vec<u8>) {
    blocks(values, |a, b| i64::from((a as i32).wrapping_sub(b as i32)), out);
}

fn blocks(values: &[i64], minus: impl Fn(i64, i64) -> i64, out: &mut Vec<u8>) {
    variable(BLOCK as u64, out);
    variable((BLOCK / MINIBLOCK) as u64, out);
    variable(values.len() as u64, out);
    zigzag(values.first().copied().unwrap_or(0), out);
    let mut differences = [0; BLOCK];
    for block in 0..values.len().saturating_sub(1).div_ceil(BLOCK) {
        let ends = &values[block * BLOCK..values.len().min((block + 1) * BLOCK + 1)];
        let held = &mut differences[..ends.len() - 1];
        for (difference, pair) in held.iter_mut().zip(ends.windows(2)) {
            *difference = minus(pair[1], pair[0]);
        }
        let least = held.iter().copied().min().unwrap_or(0);
        let above = |difference: &i64| difference.wrapping_sub(least) as u64;
        zigzag(least, out);
        let widths = out.len();
        out.extend_from_slice(&[0; BLOCK / MINIBLOCK]);
        for (at, miniblock) in held.chunks(MINIBLOCK).enumerate() {
            let all = miniblock.iter().map(above).fold(0, |all, value| all | value);
            let width = (u64::BITS - all.leading_zeros()) as u8;
            out[widths + at] = width;
            bits(miniblock.iter().map(above), MINIBLOCK, width, out);
        }
    }
}

/// So many numbers of `width` bits one behind the other, from the lowest bit up; 0 where there are fewer.
pub fn bits(values: impl Iterator<Item = u64>, count: usize, width: u8, out: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    let end = out.len() + (count * usize::from(width)).div_ceil(8);
    let (mut held, mut filled) = (0u64, 0u32);
    for value in values {
        held |= value << filled;
        filled += u32::from(width);
        if filled >= u64::BITS {
            out.extend_from_slice(&held.to_le_bytes());
            filled -= u64::BITS;
            // What did not fit any more; nothing where the value ended with the word.
            held = value.checked_shr(u32::from(width) - filled).unwrap_or(0);
        }
    }
    out.extend_from_slice(&held.to_le_bytes());
    out.resize(end, 0);
}

/// Seven bits a byte, the lowest first.
fn variable(mut value: u64, out: &mut Vec<u8>) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn zigzag(value: i64, out: &mut Vec<u8>) {
    variable((value << 1 ^ value >> 63) as u64, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(pack: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        pack(&mut out);
        out
    }

    #[test]
    fn the_examples_of_the_format() {
        // The numbers 0 to 7 in three bits each, and a run of a hundred.
        let numbers = packed(|out| hybrid(&[0, 1, 2, 3, 4, 5, 6, 7], 3, out));
        assert_eq!(numbers, [0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010]);
        assert_eq!(packed(|out| hybrid(&[4; 100], 3, out)), [200, 1, 4]);
        // 1 to 5: differences of 1 take no bits.
        assert_eq!(packed(|out| deltas(&[1, 2, 3, 4, 5], out)), [128, 1, 4, 5, 2, 2, 0, 0, 0, 0]);
        // 7, 5, 3, 1, 2, 3, 4, 5: the least is -2, and 0 or 3 above it.
        let down = packed(|out| deltas(&[7, 5, 3, 1, 2, 3, 4, 5], out));
        assert_eq!(down, [128, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0b1100_0000, 0b11_1111, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_run_begins_where_a_group_is_full() {
        let values = [vec![1, 2, 3], vec![9; 20], vec![1]].concat();
        // 1, 2, 3 and five of the 9 in a group, the other fifteen a run, the last alone in a group.
        let expected = [3, 0x21, 0x93, 0x99, 0x99, 30, 9, 3, 1, 0, 0, 0];
        assert_eq!(packed(|out| hybrid(&values, 4, out)), expected);
        assert!(packed(|out| hybrid(&[], 4, out)).is_empty());
    }

    #[test]
    fn widths() {
        assert_eq!((width_of(0), width_of(1), width_of(255), width_of(256)), (1, 1, 8, 9));
        // The widest differences: what is read back is held in the tests of whole files.
        let extremes = packed(|out| deltas(&[i64::MIN, i64::MAX, 0, i64::MIN], out));
        assert!(extremes.len() < 300);
    }
}
