//! One line of the night report: what memory a night was estimated to take, how it was run, what it took.

use std::fmt;

use super::text_table::thousands;
use super::workbook::Lang;
use crate::parts::memory::{Choice, LooksAtAll, Memory};

/// The line in one language.
pub struct MemoryLine<'m> {
    pub memory: &'m Memory,
    pub lang: Lang,
}

impl MemoryLine<'_> {
    fn say(&self, english: &'static str, vietnamese: &'static str) -> &'static str {
        match self.lang {
            Lang::En => english,
            Lang::Vi => vietnamese,
        }
    }
}

impl fmt::Display for MemoryLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Memory { estimate, limit, choice, because, parts, largest_part, records, waited, peak } =
            self.memory;
        write!(f, "{} {}", self.say("estimated", "ước tính"), Size(*estimate))?;
        if let Some(limit) = limit {
            write!(f, ", {} {}", self.say("limit", "giới hạn"), Size(*limit))?;
        }
        match (choice, because) {
            (Choice::InMemory, None) => write!(f, "; {}", self.say("run in memory", "chạy trong bộ nhớ"))?,
            (Choice::InMemory, Some(because)) => {
                let because = match because {
                    LooksAtAll::ScoredRung => self.say("the scored rung looks", "bậc scored phải xét"),
                    LooksAtAll::DoubleEntriesByScore => self.say(
                        "the search for double entries by score looks",
                        "việc tìm hồ sơ nhập hai lần theo điểm phải xét",
                    ),
                };
                let rest = self.say("at all records at once", "mọi bản ghi cùng lúc");
                write!(f, "; {}: {because} {rest}", self.say("in memory", "chạy trong bộ nhớ"))?;
            }
            (Choice::InParts, _) => {
                let (largest, all) = (thousands(*largest_part as u64), thousands(*records as u64));
                let disk = Size(*waited);
                match self.lang {
                    Lang::En => write!(
                        f,
                        "; run in {parts} parts, the largest of {largest} of {all} records, {disk} on disk"
                    )?,
                    Lang::Vi => write!(
                        f,
                        "; chạy thành {parts} phần, phần lớn nhất {largest}/{all} bản ghi, {disk} trên đĩa"
                    )?,
                }
            }
        }
        let Some(peak) = peak else { return Ok(()) };
        write!(f, "; {} {}", self.say("peak", "cao nhất"), Size(*peak))?;
        if limit.is_some_and(|limit| *peak > limit) {
            write!(f, ", {}", self.say("more than the limit", "vượt giới hạn"))?;
        }
        Ok(())
    }
}

/// Bytes as a person reads them.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = self.0 as f64 / f64::from(1u32 << 20);
        if mib < 1000.0 { write!(f, "{mib:.0} MiB") } else { write!(f, "{:.1} GiB", mib / 1024.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_was_done_and_why() {
        let memory = Memory {
            estimate: 3 << 30,
            limit: Some(500 << 20),
            choice: Choice::InParts,
            because: None,
            parts: 7,
            largest_part: 1200,
            records: 8000,
            waited: 300 << 20,
            peak: Some(510 << 20),
        };
        let said = |memory: &Memory, lang| MemoryLine { memory, lang }.to_string();
        assert_eq!(
            said(&memory, Lang::En),
            "estimated 3.0 GiB, limit 500 MiB; run in 7 parts, the largest of 1,200 of 8,000 records, \
             300 MiB on disk; peak 510 MiB, more than the limit"
        );
        let whole = Memory { choice: Choice::InMemory, because: Some(LooksAtAll::ScoredRung), ..memory };
        assert!(
            said(&whole, Lang::En).contains("; in memory: the scored rung looks at all records at once;")
        );
        assert!(said(&whole, Lang::Vi).contains("bậc scored phải xét mọi bản ghi cùng lúc"));
    }
}
