//! Which pairs are looked at: rules of equal keys, with an optional window on a number or date.
//!
//! A pair that several rules give is visited once, by the first of them, without keeping the pairs.

use std::ops;

use rayon::prelude::*;

use super::block_rule::{Block, Rule, RuleReport};
use super::error::LinkageError;
use super::frame::Frame;
use super::settings::Settings;
use super::window::{Range, Window};

/// Pairs whose rows are touched together.
pub(super) const BATCH: usize = 32;
/// Pairs per task: fixed, so that tasks do not follow the number of threads.
const PAIRS_PER_TASK: u64 = 1 << 17;

/// All rules with their blocks.
pub struct Blocks {
    fields: Vec<Vec<usize>>,
    windows: Vec<Option<Window>>,
    /// Per side the blocks of each row, rule by rule; 0 for none.
    block_of: [Vec<u32>; 2],
    orders: Vec<[Vec<u32>; 2]>,
    /// By rule.
    blocks: Vec<Vec<Block>>,
    one_table: bool,
    pub reports: Vec<RuleReport>,
}

impl Blocks {
    pub fn new(settings: &Settings, frame: &Frame) -> Result<Self, LinkageError> {
        let one_table = !frame.is_link();
        let rules = settings
            .block
            .par_iter()
            .map(|setting| Rule::new(setting, frame, settings))
            .collect::<Result<Vec<Rule>, LinkageError>>()?;
        let width = rules.len().max(1);
        let together = |side: usize| {
            let rows = rules.first().map_or(0, |rule| rule.block_of[side].len());
            let mut block_of = vec![0; rows * rules.len()];
            block_of.par_chunks_mut(width).enumerate().for_each(|(row, block_of)| {
                for (block, rule) in block_of.iter_mut().zip(&rules) {
                    *block = rule.block_of[side][row];
                }
            });
            block_of
        };
        let mut out = Self {
            fields: Vec::new(),
            windows: Vec::new(),
            block_of: [together(0), together(1)],
            orders: Vec::new(),
            blocks: Vec::new(),
            one_table,
            reports: Vec::new(),
        };
        for rule in rules {
            out.fields.push(rule.fields);
            out.windows.push(rule.window);
            out.orders.push(rule.orders);
            out.blocks.push(rule.blocks);
            out.reports.push(rule.report);
        }
        Ok(out)
    }

    /// The rules that look at a field.
    pub fn touching(&self, field: usize) -> u32 {
        (0..self.rules()).map(|rule| u32::from(self.fields[rule].contains(&field)) << rule).sum()
    }

    pub fn rules(&self) -> usize {
        self.fields.len()
    }

    #[inline]
    fn joins(&self, rule: usize, left: u32, right: u32) -> bool {
        let n = self.fields.len();
        let block = self.block_of[0][left as usize * n + rule];
        block != 0
            && block == self.block_of[usize::from(!self.one_table)][right as usize * n + rule]
            && self.windows[rule].as_ref().is_none_or(|window| window.holds(block, left, right))
    }

    /// The rules that give a pair.
    pub fn rules_of(&self, left: u32, right: u32) -> u32 {
        (0..self.rules()).map(|rule| u32::from(self.joins(rule, left, right)) << rule).sum()
    }

    /// Per rule the pairs that no earlier rule gives. Walks all pairs without comparing them.
    pub fn new_pairs(&self) -> Vec<u64> {
        let count = |counts: &mut Vec<u64>, _: u32, _: u32, rules: u32| {
            counts[rules.trailing_zeros() as usize] += 1;
        };
        let blank = || vec![0; self.rules()];
        let parts = self.visit(false, |_| true, blank, |_, _| 0, count);
        parts.iter().fold(blank(), |mut sum, part| {
            sum.iter_mut().zip(part).for_each(|(sum, n)| *sum += n);
            sum
        })
    }

