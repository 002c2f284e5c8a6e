//! Why two records were linked or not, drawn for a terminal: one line for what was likely before anything
//! was compared, one for each comparison, one for the sum, and what was decided.
//!
//! It draws what it is given. Values that must not be shown are masked before they come here.

use std::fmt::Write as _;

use serde::Serialize;

use super::linkage_words;
use super::workbook::Lang;
use crate::engine::linkage::explain::LOOK_ALIKES;

/// One pair of records, taken apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    pub left: RecordName,
    pub right: RecordName,
    /// log2 of the odds of a match before anything is compared.
    pub prior: f64,
    /// Links of either record by rungs that come before the scores.
    pub linked_before: Vec<LinkedBefore>,
    /// The ladder asks for scores.
    pub scores_decide: bool,
    /// They add up to `bits`.
    pub bars: Vec<FieldBar>,
    /// The match weight: the evidence in bits, without the prior.
    pub bits: f64,
    pub probability: f64,
    /// The probability from which a pair is linked.
    pub threshold: f64,
    /// What was decided: `linked`, `ambiguous` or `unlinked`; `None` of a pair that no blocking rule gives.
    pub verdict: Option<&'static str>,
    /// A link that nobody needs to look at.
    pub certain: bool,
    /// The best pair that cannot be linked along with this one.
    pub runner_up: Option<RunnerUp>,
    /// Of two records of one system: why they are no double entry, whatever they weigh.
    pub objection: Option<&'static str>,
    /// Its comparisons are fields that the program knows, which have words in both languages.
    #[serde(skip)]
    pub shipped_names: bool,
}

/// A record as a person finds it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordName {
    /// Table or system and the record's own id: `a:rec-12`.
    pub name: String,
    pub file: String,
    /// 1-based, as a person sees it.
    pub row: u64,
}

/// What one comparison says of the pair; all but `m` and `u` in bits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldBar {
    pub name: String,
    pub left: Option<String>,
    pub right: Option<String>,
    /// `None` where there was nothing to compare.
    pub level: Option<String>,
    /// The level's probability on a match and among random pairs.
    pub m: Option<f64>,
    pub u: Option<f64>,
    pub bits: f64,
    /// What the value's own frequency adds, contained in `bits`.
    pub from_frequency: f64,
}

/// A link that no score made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkedBefore {
    pub left: String,
    pub right: String,
    pub rung: &'static str,
    /// It is the pair that was asked about; else the record is taken, and this pair is none.
    pub is_this_pair: bool,
    pub ambiguous: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunnerUp {
    pub left: String,
    pub right: String,
    /// How many bits worse the best decision with it is.
    pub margin: f64,
}

/// Characters of a drawn bar, and the most that is shown of a value.
const BAR: usize = 36;
const SHOWN: usize = 24;

struct Words {
    heading: [&'static str; 7],
    prior: &'static str,
    sum: &'static str,
    probability: &'static str,
    linked_from: &'static str,
    frequency: &'static str,
    runner_up: &'static str,
    margin: &'static str,
    decided: &'static str,
    on_rung: &'static str,
    /// What the scores alone say, where they do not decide.
    by_score: &'static str,
    no_scores: &'static str,
    certain: &'static str,
    /// Linked, ambiguous, unlinked, given by no blocking rule.
    verdicts: [&'static str; 4],
    row: &'static str,
}

const ENGLISH: Words = Words {
    heading: ["comparison", "left", "right", "level", "m", "u", "bits"],
    prior: "before comparing",
    sum: "sum",
    probability: "probability",
    linked_from: "linked from",
    frequency: "of these bits, the frequency of the value gives",
    runner_up: "runner-up",
    margin: "bits away",
    decided: "decided",
    on_rung: "on the rung",
    by_score: "by the scores alone",
    no_scores: "and the ladder has no rung `scored`",
    certain: "certain",
    verdicts: ["linked", "ambiguous", "not linked", "never met: no blocking rule gives this pair"],
    row: "row",
};

const VIETNAMESE: Words = Words {
    heading: ["trường so", "bên trái", "bên phải", "mức khớp", "m", "u", "bit"],
    prior: "trước khi so",
    sum: "tổng",
    probability: "xác suất",
    linked_from: "ghép từ",
    frequency: "trong số bit này, tần suất của giá trị cho",
    runner_up: "ứng viên kế tiếp",
    margin: "bit cách biệt",
    decided: "kết luận",
    on_rung: "ở bậc",
    by_score: "nếu chỉ xét điểm",
    no_scores: "và thang ghép không có bậc `scored`",
    certain: "chắc chắn",
    verdicts: ["ghép", "chưa rõ", "không ghép", "không gặp nhau: không quy tắc tạo khối nào cho cặp này"],
    row: "dòng",
};

impl Explanation {
    /// Drawn in 100 to 180 columns, as long as the values are.
    pub fn text(&self, lang: Lang) -> String {
        let words = match lang {
            Lang::En => &ENGLISH,
            Lang::Vi => &VIETNAMESE,
        };
        let mut out = String::new();
        for record in [&self.left, &self.right] {
            let RecordName { name, file, row } = record;
            let _ = writeln!(out, "{name}  ({file}, {} {row})", words.row);
        }
        out.push('\n');
        self.draw((lang, words), &mut out);
        out.push('\n');
        self.conclude((lang, words), &mut out);
        out
    }

    /// Fields of a pipeline's own tables stay as they are written.
    fn comparison<'n>(&self, lang: Lang, name: &'n str) -> &'n str {
        match lang {
            Lang::Vi if self.shipped_names || name == LOOK_ALIKES => linkage_words::comparison(name),
            _ => name,
        }
    }

