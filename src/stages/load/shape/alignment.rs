//! Whether the cells stand under their headers, and if not, under which they would.
//!
//! Some producers write a header of twelve columns over rows of nine cells. Names of columns cannot
//! show that, only what stands in them.

/// One mapped column while it is looked at.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Position of its header.
    pub header: usize,
    /// A row without it is no record.
    pub vital: bool,
    pub name: String,
}

/// A mapping that fits better than the header's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// One per mapped column: where its cells stand, if anywhere.
    pub positions: Vec<Option<usize>>,
    /// What is wrong, and what would fit.
    pub words: String,
}

/// Share of cells that must be what their column says.
pub const ENOUGH: f64 = 0.8;
/// Fewer cells than this judge nothing.
pub const FEWEST: usize = 3;
/// What a change of the shift from one column to the next costs, and a column without cells.
const TURN: f64 = 0.15;
const ABSENT: f64 = 0.1;

/// Share of the cells at a position that fit a column; `None` where too few can be judged.
type Share<'s> = dyn Fn(usize, usize) -> Option<f64> + 's;

/// Looks for a better mapping where the header's does not hold: one column without which there are no
/// records, or two others, whose cells are not what they should be.
///
/// `share(column, position)`: how many of the cells at a position are what the column should hold.
pub fn find(columns: &[Judged], width: usize, share: &Share<'_>) -> Option<Shift> {
    let fits = |column: usize, at: usize| share(column, at).is_none_or(|share| share >= ENOUGH);
    let wrong: Vec<usize> = (0..columns.len()).filter(|at| !fits(*at, columns[*at].header)).collect();
    let is_suspect = wrong.len() > 1 || wrong.iter().any(|at| columns[*at].vital);
    if !is_suspect {
        return None;
    }
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|at| columns[*at].header);
    let positions = best(columns, &order, width, share);
    let still_wrong =
        (0..columns.len()).filter(|at| positions[*at].is_some_and(|position| !fits(*at, position))).count();
    let vital_found = (0..columns.len()).filter(|at| columns[*at].vital).all(|at| positions[at].is_some());
    let moved = (0..columns.len()).any(|at| positions[at] != Some(columns[at].header));
    // One column that fits elsewhere may be a date in another form beside a date that can be read.
    let judged = (0..columns.len()).filter(|at| share(*at, columns[*at].header).is_some()).count();
    let proven = (0..columns.len())
        .filter(|at| positions[*at] != Some(columns[*at].header))
        .filter(|at| positions[*at].is_some_and(|place| share(*at, place).is_some_and(|s| s >= ENOUGH)))
        .count();
    (moved
        && vital_found
        && proven >= judged.clamp(1, 2)
        && still_wrong < wrong.len()
        && still_wrong <= wrong.len() / 4)
        .then(|| Shift { words: words(columns, &order, &positions, &wrong), positions })
}

/// The best mapping that keeps the order of the columns, by dynamic programming over
/// (column, position of its cells).
fn best(columns: &[Judged], order: &[usize], width: usize, share: &Share<'_>) -> Vec<Option<usize>> {
    // State: the last position taken + 1 (0: none), and the last shift by which it was told apart.
    #[derive(Clone)]
    struct State {
        score: f64,
        shift: i64,
        chosen: Vec<Option<usize>>,
    }
    let mut states: Vec<Option<State>> = vec![None; width + 1];
    states[0] = Some(State { score: 0.0, shift: 0, chosen: Vec::new() });
    for column in order {
        let header = columns[*column].header as i64;
        let worth: Vec<f64> = (0..width)
            .map(|at| match share(*column, at) {
                Some(share) if share >= ENOUGH => share,
                Some(share) => share - 1.0,
                None => 0.0,
            })
            .collect();
        let mut next: Vec<Option<State>> = vec![None; width + 1];
        for (taken, state) in states.iter().enumerate() {
            let Some(state) = state else { continue };
            let mut offer = |place: usize, score: f64, shift: i64, chosen: Option<usize>| {
                if next[place].as_ref().is_none_or(|known| score > known.score + 1e-9) {
                    let mut all = state.chosen.clone();
                    all.push(chosen);
                    next[place] = Some(State { score, shift, chosen: all });
                }
            };
            for (at, worth) in worth.iter().enumerate().skip(taken) {
                let shift = at as i64 - header;
                let turn = if shift == state.shift { 0.0 } else { TURN };
                offer(at + 1, state.score + worth - turn, shift, Some(at));
            }
            offer(taken, state.score - ABSENT, state.shift, None);
        }
        states = next;
    }
    let mut winner: Option<State> = None;
    for state in states.into_iter().flatten() {
        if winner.as_ref().is_none_or(|known| state.score > known.score + 1e-9) {
            winner = Some(state);
        }
    }
    let mut positions = vec![None; columns.len()];
    for (column, chosen) in order.iter().zip(winner.map(|state| state.chosen).unwrap_or_default()) {
        positions[*column] = chosen;
    }
    positions
}

