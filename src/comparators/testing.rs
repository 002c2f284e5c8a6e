//! A comparator held against pairs of values, for the tests of each.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::engine::linkage::comparator::Comparator;
use crate::engine::linkage::frame::Frame;
use crate::engine::linkage::table::{Column, Table};

pub(super) struct Levels<C> {
    make: fn() -> C,
    met: RefCell<BTreeSet<String>>,
}

/// The frame of one field with these values, in its own order.
pub(super) fn frame(values: &[&str]) -> Frame {
    let mut column = Column::new("field");
    values.iter().for_each(|value| column.push(Some(value)));
    Frame::new(vec![Table::new(vec![column], Vec::new())], &["field".to_owned()], &[])
}

impl<C: Comparator> Levels<C> {
    pub(super) fn of(make: fn() -> C) -> Self {
        Self { make, met: RefCell::default() }
    }

    pub(super) fn level(&self, a: &str, b: &str) -> String {
        let frame = frame(&[a, b]);
        let field = &frame.fields[0];
        let mut comparator = (self.make)();
        comparator.prepare(field);
        let cell = |text: &str| {
            let at = field.values.values().position(|value| value == text).expect("a value");
            field.cell(at as u32).expect("a cell")
        };
        let names = comparator.levels();
        let level = comparator.level(cell(a), cell(b));
        assert!((1..names.len()).contains(&level), "{a} {b}: level {level}");
        self.met.borrow_mut().insert(names[level].clone());
        names[level].clone()
    }

    /// Both ways round.
    pub(super) fn check(&self, a: &str, b: &str, expected: &str) {
        self.check_signed(a, b, expected);
        self.check_signed(b, a, expected);
    }

    pub(super) fn check_signed(&self, a: &str, b: &str, expected: &str) {
        assert_eq!(self.level(a, b), expected, "{a} / {b}");
    }

    /// Every level but the first, which the engine sees itself, was met.
    pub(super) fn covered(&self) {
        let all: BTreeSet<String> = (self.make)().levels().into_iter().skip(1).collect();
        assert_eq!(*self.met.borrow(), all);
    }
}
