//! A frame as it was read, piece by piece, and its rows put in order.
//!
//! Pieces are not laid end to end first, and no row is fetched from far away: where millions of rows lie in another order
//! than they are wanted, every look at one waits for memory. They are dealt into buckets first, reading on where
//! they lie, and taken from a bucket, which fits a cache, as they are wanted.

use std::cmp::Ordering;

use polars::prelude::{Column, DataFrame, PolarsResult};
use rayon::prelude::*;

use super::frame::{self, IntBuilder, Ints, ShortTextBuilder, TextBuilder, Texts, WholeRows};
use super::starts::Starts;

/// A row of a frame in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    piece: u32,
    row: u32,
}

/// Frames with the same columns, each of one chunk.
pub struct Pieces(Vec<DataFrame>);

impl Pieces {
    pub fn of(mut frame: DataFrame) -> Self {
        let mut pieces: Vec<DataFrame> = frame.split_chunks().map(frame::whole).collect();
        if pieces.is_empty() {
            pieces.push(frame);
        }
        Self(pieces)
    }

    /// # Errors
    /// When there is no such text column.
    pub fn texts(&self, name: &str) -> PolarsResult<InPieces<Texts<'_>>> {
        self.0.iter().map(|piece| Texts::of(piece, name)).collect::<PolarsResult<_>>().map(InPieces)
    }

    /// # Errors
    /// When there is no such integer column.
    pub fn ints(&self, name: &str) -> PolarsResult<InPieces<Ints<'_>>> {
        self.0.iter().map(|piece| Ints::of(piece, name)).collect::<PolarsResult<_>>().map(InPieces)
    }

    /// Whole rows, by all columns but the named ones.
    pub fn rows_without(&self, left_out: &[&str]) -> InPieces<WholeRows<'_>> {
        InPieces(self.0.iter().map(|piece| WholeRows::without(piece, left_out)).collect())
    }

    /// All rows, as they stand.
    pub fn spots(&self) -> Vec<Spot> {
        spots(self.0.iter().map(DataFrame::height)).collect()
    }

    /// One frame of the rows in this order. Each column is let go once it is copied, so that two frames are never held.
    ///
    /// The letters of a text are laid down in order too: whoever then reads row by row reads on in memory. `order`: every
    /// row, once.
    ///
    /// # Errors
    /// When the pieces differ in their columns.
    pub fn in_order(self, order: &[Spot]) -> PolarsResult<DataFrame> {
        let heights = || self.0.iter().map(DataFrame::height);
        // Many an export is in order already.
        if order.len() == heights().sum::<usize>() && spots(heights()).eq(order.iter().copied()) {
            return frame::stack(self.0).map(frame::whole);
        }
        let moves = Moves::new(&Starts::of(heights()), order);
        let mut columns: Vec<Vec<Column>> = Vec::new();
        for piece in self.0 {
            columns.resize_with(columns.len().max(piece.width()), Vec::new);
            columns.iter_mut().zip(piece.into_columns()).for_each(|(all, column)| all.push(column));
        }
        let columns = columns.into_par_iter().map(|pieces| laid_down(&pieces, &moves));
        DataFrame::new(order.len(), columns.collect::<PolarsResult<_>>()?)
    }
}

fn spots(heights: impl Iterator<Item = usize>) -> impl Iterator<Item = Spot> {
    (0..).zip(heights).flat_map(|(piece, height)| (0..height as u32).map(move |row| Spot { piece, row }))
}

/// Where rows go, in two steps.
struct Moves {
    /// Per row as it stands: its place when the buckets lie end to end.
    to: Vec<u32>,
    /// Per row as it is wanted: that place, which is in the bucket of the row.
    from: Vec<u32>,
}

impl Moves {
    /// Rows that are neighbours when they are in order.
    const BUCKET: usize = 1 << 14;

