//! Probabilities and choice: what each pair's weight comes to when records may have one partner or many.

use rayon::prelude::*;

use super::frame::Frame;
use super::marginal::Graph;
use super::matching::{Edge, best};
use super::rivals::Exclusive;
use super::score::Scored;
use super::settings::{Decide, Settings, Threshold};

/// How often the number of matches is counted anew.
const RECOUNTS: usize = 8;
/// The largest share of the records with one partner that is believed to have a counterpart.
const MOST_MATCHED: f64 = 0.99;

/// Per pair its probability and whether the best decision takes it.
pub struct Choice {
    pub probability: Vec<f64>,
    pub chosen: Vec<bool>,
    /// log2 of the odds of one more pair, as the probabilities were worked out with.
    pub prior: f64,
}

/// Which sides of the frame allow a record only one partner. The caller's left may stand on the right.
pub fn exclusive(settings: &Settings, frame: &Frame) -> Exclusive {
    let (left, right) = match (settings.decide, frame.is_link()) {
        (Decide::OneToOne, true) => (true, true),
        (Decide::OneToMany, true) => (false, true),
        (Decide::ManyToOne, true) => (true, false),
        _ => (false, false),
    };
    if frame.swapped { Exclusive { left: right, right: left } } else { Exclusive { left, right } }
}

/// The most matches there can be.
pub fn most_matches(settings: &Settings, frame: &Frame) -> f64 {
    let (n, m) = (frame.left().rows as f64, frame.right().rows as f64);
    match exclusive(settings, frame) {
        Exclusive { left: true, right: true } => n.min(m),
        Exclusive { left: true, right: false } => n,
        Exclusive { left: false, right: true } => m,
        Exclusive { left: false, right: false } => frame.pairs() / 2.0,
    }
}

/// `scored` sorted by left and right; `prior` is the chance that two random records match.
pub fn choose(frame: &Frame, settings: &Settings, scored: &[Scored], prior: f64) -> Choice {
    match exclusive(settings, frame) {
        Exclusive { left: true, right: true } => {
            let contested = contested(scored, frame);
            let (probability, prior) = one_to_one(frame, scored, &contested, prior);
            Choice { chosen: assign(frame, scored, contested, prior), probability, prior }
        }
        Exclusive { left: false, right: false } => {
            let prior = (prior / (1.0 - prior)).log2();
            let probability = scored.iter().map(|pair| logistic(pair.bits + prior)).collect();
            Choice { probability, chosen: vec![true; scored.len()], prior }
        }
        Exclusive { left, .. } => one_of_many(frame, scored, prior, left),
    }
}

/// From bits to a probability.
pub fn logistic(bits: f64) -> f64 {
    1.0 / (1.0 + (-bits).exp2())
}

/// Each record of one side has at most one partner, the other side any number: a record weighs its own
/// candidates against each other and against having none. Of `k` matches among `n` such records and `m`
/// others, the odds of a pair are `k / (m (n-k))`.
fn one_of_many(frame: &Frame, scored: &[Scored], prior: f64, single_left: bool) -> Choice {
    let (left, right) = (frame.left().rows, frame.right().rows);
    let (n, m) = if single_left { (left as f64, right as f64) } else { (right as f64, left as f64) };
    let record = |pair: &Scored| if single_left { pair.left } else { pair.right };
    let mut order: Vec<u32> = (0..scored.len() as u32).collect();
    order.sort_unstable_by_key(|at| (record(&scored[*at as usize]), *at));
    let same = |a: &u32, b: &u32| record(&scored[*a as usize]) == record(&scored[*b as usize]);
    let most = MOST_MATCHED * n;
    let mut matches = (prior * n * m).min(most);
    let mut out = Choice { probability: vec![0.0; scored.len()], chosen: Vec::new(), prior: 0.0 };
    for _ in 0..RECOUNTS {
        out.prior = (matches / (m.max(1.0) * (n - matches).max(1.0))).log2();
        for group in order.chunk_by(same) {
            // Against the heaviest one, so that no power of 2 overflows.
            let bits = |at: u32| scored[at as usize].bits + out.prior;
            let top = group.iter().map(|at| bits(*at)).fold(0.0, f64::max);
            let all: f64 = group.iter().map(|at| (bits(*at) - top).exp2()).sum::<f64>() + (-top).exp2();
            group.iter().for_each(|at| out.probability[*at as usize] = (bits(*at) - top).exp2() / all);
        }
        let counted: f64 = out.probability.iter().sum();
        let change = (counted - matches).abs() / matches.max(1.0);
        matches = counted.clamp(0.5, most.max(0.5));
        if change < 1e-3 {
            break;
        }
    }
    out.chosen = vec![false; scored.len()];
    for group in order.chunk_by(same) {
        let bits = |at: u32| scored[at as usize].bits;
        let best = group.iter().copied().max_by(|a, b| bits(*a).total_cmp(&bits(*b)).then(b.cmp(a)));
        if let Some(best) = best.filter(|at| bits(*at) + out.prior > 0.0) {
            out.chosen[best as usize] = true;
        }
    }
    out
}

