//! How each column of a table is laid down, by its kind and by what its first rows hold.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Float64Type, Int64Type};

use super::Clock;
use crate::engine::table::{ColumnSpec, Kind};

/// Values that tell anything about the others.
const ENOUGH: usize = 256;

/// What a value takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    Text,
    /// A position in a list of labels.
    Label,
    /// 64 bits, less so much.
    Wide {
        shift: i64,
    },
    /// 32 bits.
    Narrow,
    Float,
    Flag,
}

/// How a column is laid down.
#[derive(Debug, Clone)]
pub struct Layout {
    pub width: Width,
    /// Distinct values once, and the places of all.
    pub dictionary: bool,
    pub bloom: bool,
    /// Least and greatest.
    pub bounds: bool,
    labels: Arc<Vec<String>>,
}

impl Layout {
    /// `sample`: the first rows of the column.
    pub fn of(spec: &ColumnSpec, sample: &ArrayRef, clock: &Clock) -> Self {
        let width = match spec.kind {
            Kind::Id | Kind::Personal | Kind::Text | Kind::Label => Width::Text,
            Kind::Coded(_) => Width::Label,
            Kind::Int => Width::Wide { shift: 0 },
            Kind::Timestamp => Width::Wide { shift: clock.utc_offset_ms },
            Kind::Float => Width::Float,
            Kind::Date => Width::Narrow,
            Kind::Flag => Width::Flag,
        };
        let dictionary = match spec.kind {
            Kind::Id | Kind::Personal | Kind::Flag => false,
            Kind::Label | Kind::Coded(_) => true,
            Kind::Text | Kind::Int | Kind::Float | Kind::Date | Kind::Timestamp => !is_varied(sample),
        };
        Self {
            width,
            dictionary,
            bloom: matches!(spec.kind, Kind::Id | Kind::Personal),
            // Rows stand in no order of these: least and greatest would rule nothing out, and name persons.
            bounds: !matches!(spec.kind, Kind::Personal | Kind::Label | Kind::Text),
            labels: match &spec.kind {
                Kind::Coded(labels) => Arc::clone(labels),
                _ => Arc::default(),
            },
        }
    }

    /// The label at a position; empty when there is none.
    pub fn label(&self, position: i64) -> &str {
        usize::try_from(position).ok().and_then(|at| self.labels.get(at)).map_or("", String::as_str)
    }
}

/// Whether a column has many values for its rows, as far as its first rows tell: a dictionary would be in vain.
fn is_varied(column: &ArrayRef) -> bool {
    let held = column.len() - column.null_count();
    let distinct = if let Some(ints) = column.as_primitive_opt::<Int64Type>() {
        ints.iter().flatten().collect::<BTreeSet<_>>().len()
    } else if let Some(floats) = column.as_primitive_opt::<Float64Type>() {
        floats.iter().flatten().map(f64::to_bits).collect::<BTreeSet<_>>().len()
    } else {
        column.as_string::<i32>().iter().flatten().collect::<BTreeSet<_>>().len()
    };
    held >= ENOUGH && distinct * 4 > held
}
