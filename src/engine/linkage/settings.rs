//! What a user writes: fields and how they are compared, blocking rules, and how pairs are decided.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that a user decides about linking one table or two.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub decide: Decide,
    #[serde(default)]
    pub threshold: Threshold,
    #[serde(default)]
    pub verdict: VerdictSettings,
    pub comparison: Vec<ComparisonSettings>,
    pub block: Vec<BlockSettings>,
    /// Pairs that resemble a match and are none.
    #[serde(default)]
    pub look_alike: Vec<LookAlike>,
    /// The most that one field may say for or against a pair, in bits.
    #[serde(default = "most_bits")]
    pub most_bits: f64,
    /// How often a field is plainly wrong on a true match: the trust that no field exceeds.
    #[serde(default = "plainly_wrong")]
    pub plainly_wrong: f64,
    /// The largest block, in pairs.
    #[serde(default = "block_cap")]
    pub block_cap: u64,
    /// Values that say nothing, by field: records do not meet for sharing one.
    #[serde(default)]
    pub never_block_on: BTreeMap<String, Vec<String>>,
    /// As many rows of one's own count as much as an outside table of frequencies.
    #[serde(default = "outside_rows")]
    pub outside_rows: f64,
    /// Records of one table in one case, where three and more tables are linked.
    #[serde(default = "one")]
    pub most_per_table: u32,
}

fn most_bits() -> f64 {
    20.0
}

fn plainly_wrong() -> f64 {
    0.001
}

fn block_cap() -> u64 {
    4_000_000
}

fn outside_rows() -> f64 {
    1000.0
}

fn one() -> u32 {
    1
}

impl Settings {
    /// The defaults, with nothing to compare and nothing to block on yet.
    pub fn of(decide: Decide) -> Self {
        Self {
            decide,
            threshold: Threshold::default(),
            verdict: VerdictSettings::default(),
            comparison: Vec::new(),
            block: Vec::new(),
            look_alike: Vec::new(),
            most_bits: most_bits(),
            plainly_wrong: plainly_wrong(),
            block_cap: block_cap(),
            never_block_on: BTreeMap::new(),
            outside_rows: outside_rows(),
            most_per_table: one(),
        }
    }

    /// The fields that settings name, each once, in order of first use.
    pub fn fields(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        let compared = self.comparison.iter().flat_map(|c| std::iter::once(&c.field).chain(&c.or_in));
        let blocked = self
            .block
            .iter()
            .flat_map(|b| b.on.iter().chain(&b.split).chain(b.near.as_ref().map(|n| &n.field)));
        for name in compared.chain(blocked) {
            let name = field_of(name);
            if !out.iter().any(|known| known == name) {
                out.push(name.to_owned());
            }
        }
        out
    }

    /// The same settings for tables that have only these fields: comparisons and blocking rules that need
    /// another one are left out, and so is a look-alike that no longer agrees on anything.
    pub fn restrict_to(&mut self, fields: &[&str]) {
        let known = |name: &String| fields.contains(&field_of(name));
        self.comparison.retain(|c| known(&c.field));
        self.comparison.iter_mut().for_each(|c| c.or_in.retain(known));
        self.block.retain(|b| b.on.iter().all(known) && b.near.as_ref().is_none_or(|n| known(&n.field)));
        self.block.iter_mut().for_each(|b| b.split.retain(known));
        self.look_alike.iter_mut().for_each(|look| look.agree.retain(known));
        self.look_alike.retain(|look| !look.agree.is_empty());
        self.never_block_on.retain(|field, _| known(field));
    }
}

/// The field of a blocking key: what stands before the colon.
pub(super) fn field_of(part: &str) -> &str {
    part.split(':').next().unwrap_or(part)
}

/// What becomes of one table or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decide {
    /// Duplicates within one table, gathered into clusters.
    Cluster,
    /// Each record has at most one counterpart in the other table.
    OneToOne,
    /// A left record may have several right ones, a right record at most one left one.
    OneToMany,
    /// A right record may have several left ones, a left record at most one right one.
    ManyToOne,
    /// Every pair is judged alone.
    Pairs,
}

