//! A bar on a terminal, with the time left.

use std::cell::Cell;
use std::time::Duration;

use doisoat::progress::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// Draws on standard error and leaves nothing behind.
pub struct Bar(ProgressBar);

impl Bar {
    pub fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{msg:32} {bar:32} {percent:>3}% {elapsed} +{eta}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }
}

impl Progress for Bar {
    fn begin(&self, step: &str, total: u64) {
        self.0.set_message(step.to_owned());
        self.0.set_length(total);
        self.0.set_position(0);
        self.0.reset_eta();
    }

    fn advance(&self, units: u64) {
        self.0.inc(units);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Turns "so many of so many" into steps of a [`Progress`].
pub struct Steps<'p> {
    progress: &'p dyn Progress,
    total: Cell<u64>,
    done: Cell<u64>,
}

impl<'p> Steps<'p> {
    pub fn new(progress: &'p dyn Progress) -> Self {
        Self { progress, total: Cell::new(0), done: Cell::new(0) }
    }

    pub fn at(&self, done: u64, total: u64) {
        if self.total.replace(total) != total {
            self.progress.begin("generate", total);
        }
        let before = self.done.replace(done);
        self.progress.advance(done.saturating_sub(before));
    }
}
