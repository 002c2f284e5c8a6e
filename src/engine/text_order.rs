//! Puts the rows of a column of text in order.
//!
//! Texts are compared by the 16 bytes behind what all of them begin with, as numbers; only texts that are equal in
//! those are compared as text.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::bucket_sort;
use super::frame::Texts;
use super::pieces::{InPieces, Spot};

/// The rows in the order of their texts; rows of one text in the order that `tie` says.
pub fn sorted(texts: &InPieces<Texts<'_>>, tie: impl Fn(Spot, Spot) -> Ordering + Sync) -> Vec<Spot> {
    let common = common_start(texts);
    let order: Vec<([u64; 2], Spot)> =
        texts.map(|spot, text| (number(&text.unwrap_or_default().as_bytes()[common..]), spot));
    let first = |(number, _): &([u64; 2], Spot)| number[0];
    let least = order.par_iter().map(first).min().unwrap_or_default();
    let most = order.par_iter().map(first).max().unwrap_or_default();
    let spread = (most - least).leading_zeros().min(63);
    let order = bucket_sort::sorted(
        order,
        |row| (first(row) - least) << spread,
        |a, b| {
            let by_text = || texts.get(a.1).cmp(&texts.get(b.1));
            a.0[1].cmp(&b.0[1]).then_with(by_text).then_with(|| tie(a.1, b.1))
        },
    );
    order.into_iter().map(|(_, row)| row).collect()
}

/// How many bytes all texts begin with; none where a row has no text.
fn common_start(texts: &InPieces<Texts<'_>>) -> usize {
    let mut all = texts.iter().map(|(_, text)| text.unwrap_or_default().as_bytes());
    let Some(first) = all.next() else { return 0 };
    all.fold(first.len(), |common, text| {
        if text.len() >= common && text[..common] == first[..common] {
            return common;
        }
        first.iter().zip(text).take_while(|(a, b)| a == b).count()
    })
}

/// The first 16 bytes as numbers that sort as the text does.
fn number(text: &[u8]) -> [u64; 2] {
    let mut bytes = [0; 16];
    let length = text.len().min(16);
    bytes[..length].copy_from_slice(&text[..length]);
    let half = |half: &[u8]| half.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    [half(&bytes[..8]), half(&bytes[8..])]
}

#[cfg(test)]
mod tests {
    use polars::prelude::DataFrame;
    use proptest::prelude::*;

    use super::*;
    use crate::engine::frame::{self, Ints, TextBuilder};
    use crate::engine::pieces::Pieces;

    /// A frame of pieces of so many rows, each row with its number.
    fn in_pieces(words: &[Option<String>], rows: usize) -> Pieces {
        let piece = |(at, words): (usize, &[Option<String>])| {
            let mut builder = TextBuilder::with_capacity(words.len());
            words.iter().for_each(|word| builder.push(word.as_deref()));
            let numbers = (0..words.len()).map(|row| (at * rows + row) as i64).collect();
            DataFrame::new(words.len(), vec![builder.finish("text"), frame::ints("number", numbers)])
        };
        let frames = words.chunks(rows).enumerate().map(|piece_of| piece(piece_of).expect("a frame"));
        let none = piece((0, &[])).expect("a frame");
        Pieces::of(frame::stack([none].into_iter().chain(frames).collect()).expect("a frame"))
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_the_texts(
            words in proptest::collection::vec(proptest::option::of("([ab]{0,3}(common start )?[a-zệ\0]{0,20}|[a]{18}[a-c\0]{0,2})"), 0..40),
            rows in 1..20usize,
        ) {
            let pieces = in_pieces(&words, rows);
            let numbers = pieces.ints("number").expect("a column");
            let texts = pieces.texts("text").expect("a column");
            let order = sorted(&texts, |a, b| numbers.get(a).cmp(&numbers.get(b)));
            let mut expected: Vec<usize> = (0..words.len()).collect();
            expected.sort_by_key(|row| (words[*row].clone(), *row));
            let frame = pieces.in_order(&order).expect("a frame");
            let (texts, numbers) = (Texts::of(&frame, "text").expect("texts"), Ints::of(&frame, "number").expect("ints"));
            prop_assert_eq!(frame.height(), words.len());
            for (at, row) in expected.into_iter().enumerate() {
                prop_assert_eq!(numbers.get(at), Some(row as i64));
                prop_assert_eq!(texts.get(at), words[row].as_deref());
            }
        }
    }
}
