//! Why two records were linked or not: bars that add up to the weight of the pair.

use super::decide::Judged;
use super::frame::Frame;
use super::score::Scorer;
use super::verdict::Verdict;

/// One comparison's part in a weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The comparison, or "look-alikes".
    pub name: String,
    /// `None` where there was nothing to compare.
    pub level: Option<String>,
    /// The level's probability on a match and among random pairs, before the value's own frequency.
    pub m: Option<f64>,
    pub u: Option<f64>,
    pub bits: f64,
    /// What the value's own frequency adds, contained in `bits`.
    pub from_frequency: f64,
}

/// The weight of a pair taken apart; all numbers but `m` and `u` in bits.
#[derive(Debug, Clone, PartialEq)]
pub struct Waterfall {
    /// log2 of the odds of a match before anything is compared.
    pub prior: f64,
    /// They add up to `bits`. The last one takes off what pairs that resemble a match share with it.
    pub bars: Vec<Bar>,
    /// The evidence, without the prior.
    pub bits: f64,
    /// Of the pair alone, without the rivals for its records.
    pub probability: f64,
    /// A blocking rule gives the pair. One that is out of the question by its weight is not judged all the same.
    pub met: bool,
}

impl Waterfall {
    /// What became of a pair that was judged; of one that was not, unlinked or, where it never met, nothing.
    pub fn verdict(&self, judged: Option<&Judged>) -> Option<Verdict> {
        judged.map(|pair| pair.verdict).or(self.met.then_some(Verdict::Unlinked))
    }
}

/// The name of the bar that is no comparison.
pub const LOOK_ALIKES: &str = "look-alikes";

impl Scorer<'_> {
    /// `left` and `right` by their place in the frame; `met`: whether a blocking rule gives them.
    pub fn waterfall(&self, left: u32, right: u32, met: bool) -> Waterfall {
        let frame: &Frame = self.frame;
        let (l, r) = (frame.left().row(left), frame.right().row(right));
        let pattern = self.comparisons.pattern(frame, l, r);
        let mut parts = vec![0.0; self.comparisons.all.len() + 1];
        self.parts(pattern, l, r, &mut parts);
        let digits = self.comparisons.digits(pattern);
        let mut bars: Vec<Bar> = digits
            .zip(&parts)
            .map(|((at, digit), bits)| {
                let comparison = &self.comparisons.all[at];
                let (m, u) = self.logs(at, digit);
                Bar {
                    name: comparison.name.clone(),
                    level: digit.checked_sub(1).map(|level| comparison.levels[level].clone()),
                    m: (digit > 0).then(|| m.exp2()),
                    u: (digit > 0).then(|| u.exp2()),
                    bits: *bits,
                    from_frequency: bits - (m - u),
                }
            })
            .collect();
        bars.push(Bar {
            name: LOOK_ALIKES.into(),
            level: None,
            m: None,
            u: None,
            bits: parts.last().copied().unwrap_or(0.0),
            from_frequency: 0.0,
        });
        let bits = self.bits(pattern, l, r);
        let probability = super::assign::logistic(bits + self.prior());
        Waterfall { prior: self.prior(), bars, bits, probability, met }
    }
}
