//! A frame as it was read, piece by piece, and its rows put in order.
//!
//! Pieces are not laid end to end first: rows go from where they were read to where they belong, once.

use std::cmp::Ordering;

use polars::prelude::{Column, DataFrame, PolarsResult};
use rayon::prelude::*;

use super::frame::{self, IntBuilder, Ints, TextBuilder, Texts, WholeRows};

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
        Self(frame.split_chunks().map(frame::whole).collect())
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
    /// The letters of a text are laid down in order too: whoever then reads row by row reads on in memory.
    ///
    /// # Errors
    /// When the pieces differ in their columns.
    pub fn in_order(self, order: &[Spot]) -> PolarsResult<DataFrame> {
        let heights = || self.0.iter().map(DataFrame::height);
        // Many an export is in order already.
        if order.len() == heights().sum::<usize>() && spots(heights()).eq(order.iter().copied()) {
            return frame::stack(self.0).map(frame::whole);
        }
        let mut columns: Vec<Vec<Column>> = Vec::new();
        for piece in self.0 {
            columns.resize_with(columns.len().max(piece.width()), Vec::new);
            columns.iter_mut().zip(piece.into_columns()).for_each(|(all, column)| all.push(column));
        }
        let columns = columns.into_par_iter().map(|pieces| laid_down(&pieces, order));
        DataFrame::new(order.len(), columns.collect::<PolarsResult<_>>()?)
    }
}

fn spots(heights: impl Iterator<Item = usize>) -> impl Iterator<Item = Spot> {
    (0..).zip(heights).flat_map(|(piece, height)| (0..height as u32).map(move |row| Spot { piece, row }))
}

fn laid_down(pieces: &[Column], order: &[Spot]) -> PolarsResult<Column> {
    let name = pieces.first().map_or("", |column| column.name().as_str());
    let is_text = pieces.iter().all(|column| column.str().is_ok());
    if is_text && pieces.iter().all(|column| column.null_count() == column.len()) {
        return Ok(frame::null_texts(name, order.len()));
    }
    if is_text {
        let texts: PolarsResult<Vec<Texts<'_>>> = pieces.iter().map(Texts::of_column).collect();
        let (texts, mut builder) = (InPieces(texts?), TextBuilder::with_capacity(order.len()));
        order.iter().for_each(|spot| builder.push(texts.get(*spot)));
        return Ok(builder.finish(name));
    }
    let ints: PolarsResult<Vec<Ints<'_>>> = pieces.iter().map(Ints::of_column).collect();
    let (ints, mut builder) = (InPieces(ints?), IntBuilder::with_capacity(order.len()));
    order.iter().for_each(|spot| builder.push(ints.get(*spot)));
    Ok(builder.finish(name))
}

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
        let pieces = (0u32..).zip(&self.0).collect::<Vec<_>>().into_par_iter();
        let of_piece = |(piece, texts): (u32, &Texts<'a>)| {
            let rows = (0u32..).zip(texts.iter());
            rows.map(|(row, text)| give(Spot { piece, row }, text)).collect::<Vec<R>>()
        };
        pieces.flat_map_iter(of_piece).collect()
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