/// Probabilities under one to one, with the number of matches estimated along: when `k` of `n` and `m`
/// records have found each other, the odds of one more pair among the rest are `k / ((n-k)(m-k))`.
fn one_to_one(
    frame: &Frame,
    scored: &[Scored],
    (contested, places): &(Vec<Scored>, Vec<u32>),
    prior: f64,
) -> (Vec<f64>, f64) {
    let (n, m) = (frame.left().rows as f64, frame.right().rows as f64);
    let graph = Graph::new(contested);
    // Some records always lack a counterpart: believing that all have one makes every leftover pair a match.
    let most = MOST_MATCHED * n.min(m);
    let mut matches = (prior * n * m).min(most);
    let mut prior = 0.0;
    let mut probabilities = Vec::new();
    for _ in 0..RECOUNTS {
        prior = (matches / ((n - matches).max(1.0) * (m - matches).max(1.0))).log2();
        probabilities = scored.par_iter().map(|pair| logistic(pair.bits + prior)).collect();
        for (place, p) in places.iter().zip(graph.probabilities(contested, prior)) {
            probabilities[*place as usize] = p;
        }
        let counted: f64 = probabilities.iter().sum();
        let change = (counted - matches).abs() / matches.max(1.0);
        matches = counted.clamp(0.5, most.max(0.5));
        if change < 1e-3 {
            break;
        }
    }
    (probabilities, prior)
}

/// Pairs that share a record with another, and where they stand.
pub fn contested(scored: &[Scored], frame: &Frame) -> (Vec<Scored>, Vec<u32>) {
    let times = |rows: usize, record: fn(&Scored) -> u32| {
        let mut times = vec![0u32; rows];
        scored.iter().for_each(|pair| times[record(pair) as usize] += 1);
        times
    };
    let (lefts, rights) = rayon::join(
        || times(frame.left().rows, |pair| pair.left),
        || times(frame.right().rows, |pair| pair.right),
    );
    let shared = |pair: &Scored| lefts[pair.left as usize] > 1 || rights[pair.right as usize] > 1;
    scored.iter().zip(0u32..).filter(|(pair, _)| shared(pair)).map(|(pair, at)| (*pair, at)).unzip()
}

fn assign(
    frame: &Frame,
    scored: &[Scored],
    (contested, places): (Vec<Scored>, Vec<u32>),
    prior: f64,
) -> Vec<bool> {
    let weight = |pair: &Scored| ((pair.bits + prior) * 1000.0).round() as i64;
    let edges: Vec<Edge> = contested
        .iter()
        .map(|pair| Edge { left: pair.left, right: pair.right, weight: weight(pair) })
        .filter(|edge| edge.weight > 0)
        .collect();
    let held = best(&edges, frame.left().rows, frame.right().rows);
    let mut chosen: Vec<bool> = scored.iter().map(|pair| weight(pair) > 0).collect();
    for (pair, place) in contested.iter().zip(places) {
        chosen[place as usize] = held[pair.left as usize] == Some(pair.right);
    }
    chosen
}

/// The threshold and the F1 that the probabilities promise there.
pub fn threshold(wanted: Threshold, probabilities: &[f64], chosen: &[bool]) -> (f64, f64) {
    let all: f64 = probabilities.iter().sum();
    let mut sorted: Vec<f64> =
        probabilities.iter().zip(chosen).filter(|(_, chosen)| **chosen).map(|(p, _)| *p).collect();
    sorted.par_sort_unstable_by(|a, b| b.total_cmp(a));
    let (mut sum, mut top, mut at_wanted) = (0.0, (0.5, 0.0), 0.0);
    for (n, p) in sorted.iter().enumerate() {
        sum += p;
        let f1 = 2.0 * sum / (n as f64 + 1.0 + all);
        if f1 > top.1 {
            top = (*p, f1);
        }
        if matches!(wanted, Threshold::Probability(least) if *p >= least) {
            at_wanted = f1;
        }
    }
    match wanted {
        Threshold::Probability(least) => (least, at_wanted),
        // A threshold of one would have infinite odds, and nothing would reach it.
        Threshold::ExpectedF1 => (top.0.min(1.0 - 1e-9), top.1),
    }
}
