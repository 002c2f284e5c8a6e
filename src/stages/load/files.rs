//! Which files a system delivered for this night: names, wildcards, and names that carry the date.

use std::path::Path;

use chrono::{NaiveDateTime, TimeDelta};

use crate::config::plan::{FilePattern, NamePart};

/// One file of a feed, or the name under which none was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Below the input folder, with `/`.
    pub name: String,
    /// Nights between the file and the run.
    pub nights_back: u32,
    pub is_there: bool,
}

/// The files a pattern names for the night of `as_of` and for `nights` nights before it, in the order
/// of nights, the newest last, then of names. A night of the past without a file is no gap: it may
/// never have had one.
pub fn find(dir: &Path, pattern: &FilePattern, as_of: NaiveDateTime, nights: u32) -> Vec<FoundFile> {
    let mut found: Vec<FoundFile> = Vec::new();
    // A check without a night looks at whatever was delivered last.
    if as_of == NaiveDateTime::default() && pattern.is_dated() {
        return newest(dir, pattern).map_or_else(
            || vec![FoundFile { name: pattern.text.clone(), nights_back: 0, is_there: false }],
            |file| vec![file],
        );
    }
    let nights = if pattern.is_dated() { nights } else { 0 };
    for back in (0..=nights).rev() {
        let name = name_of(pattern, as_of - TimeDelta::days(i64::from(back)));
        let names = if has_wildcard(&name) { matches(dir, &name) } else { vec![name.clone()] };
        let is_there = |name: &String| dir.join(name).exists();
        let there = names.into_iter().filter(|name| is_there(name));
        let before = found.len();
        for name in there {
            if !found.iter().any(|known| known.name == name) {
                found.push(FoundFile { name, nights_back: back, is_there: true });
            }
        }
        if back == 0 && found.len() == before {
            found.push(FoundFile { name, nights_back: 0, is_there: false });
        }
    }
    found
}

/// The newest file of any night.
fn newest(dir: &Path, pattern: &FilePattern) -> Option<FoundFile> {
    let part = |part: &NamePart| match part {
        NamePart::Text(text) => text.clone(),
        NamePart::Moment { .. } => "*".to_owned(),
    };
    let name: String = pattern.parts.iter().map(part).collect();
    let name = matches(dir, &name).pop()?;
    Some(FoundFile { name, nights_back: 0, is_there: true })
}

fn name_of(pattern: &FilePattern, moment: NaiveDateTime) -> String {
    let part = |part: &NamePart| match part {
        NamePart::Text(text) => text.clone(),
        NamePart::Moment { before, format } => (moment - *before).format(format).to_string(),
    };
    pattern.parts.iter().map(part).collect()
}

fn has_wildcard(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

fn matches(dir: &Path, name: &str) -> Vec<String> {
    let folder = glob::Pattern::escape(&dir.to_string_lossy());
    let Ok(paths) = glob::glob(&format!("{folder}/{name}")) else { return Vec::new() };
    let below = |path: std::path::PathBuf| {
        let name = path.strip_prefix(dir).ok()?.to_string_lossy().replace('\\', "/");
        (path.is_file() && !name.is_empty()).then_some(name)
    };
    let mut names: Vec<String> = paths.flatten().filter_map(below).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::pipeline::parse_moment;

    fn found(pattern: &str, files: &[&str], nights: u32) -> Vec<(String, u32, bool)> {
        let folder = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, "x").expect("written");
        }
        let as_of = parse_moment("2024-03-02T02:00:00").expect("a moment");
        let pattern = FilePattern::parse(pattern).expect("a pattern");
        let files = find(folder.path(), &pattern, as_of, nights);
        files.into_iter().map(|file| (file.name, file.nights_back, file.is_there)).collect()
    }

    #[test]
    fn a_date_in_the_name_is_the_nights() {
        let files = ["x_20240302.csv", "x_20240301.csv"];
        assert_eq!(found("x_{as_of:%Y%m%d}.csv", &files, 0), [("x_20240302.csv".to_owned(), 0, true)]);
        assert_eq!(found("x_{as_of-1d:%Y%m%d}.csv", &files, 0), [("x_20240301.csv".to_owned(), 0, true)]);
        assert_eq!(found("y_{as_of:%d%m}.csv", &files, 0), [("y_0203.csv".to_owned(), 0, false)]);
    }

    #[test]
    fn files_of_earlier_nights_come_first_and_need_not_be_there() {
        let files = ["d/x_20240229.csv", "d/x_20240302_b.csv", "d/x_20240302_a.csv"];
        let expected = [("d/x_20240229.csv", 2), ("d/x_20240302_a.csv", 0), ("d/x_20240302_b.csv", 0)]
            .map(|(name, back)| (name.to_owned(), back, true));
        assert_eq!(found("d/x_{as_of:%Y%m%d}*.csv", &files, 3), expected);
    }

    #[test]
    fn a_wildcard_without_files_is_one_missing_feed() {
        assert_eq!(found("*.csv", &["x.txt"], 5), [("*.csv".to_owned(), 0, false)]);
    }
}