fn words(columns: &[Judged], order: &[usize], positions: &[Option<usize>], wrong: &[usize]) -> String {
    let wrong: Vec<String> =
        order.iter().filter(|at| wrong.contains(at)).map(|at| format!("`{}`", columns[*at].name)).collect();
    let moves: Vec<String> = order
        .iter()
        .filter_map(|at| {
            let (header, name) = (columns[*at].header, &columns[*at].name);
            match positions[*at] {
                Some(position) if position == header => None,
                Some(position) => {
                    let by = position as i64 - header as i64;
                    Some(format!("`{name}` from column {} ({by:+})", position + 1))
                }
                None => Some(format!("`{name}` from none")),
            }
        })
        .collect();
    format!(
        "the cells do not stand under their headers ({} hold something else); they would fit with {}",
        wrong.join(", "),
        moves.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<Judged> {
        let column = |(header, name): (usize, &&str)| Judged {
            header,
            vital: matches!(*name, "code" | "received"),
            name: (*name).to_owned(),
        };
        names.iter().enumerate().map(column).collect()
    }

    /// `body`: what stands in each column; `?` can be judged by nobody.
    fn shift(names: &[&str], body: &[&str]) -> Option<Shift> {
        let columns = columns(names);
        let share = |column: usize, at: usize| {
            let (wanted, found) = (names[column], *body.get(at)?);
            (wanted != "?").then_some(if wanted == found { 1.0 } else { 0.0 })
        };
        find(&columns, body.len(), &share)
    }

    #[test]
    fn twelve_headers_over_nine_cells_are_seen_through() {
        let names = ["?", "?", "?", "procedure", "code", "status", "?", "owner", "received", "due"];
        let body = ["?", "?", "procedure", "code", "?", "owner", "received", "due"];
        let found = shift(&names, &body).expect("a shift");
        assert_eq!(found.positions[3..6], [Some(2), Some(3), None]);
        assert_eq!(found.positions[7..], [Some(5), Some(6), Some(7)]);
        assert!(found.words.contains("`code` from column 4 (-1)"), "{}", found.words);
    }

    #[test]
    fn a_column_too_many_in_the_rows_is_seen_through() {
        let found = shift(&["code", "owner", "received"], &["?", "code", "owner", "received"]);
        assert_eq!(found.expect("a shift").positions, [Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn what_fits_is_left_alone_and_so_is_what_fits_nowhere() {
        assert_eq!(shift(&["code", "owner", "received"], &["code", "owner", "received"]), None);
        // One column that is not what it says is no shift.
        assert_eq!(shift(&["code", "owner", "received"], &["code", "x", "received"]), None);
        // A date that cannot be read beside one that can is no shift either.
        assert_eq!(shift(&["code", "received", "due"], &["code", "x", "received"]), None);
        // Nothing to shift to.
        assert_eq!(shift(&["code", "owner", "received"], &["x", "y", "z"]), None);
    }
}