    fn new(starts: &Starts, order: &[Spot]) -> Self {
        let mut wanted = vec![0u32; order.len()];
        for (at, spot) in (0..).zip(order) {
            wanted[starts.row(spot.piece as usize, spot.row as usize)] = at;
        }
        let mut next: Vec<u32> = (0..order.len() as u32).step_by(Self::BUCKET).collect();
        let (mut to, mut from) = (Vec::with_capacity(order.len()), vec![0; order.len()]);
        for at in wanted {
            let place = &mut next[at as usize / Self::BUCKET];
            to.push(*place);
            from[at as usize] = *place;
            *place += 1;
        }
        Self { to, from }
    }

    fn values<T: Copy + Default>(
        &self,
        values: impl Iterator<Item = Option<T>>,
        mut push: impl FnMut(Option<T>),
    ) {
        let mut dealt = vec![T::default(); self.to.len()];
        // Only where there are any.
        let mut empty: Vec<bool> = Vec::new();
        for (place, value) in self.to.iter().zip(values) {
            match value {
                Some(value) => dealt[*place as usize] = value,
                None => {
                    empty.resize(self.to.len(), false);
                    empty[*place as usize] = true;
                }
            }
        }
        for place in &self.from {
            let at = *place as usize;
            let is_empty = empty.get(at).is_some_and(|empty| *empty);
            push((!is_empty).then(|| dealt[at]));
        }
    }

    fn texts<'t, T: Iterator<Item = Option<&'t str>>>(
        &self,
        texts: impl Fn() -> T,
        builder: &mut TextBuilder,
    ) {
        const NONE: u32 = u32::MAX;
        let bucket = |place: u32| place as usize / Self::BUCKET;
        let mut letters = vec![0; self.to.len().div_ceil(Self::BUCKET)];
        for (place, text) in self.to.iter().zip(texts()) {
            letters[bucket(*place)] += text.map_or(0, str::len);
        }
        let mut letters: Vec<String> = letters.into_iter().map(String::with_capacity).collect();
        let mut lengths = vec![NONE; self.to.len()];
        for (place, text) in self.to.iter().zip(texts()) {
            if let Some(text) = text {
                letters[bucket(*place)].push_str(text);
                lengths[*place as usize] = text.len() as u32;
            }
        }
        // Within a bucket the letters stand in the order of the places.
        let mut starts = Vec::with_capacity(Self::BUCKET);
        let buckets = lengths.chunks(Self::BUCKET).zip(self.from.chunks(Self::BUCKET)).zip(letters);
        for (((lengths, wanted), letters), first) in buckets.zip((0..).step_by(Self::BUCKET)) {
            starts.clear();
            let mut end = 0;
            for length in lengths {
                starts.push(end);
                end += if *length == NONE { 0 } else { *length as usize };
            }
            for place in wanted {
                let at = *place as usize - first;
                let text = || &letters[starts[at]..][..lengths[at] as usize];
                builder.push((lengths[at] != NONE).then(text));
            }
        }
    }
}

fn laid_down(pieces: &[Column], moves: &Moves) -> PolarsResult<Column> {
    let name = pieces.first().map_or("", |column| column.name().as_str());
    if pieces.iter().all(|column| column.str().is_ok()) {
        if pieces.iter().all(|column| column.null_count() == column.len()) {
            return Ok(frame::null_texts(name, moves.to.len()));
        }
        let texts: Vec<Texts<'_>> = pieces.iter().map(Texts::of_column).collect::<PolarsResult<_>>()?;
        let short: Option<Vec<_>> = texts.iter().map(Texts::short).collect();
        if let Some(short) = short {
            let mut builder = ShortTextBuilder::with_capacity(moves.to.len());
            moves.values(short.into_iter().flatten(), |text| builder.push(text));
            return builder.finish(name);
        }
        let mut builder = TextBuilder::with_capacity(moves.to.len());
        moves.texts(|| texts.iter().flat_map(Texts::iter), &mut builder);
        return Ok(builder.finish(name));
    }
    let ints: Vec<Ints<'_>> = pieces.iter().map(Ints::of_column).collect::<PolarsResult<_>>()?;
    let mut builder = IntBuilder::with_capacity(moves.to.len());
    let values = ints.iter().flat_map(|ints| (0..ints.len()).map(|row| ints.get(row)));
    moves.values(values, |value| builder.push(value));
    Ok(builder.finish(name))
}