    fn draw(&self, (lang, words): (Lang, &Words), out: &mut String) {
        let mut rows = vec![words.heading.map(str::to_owned)];
        rows.push(row(words.prior, [None, None, None], [None, None], self.prior));
        for bar in &self.bars {
            let level = bar.level.as_deref().map(|level| match lang {
                Lang::Vi => linkage_words::level(level),
                Lang::En => level.into(),
            });
            let texts = [bar.left.as_deref(), bar.right.as_deref(), level.as_deref()];
            rows.push(row(self.comparison(lang, &bar.name), texts, [bar.m, bar.u], bar.bits));
        }
        rows.push(row(words.sum, [None, None, None], [None, None], self.prior + self.bits));
        let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..7).map(width).collect();
        let scale = Scale::of(self);
        let mut sum = 0.0;
        let last = rows.len() - 1;
        for (at, row) in rows.iter().enumerate() {
            let mut line = String::from(" ");
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let gap = " ".repeat(width - cell.chars().count());
                line.push(' ');
                // Numbers go to the right.
                line.push_str(&if column < 4 { format!("{cell}{gap}") } else { format!("{gap}{cell}") });
                line.push(' ');
            }
            let bits = match at {
                0 => None,
                1 => Some(self.prior),
                _ if at == last => Some(self.prior + self.bits),
                _ => Some(self.bars[at - 2].bits),
            };
            if let Some(bits) = bits {
                let from = if at == last { 0.0 } else { sum };
                line.push_str(&format!(" {}", scale.bar(from, from + bits)));
                sum += bits;
            }
            let _ = writeln!(out, "{}", line.trim_end());
        }
    }

    fn conclude(&self, (lang, words): (Lang, &Words), out: &mut String) {
        for bar in self.bars.iter().filter(|bar| bar.from_frequency.abs() >= 0.05) {
            let name = self.comparison(lang, &bar.name);
            let _ = writeln!(out, "  {name}: {} {:+.1}", words.frequency, bar.from_frequency);
        }
        let _ = writeln!(
            out,
            "  {}: {:.6}; {} {} ({:+.1} {})",
            words.probability,
            self.probability,
            words.linked_from,
            self.threshold,
            log_odds(self.threshold),
            words.heading[6]
        );
        if let Some(RunnerUp { left, right, margin }) = &self.runner_up {
            let _ = writeln!(out, "  {}: {left} + {right}, {margin:.1} {}", words.runner_up, words.margin);
        }
        let verdict = match self.verdict {
            Some("linked") => words.verdicts[0],
            Some("ambiguous") => words.verdicts[1],
            Some(_) => words.verdicts[2],
            None => words.verdicts[3],
        };
        let certain = if self.certain { format!(", {}", words.certain) } else { String::new() };
        let why =
            self.objection.map(|why| if lang == Lang::Vi { linkage_words::objection(why) } else { why });
        let objection = why.map_or_else(String::new, |why| format!(" ({why})"));
        for LinkedBefore { left, right, rung, is_this_pair: _, ambiguous } in &self.linked_before {
            let (decided, is) = (words.decided, words.verdicts[usize::from(*ambiguous)]);
            let _ = writeln!(out, "  {decided}: {left} + {right} {is} {} `{rung}`", words.on_rung);
        }
        if !self.scores_decide && self.linked_before.is_empty() {
            let _ = writeln!(out, "  {}: {}, {}", words.decided, words.verdicts[2], words.no_scores);
        }
        let is_open = self.linked_before.is_empty() && self.scores_decide;
        let decided = if is_open { words.decided } else { words.by_score };
        let _ = writeln!(out, "  {decided}: {verdict}{certain}{objection}");
    }
}

fn row(name: &str, texts: [Option<&str>; 3], rates: [Option<f64>; 2], bits: f64) -> [String; 7] {
    let [left, right, level] = texts.map(|text| shortened(text.unwrap_or_default()));
    let [m, u] = rates.map(|rate| rate.map_or_else(String::new, probability));
    [shortened(name), left, right, level, m, u, format!("{bits:+.2}")]
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some(_) => text.chars().take(SHOWN - 1).chain(['…']).collect(),
    }
}

