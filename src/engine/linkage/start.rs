//! Text cut off or continued differently: what counts is how rare the shared start is.
//!
//! `MATTHIAS C paym` and `MATTHIAS C payment BGC` share a start that few records have; `M C` is
//! shared by many. Rarity is counted in the data, in bits.

use super::comparator::{Cell, Comparator};
use super::frame::Field;

pub struct SharedStart {
    at_least: Vec<f64>,
    /// Per value, where its bits begin; per length of start, the bits.
    begins: Vec<u32>,
    bits: Vec<f32>,
}

impl SharedStart {
    pub fn new(at_least: &[f64]) -> Self {
        Self { at_least: at_least.to_vec(), begins: Vec::new(), bits: Vec::new() }
    }
}

impl Comparator for SharedStart {
    fn levels(&self) -> Vec<String> {
        let named = |what: &str| {
            let what = what.to_owned();
            self.at_least.iter().map(move |bits| format!("{what}, {bits} bits or more"))
        };
        super::text::ladder(
            named("one is the start of the other")
                .chain(named("same start, other words after"))
                .chain(named("same start, parted within a word")),
        )
    }

    fn prepare(&mut self, field: &Field) {
        let mut order: Vec<u32> = (0..field.values.len() as u32).collect();
        order.sort_unstable_by(|a, b| field.values.get(*a).as_bytes().cmp(field.values.get(*b).as_bytes()));
        self.begins = Vec::with_capacity(field.values.len() + 1);
        let mut total = 0u32;
        for text in field.values.values() {
            self.begins.push(total);
            total += text.len() as u32;
        }
        self.bits = vec![0.0; total as usize];
        let texts: Vec<&[u8]> = order.iter().map(|v| field.values.get(*v).as_bytes()).collect();
        let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
        // For each length, runs of values with an equal start stand together.
        for length in 1..=longest {
            let mut from = 0;
            while from < texts.len() {
                let Some(start) = texts[from].get(..length) else {
                    from += 1;
                    continue;
                };
                let upto =
                    from + texts[from..].iter().take_while(|text| text.get(..length) == Some(start)).count();
                let rows: u64 = order[from..upto].iter().map(|v| u64::from(field.counts[*v as usize])).sum();
                let bits = (field.filled.max(1) as f64 / rows.max(1) as f64).log2() as f32;
                for value in &order[from..upto] {
                    self.bits[self.begins[*value as usize] as usize + length - 1] = bits;
                }
                from = upto;
            }
        }
    }

    fn level(&self, a: Cell<'_>, b: Cell<'_>) -> usize {
        let (first, second) = (a.text().as_bytes(), b.text().as_bytes());
        let shared = first.iter().zip(second).take_while(|(x, y)| x == y).count();
        let n = self.at_least.len();
        if shared == 0 {
            return 3 * n + 1;
        }
        let bits = f64::from(self.bits[self.begins[a.value as usize] as usize + shared - 1]);
        let rung = self.at_least.iter().take_while(|least| bits < **least).count();
        let parted = if shared == first.len().min(second.len()) {
            0
        } else if first[shared - 1] == b' ' {
            1
        } else {
            2
        };
        if rung == n { 3 * n + 1 } else { 1 + parted * n + rung }
    }
}