/// Rows of a piece that one thread looks at at a time.
const STRETCH: usize = 64 * 1024;

/// The same of every piece.
pub struct InPieces<T>(Vec<T>);

impl<'a> InPieces<Texts<'a>> {
    #[inline]
    pub fn get(&self, spot: Spot) -> Option<&'a str> {
        self.0[spot.piece as usize].get(spot.row as usize)
    }

    /// Every row with its text.
    pub fn iter(&self) -> impl Iterator<Item = (Spot, Option<&'a str>)> {
        let texts = self.0.iter().flat_map(Texts::iter);
        spots(self.0.iter().map(Texts::len)).zip(texts)
    }

    /// What each row gives, in parallel.
    pub fn map<R: Send>(&self, give: impl Fn(Spot, Option<&'a str>) -> R + Sync + Send) -> Vec<R> {
        let stretches = (0u32..).zip(&self.0).flat_map(|(piece, texts)| {
            (0..texts.len()).step_by(STRETCH).map(move |start| (piece, texts, start))
        });
        let of_stretch = |(piece, texts, start): (u32, &Texts<'a>, usize)| {
            let rows = start..texts.len().min(start + STRETCH);
            let rows = rows.map(|row| give(Spot { piece, row: row as u32 }, texts.get(row)));
            rows.collect::<Vec<R>>()
        };
        stretches.collect::<Vec<_>>().into_par_iter().flat_map_iter(of_stretch).collect()
    }
}

impl InPieces<Ints<'_>> {
    #[inline]
    pub fn get(&self, spot: Spot) -> Option<i64> {
        self.0[spot.piece as usize].get(spot.row as usize)
    }
}

impl InPieces<WholeRows<'_>> {
    pub fn compare(&self, a: Spot, b: Spot) -> Ordering {
        self.0[a.piece as usize].against(a.row as usize, &self.0[b.piece as usize], b.row as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of several buckets, in pieces of which some are empty; a third of the cells is.
    #[test]
    fn rows_of_many_buckets_come_where_they_are_wanted() {
        let rows = 3 * Moves::BUCKET + 5;
        let text = |row: usize| (!row.is_multiple_of(3)).then(|| format!("{row} {}", "ệ".repeat(row % 17)));
        let short = |row: usize| (!row.is_multiple_of(5)).then(|| format!("ệ{row}"));
        let int = |row: usize| (row % 3 > 1).then_some(row as i64);
        let frame = |rows: std::ops::Range<usize>| {
            let (mut texts, mut ints) =
                (TextBuilder::with_capacity(rows.len()), IntBuilder::with_capacity(rows.len()));
            let mut shorts = TextBuilder::with_capacity(rows.len());
            rows.clone().for_each(|row| texts.push(text(row).as_deref()));
            rows.clone().for_each(|row| shorts.push(short(row).as_deref()));
            rows.clone().for_each(|row| ints.push(int(row)));
            let none = frame::null_texts("none", rows.len());
            let columns = vec![texts.finish("text"), shorts.finish("short"), ints.finish("int"), none];
            DataFrame::new(rows.len(), columns).expect("a frame")
        };
        let ends = [0, 7, 7, 20_000, rows];
        let frames = ends.windows(2).map(|ends| frame(ends[0]..ends[1])).collect();
        let pieces = Pieces::of(frame::stack(frames).expect("one frame"));
        let spots = pieces.spots();
        let wanted = |at: usize| at * 7919 % rows;
        let order: Vec<Spot> = (0..rows).map(|at| spots[wanted(at)]).collect();
        let frame = pieces.in_order(&order).expect("a frame");
        let texts_of = |name| Texts::of(&frame, name).expect("texts");
        let (texts, shorts) = (texts_of("text"), texts_of("short"));
        let ints = Ints::of(&frame, "int").expect("ints");
        for at in 0..rows {
            assert_eq!(texts.get(at), text(wanted(at)).as_deref());
            assert_eq!(shorts.get(at), short(wanted(at)).as_deref());
            assert_eq!(ints.get(at), int(wanted(at)));
        }
        assert_eq!(frame.column("none").expect("a column").null_count(), rows);
    }
}