/// Four decimals, or two digits of what is smaller.
fn probability(rate: f64) -> String {
    if rate >= 0.000_95 || rate == 0.0 { format!("{rate:.4}") } else { format!("{rate:.1e}") }
}

fn log_odds(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

/// Where a sum of bits stands on a drawn line.
struct Scale {
    least: f64,
    most: f64,
    border: usize,
}

impl Scale {
    /// Wide enough for every sum on the way, for zero and for the threshold.
    fn of(explained: &Explanation) -> Self {
        let border = log_odds(explained.threshold);
        let (mut least, mut most, mut sum) = (border.min(0.0), border.max(0.0), 0.0);
        for bits in std::iter::once(explained.prior).chain(explained.bars.iter().map(|bar| bar.bits)) {
            sum += bits;
            least = f64::min(least, sum);
            most = f64::max(most, sum);
        }
        let mut scale = Self { least, most, border: 0 };
        scale.border = scale.place(border);
        scale
    }

    fn place(&self, bits: f64) -> usize {
        let span = self.most - self.least;
        let share = if span > 0.0 { (bits - self.least) / span } else { 0.0 };
        (share * BAR as f64).round().clamp(0.0, BAR as f64) as usize
    }

    /// From one sum to the next: full to the right, grey to the left, with a mark where links begin.
    fn bar(&self, from: f64, to: f64) -> String {
        let (start, end) = (self.place(from.min(to)), self.place(from.max(to)));
        let ink = if to >= from { '█' } else { '▒' };
        let cell = |at: usize| match at {
            at if (start..end).contains(&at) => ink,
            at if at == self.border => '│',
            _ => ' ',
        };
        (0..=BAR).map(cell).collect::<String>().trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> Explanation {
        let record = |name: &str, row| RecordName { name: name.into(), file: "x.csv".into(), row };
        let bar = |name: &str, bits: f64, from_frequency: f64| FieldBar {
            name: name.into(),
            left: Some("an".into()),
            right: Some("a rather long value that nobody reads".into()),
            level: Some("same".into()),
            m: Some(0.9),
            u: Some(0.000_01),
            bits,
            from_frequency,
        };
        Explanation {
            left: record("a:1", 2),
            right: record("b:7", 8),
            prior: -10.0,
            bars: vec![bar("name", 16.0, 2.5), bar("city", -4.0, 0.0)],
            bits: 12.0,
            probability: 0.8,
            threshold: 0.5,
            verdict: Some("linked"),
            certain: false,
            runner_up: Some(RunnerUp { left: "a:1".into(), right: "b:9".into(), margin: 3.25 }),
            objection: None,
            linked_before: Vec::new(),
            scores_decide: true,
            shipped_names: true,
        }
    }

    #[test]
    fn bars_begin_where_the_last_one_ended_and_the_sum_stands_below() {
        let text = pair().text(Lang::En);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "a:1  (x.csv, row 2)");
        let drawn = |line: &str| {
            let at = |ink: char| line.chars().position(|c| c == ink);
            (at('█'), at('▒'))
        };
        let of = |name: &str| *lines.iter().find(|l| l.trim_start().starts_with(name)).expect("a line");
        // The prior goes left from zero, the name right from there, the city left again.
        let ((None, Some(prior)), (Some(name), None), (None, Some(city))) =
            (drawn(of("before")), drawn(of("name")), drawn(of("city")))
        else {
            panic!("{text}")
        };
        assert_eq!(prior, name, "{text}");
        assert!(city > name, "{text}");
        assert!(of("sum").contains("+2.00"), "{text}");
        assert!(of("name").contains("1.0e-5") && of("name").contains("a rather long value tha…"), "{text}");
        assert!(text.contains("name: of these bits, the frequency of the value gives +2.5"), "{text}");
        assert!(text.contains("runner-up: a:1 + b:9, 3.2 bits away"), "{text}");
        assert!(text.contains("decided: linked\n"), "{text}");
    }

    #[test]
    fn a_pair_that_never_met_says_so_in_both_languages() {
        let explained = Explanation { verdict: None, runner_up: None, ..pair() };
        assert!(explained.text(Lang::En).contains("never met"));
        let text = explained.text(Lang::Vi);
        assert!(text.contains("không gặp nhau") && text.contains("trước khi so"), "{text}");
        assert!(text.contains("giống hệt"), "{text}");
        // A field of a dossier has a word; one of a table's own has none, whatever it is called.
        let named = |shipped_names| {
            let mut explained = Explanation { shipped_names, ..pair() };
            explained.bars[0].name = "phone".into();
            explained.text(Lang::Vi)
        };
        assert!(named(true).contains("số điện thoại") && !named(false).contains("số điện thoại"));
    }
}