    /// Visits every pair once; `visit` gets the worker's state, the rows and, where `all` asks for it, the
    /// set of rules that give the pair. `take` chooses left rows. States come back in a fixed order.
    pub fn visit<T: Send>(
        &self,
        all: bool,
        take: impl Fn(u32) -> bool + Sync,
        state: impl Fn() -> T + Sync,
        warm: impl Fn(u32, u32) -> u32 + Sync,
        visit: impl Fn(&mut T, u32, u32, u32) + Sync,
    ) -> Vec<T> {
        self.tasks()
            .into_par_iter()
            .with_max_len(1)
            .map(|task| {
                let mut own = state();
                let mut batch: Vec<(u32, u32, usize)> = Vec::with_capacity(BATCH);
                let mut flush = |batch: &mut Vec<(u32, u32, usize)>| {
                    self.warm(batch, &warm);
                    for (left, right, rule) in batch.drain(..) {
                        if let Some(mask) = self.mask(left, right, rule, all) {
                            visit(&mut own, left, right, mask);
                        }
                    }
                };
                for block in &self.blocks[task.rule][task.blocks] {
                    let lefts = task.lefts.unwrap_or(block.left);
                    self.walk(task.rule, Block { left: lefts, ..*block }, &take, &mut |left, right| {
                        batch.push((left, right, task.rule));
                        if batch.len() == BATCH {
                            flush(&mut batch);
                        }
                    });
                }
                flush(&mut batch);
                own
            })
            .collect()
    }

    /// Touches what a batch of pairs will need: looks into memory overlap instead of waiting for each other.
    fn warm(&self, batch: &[(u32, u32, usize)], rows: &impl Fn(u32, u32) -> u32) {
        let n = self.rules();
        let rights = &self.block_of[usize::from(!self.one_table)];
        let touch = |(left, right, _): &(u32, u32, usize)| {
            self.block_of[0][*left as usize * n] ^ rights[*right as usize * n] ^ rows(*left, *right)
        };
        std::hint::black_box(batch.iter().fold(0, |sum, pair| sum ^ touch(pair)));
    }

    /// The rules that give a pair, unless a rule before this one gives it; this rule alone where not `all`.
    fn mask(&self, left: u32, right: u32, rule: usize, all: bool) -> Option<u32> {
        if (0..rule).any(|earlier| self.joins(earlier, left, right)) {
            return None;
        }
        let mut mask = 1u32 << rule;
        if all {
            for later in rule + 1..self.rules() {
                mask |= u32::from(self.joins(later, left, right)) << later;
            }
        }
        Some(mask)
    }

    /// Stretches of blocks of about equal cost; of a large block, its left rows in steps.
    fn tasks(&self) -> Vec<Task> {
        let mut tasks = Vec::new();
        for (rule, blocks) in self.blocks.iter().enumerate() {
            let (mut first, mut pairs) = (0, 0);
            for (at, block) in blocks.iter().enumerate() {
                let height = u64::from(block.left.1 - block.left.0);
                let width = if self.one_table { height } else { u64::from(block.right.1 - block.right.0) };
                pairs += height * width;
                if pairs < PAIRS_PER_TASK {
                    continue;
                }
                if height * width >= PAIRS_PER_TASK {
                    tasks.push(Task { rule, blocks: first..at, lefts: None });
                    let step = (PAIRS_PER_TASK / width).max(1) as usize;
                    let lefts = (block.left.0..block.left.1).step_by(step);
                    tasks.extend(lefts.map(|from| {
                        let upto = block.left.1.min(from.saturating_add(step as u32));
                        Task { rule, blocks: at..at + 1, lefts: Some((from, upto)) }
                    }));
                } else {
                    tasks.push(Task { rule, blocks: first..at + 1, lefts: None });
                }
                (first, pairs) = (at + 1, 0);
            }
            tasks.push(Task { rule, blocks: first..blocks.len(), lefts: None });
        }
        tasks
    }

    fn walk(&self, rule: usize, block: Block, take: &impl Fn(u32) -> bool, give: &mut impl FnMut(u32, u32)) {
        let order = &self.orders[rule];
        let lefts = &order[0][block.left.0 as usize..block.left.1 as usize];
        let rights = &order[usize::from(!self.one_table)][block.right.0 as usize..block.right.1 as usize];
        for left in lefts.iter().copied() {
            if !take(left) {
                continue;
            }
            let near = match &self.windows[rule] {
                None => rights,
                Some(window) => {
                    let block = self.block_of[0][left as usize * self.rules() + rule];
                    window.near(left, rights, window.reach(block))
                }
            };
            for right in near.iter().copied() {
                if !self.one_table || left < right {
                    give(left, right);
                }
            }
        }
    }
}

/// Blocks of one rule that are visited together.
struct Task {
    rule: usize,
    blocks: ops::Range<usize>,
    /// Of a single block, these rows alone.
    lefts: Option<Range>,
}
