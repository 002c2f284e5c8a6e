//! Puts the rows of a column of text in order.
//!
//! Texts are compared by the 16 bytes behind what all of them begin with, as numbers; only texts that are equal in
//! those are compared as text.

use std::cmp::Ordering;

use polars::prelude::IdxSize;
use rayon::prelude::*;

use super::bucket_sort;
use super::frame::Texts;

/// The rows in the order of their texts; rows of one text in the order that `tie` says.
pub fn sorted(texts: &Texts<'_>, tie: impl Fn(usize, usize) -> Ordering + Sync) -> Vec<IdxSize> {
    let common = common_start(texts);
    let order: Vec<([u64; 2], IdxSize)> = (0..texts.len())
        .into_par_iter()
        .map(|row| (number(&texts.get(row).unwrap_or_default().as_bytes()[common..]), row as IdxSize))
        .collect();
    let text = |row: IdxSize| texts.get(row as usize);
    let first = |(number, _): &([u64; 2], IdxSize)| number[0];
    let least = order.par_iter().map(first).min().unwrap_or_default();
    let most = order.par_iter().map(first).max().unwrap_or_default();
    let spread = (most - least).leading_zeros().min(63);
    let order = bucket_sort::sorted(
        order,
        |row| (first(row) - least) << spread,
        |a, b| {
            let by_text = || text(a.1).cmp(&text(b.1));
            a.0[1].cmp(&b.0[1]).then_with(by_text).then_with(|| tie(a.1 as usize, b.1 as usize))
        },
    );
    order.into_iter().map(|(_, row)| row).collect()
}

/// How many bytes all texts begin with; none where a row has no text.
fn common_start(texts: &Texts<'_>) -> usize {
    let first = texts.iter().next().flatten().unwrap_or_default().as_bytes();
    texts.iter().fold(first.len(), |common, text| {
        let text = text.unwrap_or_default().as_bytes();
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
    use crate::engine::frame::TextBuilder;

    proptest! {
        #[test]
        fn the_order_is_that_of_the_texts(
            words in proptest::collection::vec(proptest::option::of("([ab]{0,3}(common start )?[a-zệ\0]{0,20}|[a]{18}[a-c\0]{0,2})"), 0..40),
        ) {
            let mut builder = TextBuilder::with_capacity(words.len());
            words.iter().for_each(|word| builder.push(word.as_deref()));
            let frame = DataFrame::new(words.len(), vec![builder.finish("text")]).expect("a frame");
            let texts = Texts::of(&frame, "text").expect("a column");
            let mut expected: Vec<IdxSize> = (0..words.len() as IdxSize).collect();
            expected.sort_by_key(|row| (words[*row as usize].clone(), *row));
            prop_assert_eq!(sorted(&texts, |a, b| a.cmp(&b)), expected);
        }
    }
}