impl Decide {
    /// As it is written in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::OneToOne => "one_to_one",
            Self::OneToMany => "one_to_many",
            Self::ManyToOne => "many_to_one",
            Self::Pairs => "pairs",
        }
    }
}

/// From where a pair is linked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// A probability.
    Probability(f64),
    /// Where the F1 to be expected from the probabilities themselves is highest.
    ExpectedF1,
}

impl Default for Threshold {
    fn default() -> Self {
        Self::Probability(0.5)
    }
}

/// What a pair is called, by its probability, its rivals and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VerdictSettings {
    /// From this probability up to the threshold a pair is ambiguous; below it is none.
    pub ambiguous_from: f64,
    /// A chosen pair is ambiguous where the best other decision is worse by fewer bits than this. The
    /// probability has weighed the rivals already: by default only what is as good as a tie is left open.
    pub margin: f64,
    /// The least probability of a certain link.
    pub certain: f64,
    /// The least margin of a certain link, in bits.
    pub certain_margin: f64,
}

impl Default for VerdictSettings {
    fn default() -> Self {
        Self { ambiguous_from: 0.1, margin: 0.1, certain: 0.999, certain_margin: 10.0 }
    }
}

/// One field and how it is compared.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparisonSettings {
    pub field: String,
    /// Fields where the value may stand by mistake.
    #[serde(default)]
    pub or_in: Vec<String>,
    pub how: How,
    /// A rare value that agrees says more than a common one.
    #[serde(default)]
    pub term_frequency: bool,
    /// An outside table of how common values are, by a name that the caller understands: it reads the table.
    #[serde(default)]
    pub frequencies: Option<String>,
}

/// The measure of a comparison.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum How {
    Exact,
    /// Jaro-Winkler similarity, thresholds from the highest.
    JaroWinkler(Vec<f64>),
    /// Insertions, deletions, substitutions and transpositions, thresholds from the lowest.
    DamerauLevenshtein(Vec<usize>),
    Date(DateSettings),
    Number(NumberSettings),
    /// Text that agrees from the start, by how rare the shared start is, in bits from the highest.
    SharedStart(Vec<f64>),
    /// Levels written one by one, best first: `jaro_winkler 0.92`, `damerau_levenshtein 1`, `same_words`,
    /// `starts_with`, `within 2 days`, `numeric 5%`, `numeric 1000`.
    Levels(Vec<String>),
    /// A comparator that the caller registered under this name.
    Custom(String),
}

/// Dates are `yyyy-mm-dd` or `yyyymmdd`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateSettings {
    /// Day and month swapped, one digit wrong, same month and year.
    #[serde(default)]
    pub slips: bool,
    /// Largest distances in days, nearest first.
    #[serde(default)]
    pub within: Vec<i64>,
    /// Whether it matters which side is earlier.
    #[serde(default)]
    pub signed: bool,
}

/// Numbers in plain digits, with a point for decimals.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberSettings {
    /// Largest differences, nearest first.
    #[serde(default)]
    pub within: Vec<f64>,
    /// Largest differences as a part of the larger, nearest first.
    #[serde(default)]
    pub relative: Vec<f64>,
    /// Numbers crowd in places: near a common amount, nearness says less.
    #[serde(default)]
    pub density: bool,
}

/// A blocking rule: records meet that share all keys and stand near.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockSettings {
    /// As [`KeyPart`](super::keys::KeyPart) reads them: `field`, `field:first3`, `field:unaccent:lastword`, ...
    pub on: Vec<String>,
    #[serde(default)]
    pub near: Option<Near>,
    /// Further keys that split a block over the cap.
    #[serde(default)]
    pub split: Vec<String>,
    /// A key that more records of both tables carry is a placeholder, and nobody meets for sharing it.
    #[serde(default)]
    pub most: Option<u64>,
}

/// Right less left lies in `from..=to`; days for dates, a part of the left for a relative number.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Near {
    pub field: String,
    pub from: f64,
    pub to: f64,
    #[serde(default)]
    pub relative: bool,
}

/// Pairs of different things that agree on some fields because something stands behind them: two
/// dossiers of one person, two people of one household.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookAlike {
    pub name: String,
    /// Fields on which they agree as a match does.
    pub agree: Vec<String>,
}
