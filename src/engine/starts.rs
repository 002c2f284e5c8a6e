//! Parts that stand one behind the other, and which of them holds a row.

/// Where each part begins, and the end of the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starts(Vec<usize>);

impl Starts {
    /// `lengths`: rows of the parts.
    pub fn of(lengths: impl IntoIterator<Item = usize>) -> Self {
        let mut starts = vec![0];
        let mut end = 0;
        for length in lengths {
            end += length;
            starts.push(end);
        }
        Self(starts)
    }

    /// How many parts there are.
    pub fn parts(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// Rows of all parts.
    pub fn total(&self) -> usize {
        self.0.last().copied().unwrap_or_default()
    }

    /// The part that holds a row, and the row within it.
    pub fn place(&self, at: usize) -> (usize, usize) {
        let part = self.0.partition_point(|start| *start <= at).saturating_sub(1);
        (part, at - self.0[part])
    }

    /// As [`Self::place`] of each: quick where rows stand one behind the other.
    pub fn places(&self, rows: &[usize]) -> Vec<(usize, usize)> {
        let mut part = 0;
        let place = |row: &usize| {
            let holds =
                |part: usize| self.0.get(part + 1).is_some_and(|end| self.0[part] <= *row && row < end);
            if !holds(part) {
                part = if holds(part + 1) { part + 1 } else { self.place(*row).0 };
            }
            (part, row - self.0[part])
        };
        rows.iter().map(place).collect()
    }

    /// Rows of a part.
    pub fn length(&self, part: usize) -> usize {
        self.0[part + 1] - self.0[part]
    }

    /// The row of a part among all.
    pub fn row(&self, part: usize, row: usize) -> usize {
        self.0[part] + row
    }
}

#[cfg(test)]
mod tests {
    use super::Starts;

    #[test]
    fn empty_parts_hold_no_row() {
        let starts = Starts::of([0, 2, 0, 0, 1, 0]);
        assert_eq!((starts.parts(), starts.total()), (6, 3));
        let places: Vec<(usize, usize)> = (0..3).map(|at| starts.place(at)).collect();
        assert_eq!(places, [(1, 0), (1, 1), (4, 0)]);
        assert!(places.iter().enumerate().all(|(at, (part, row))| starts.row(*part, *row) == at));
        assert_eq!(starts.places(&[0, 1, 2, 1, 0, 2, 2]), [0, 1, 2, 1, 0, 2, 2].map(|at| places[at]));
        assert_eq!(Starts::of([]).total(), 0);
    }
}
