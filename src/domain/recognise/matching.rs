//! The one-to-one pairs with the best total (the assignment problem, by shortest augmenting paths).
//!
//! It must not know what its rows and columns mean.

/// Scores are compared as whole numbers, so that the result does not hang on how a sum was rounded.
const SCALE: f64 = 1e6;
/// Room below one step of a score for what decides between equals, up to a thousand rows.
const TIES: i64 = 1 << 20;
const FAR: i64 = i64::MAX / 4;

/// The pairs (row, column) of the table with the greatest total score, each row and column at most
/// once, no pair below `least`. Among equals earlier rows win. The rows may differ in length.
pub(super) fn best_pairs(scores: &[Vec<f64>], least: f64) -> Vec<(usize, usize)> {
    let rows: Vec<usize> =
        (0..scores.len()).filter(|row| scores[*row].iter().any(|score| *score >= least)).collect();
    let width = scores.iter().map(Vec::len).max().unwrap_or(0);
    // Behind the true columns every row has an idle one of its own worth nothing.
    let total = width + rows.len();
    let row_bonus = |at: usize| i64::try_from(rows.len() - at).unwrap_or(0);
    let cost = |at: usize, column: usize| -> i64 {
        let score = rows.get(at).and_then(|row| scores[*row].get(column)).copied();
        match score.filter(|score| *score >= least) {
            #[expect(clippy::cast_possible_truncation, reason = "a score is at most 1")]
            Some(score) => -((score.min(1.0) * SCALE) as i64) * TIES - row_bonus(at),
            None if column == width + at => 0,
            None => FAR / 1_000,
        }
    };
    let owners = solve(rows.len(), total, cost);
    let mut pairs: Vec<(usize, usize)> = owners
        .into_iter()
        .take(width)
        .enumerate()
        .filter_map(|(column, owner)| Some((*rows.get(owner?)?, column)))
        .collect();
    pairs.sort_unstable();
    pairs
}

/// The row that owns each column, at the least total cost; rows are no more than columns.
fn solve(rows: usize, columns: usize, cost: impl Fn(usize, usize) -> i64) -> Vec<Option<usize>> {
    let mut owner: Vec<Option<usize>> = vec![None; columns];
    let mut row_price = vec![0_i64; rows];
    let mut column_price = vec![0_i64; columns];
    for start in 0..rows {
        // The shortest path from the new row to a free column, through rows that could move on.
        let mut reach = vec![FAR; columns];
        let mut from: Vec<Option<usize>> = vec![None; columns];
        let mut done = vec![false; columns];
        let mut row = start;
        let mut via: Option<usize> = None;
        let end = loop {
            let mut best: Option<usize> = None;
            for column in (0..columns).filter(|column| !done[*column]) {
                let step = cost(row, column) - row_price[row] - column_price[column];
                if step < reach[column] {
                    reach[column] = step;
                    from[column] = via;
                }
                if best.is_none_or(|best| reach[column] < reach[best]) {
                    best = Some(column);
                }
            }
            let Some(next) = best else { break None };
            let shift = reach[next];
            row_price[start] += shift;
            for column in 0..columns {
                if done[column] {
                    column_price[column] -= shift;
                    if let Some(owned) = owner[column] {
                        row_price[owned] += shift;
                    }
                } else {
                    reach[column] -= shift;
                }
            }
            done[next] = true;
            via = Some(next);
            match owner[next] {
                Some(owned) => row = owned,
                None => break Some(next),
            }
        };
        // Everyone on the path moves on by one.
        let mut at = end;
        while let Some(column) = at {
            owner[column] = match from[column] {
                Some(before) => owner[before],
                None => Some(start),
            };
            at = from[column];
        }
    }
    owner
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_total_counts_not_the_first_choice() {
        let scores = [vec![0.9, 0.8], vec![0.9, 0.1]];
        assert_eq!(best_pairs(&scores, 0.5), [(0, 1), (1, 0)]);
        assert_eq!(best_pairs(&[vec![0.9], vec![0.9]], 0.5), [(0, 0)]);
        assert_eq!(best_pairs(&[vec![0.4, 0.3]], 0.5), []);
        assert_eq!(best_pairs(&[], 0.5), []);
    }

    /// The best total by trying everything.
    fn exhaustive(scores: &[Vec<f64>], least: f64, used: u32) -> i64 {
        let Some((row, rest)) = scores.split_first() else { return 0 };
        let mut best = exhaustive(rest, least, used);
        for (column, score) in row.iter().enumerate() {
            if *score >= least && used >> column & 1 == 0 {
                let worth = (score * SCALE) as i64;
                best = best.max(worth + exhaustive(rest, least, used | 1 << column));
            }
        }
        best
    }

    proptest! {
        #[test]
        fn no_other_choice_is_better(
            scores in proptest::collection::vec(proptest::collection::vec(0.0..1.0_f64, 4), 0..6),
        ) {
            let pairs = best_pairs(&scores, 0.3);
            let total: i64 = pairs.iter().map(|(row, column)| (scores[*row][*column] * SCALE) as i64).sum();
            prop_assert_eq!(total, exhaustive(&scores, 0.3, 0));
            let mut columns: Vec<usize> = pairs.iter().map(|(_, column)| *column).collect();
            columns.sort_unstable();
            columns.dedup();
            prop_assert_eq!(columns.len(), pairs.len());
        }
    }
}
