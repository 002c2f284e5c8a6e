//! Reads a path as it is written in a pipeline; every mistake says where it is and what to write.

use thiserror::Error;

use super::Step;

/// A mistake in a path, worded for the person who wrote the pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{path}` is not a path: {what} at character {at}\n  {hint}")]
pub struct PathError {
    pub path: String,
    pub what: String,
    /// 1-based, in characters.
    pub at: usize,
    pub hint: String,
}

/// More than any export is deep; keeps the walk along a path shallow.
const MOST_STEPS: usize = 64;

const SELECTOR: &str = "in brackets stands a position (`[0]`, from the end `[-1]`), `[*]` for all, \
                        `[Key=Value]`, or a quoted key (`['a.b']`)";
const QUOTING: &str = "a key with a dot, a bracket or a quote is quoted: `['a.b'].c` or `\"a.b\".c`";

pub(super) fn parse(path: &str) -> Result<Vec<Step>, PathError> {
    let mut reader = Reader { path, rest: path };
    let mut steps = Vec::new();
    reader.skip_space();
    if reader.rest.is_empty() {
        return Err(reader.error("there is nothing", "name a key of the record, such as `MaHoSo`"));
    }
    if reader.peek() != Some('[') {
        steps.push(Step::Key(reader.key()?));
    }
    loop {
        reader.skip_space();
        match reader.peek() {
            None => return Ok(steps),
            _ if steps.len() == MOST_STEPS => {
                return Err(reader.error(&format!("more than {MOST_STEPS} steps"), "name a shorter path"));
            }
            Some('.') => {
                reader.advance();
                reader.skip_space();
                steps.push(Step::Key(reader.key()?));
            }
            Some('[') => {
                reader.advance();
                steps.push(reader.selector()?);
            }
            Some(']') => return Err(reader.error("`]` without `[`", QUOTING)),
            Some(other) => {
                let what = format!("`{other}` after the end of a quoted key or a bracket");
                return Err(reader.error(&what, "join keys with a dot: `a[0].b`"));
            }
        }
    }
}

struct Reader<'p> {
    path: &'p str,
    rest: &'p str,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn advance(&mut self) {
        let mut chars = self.rest.chars();
        chars.next();
        self.rest = chars.as_str();
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn error(&self, what: &str, hint: &str) -> PathError {
        let at = self.path.chars().count() - self.rest.chars().count() + 1;
        PathError { path: self.path.to_owned(), what: what.to_owned(), at, hint: hint.to_owned() }
    }

    /// A key, bare up to the next dot or bracket, or quoted.
    fn key(&mut self) -> Result<String, PathError> {
        if let Some(quote @ ('"' | '\'')) = self.peek() {
            return self.quoted(quote);
        }
        let end = self.rest.find(['.', '[', ']']).unwrap_or(self.rest.len());
        let (key, rest) = self.rest.split_at(end);
        let key = key.trim();
        if key.is_empty() {
            return Err(self.error("a key is missing", QUOTING));
        }
        self.rest = rest;
        Ok(key.to_owned())
    }

    /// A quoted text; inside it a backslash takes the next character as it is.
    fn quoted(&mut self, quote: char) -> Result<String, PathError> {
        let unclosed = self.error(&format!("{quote} is opened and not closed"), QUOTING);
        self.advance();
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.advance();
            match c {
                c if c == quote => return Ok(text),
                '\\' => {
                    text.extend(self.peek());
                    self.advance();
                }
                c => text.push(c),
            }
        }
        Err(unclosed)
    }

    /// What stands in brackets, after the opening one.
    fn selector(&mut self) -> Result<Step, PathError> {
        self.skip_space();
        let start = Reader { path: self.path, rest: self.rest };
        let key = match self.peek() {
            Some(quote @ ('"' | '\'')) => {
                let key = self.quoted(quote)?;
                self.skip_space();
                if self.peek() == Some(']') {
                    self.advance();
                    return Ok(Step::Key(key));
                }
                key
            }
            _ => {
                let end = self.rest.find(['=', ']']).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                if self.peek() == Some(']') {
                    self.advance();
                    return position(word.trim()).ok_or_else(|| {
                        start.error(&format!("`[{}]` is no position", word.trim()), SELECTOR)
                    });
                }
                word.trim().to_owned()
            }
        };
        match self.peek() {
            Some('=') => self.advance(),
            None => return Err(start.error("`[` is not closed", SELECTOR)),
            Some(_) => return Err(self.error("`=` or `]` is missing", SELECTOR)),
        }
        if key.is_empty() {
            return Err(start.error("a key is missing before `=`", SELECTOR));
        }
        let value = self.value(&start)?;
        Ok(Step::Where { key, value })
    }

    /// The value of `[Key=Value]`, with the closing bracket.
    fn value(&mut self, start: &Reader<'_>) -> Result<String, PathError> {
        self.skip_space();
        if let Some(quote @ ('"' | '\'')) = self.peek() {
            let value = self.quoted(quote)?;
            self.skip_space();
            if self.peek() != Some(']') {
                return Err(self.error("`]` is missing", SELECTOR));
            }
            self.advance();
            return Ok(value);
        }
        let Some((value, rest)) = self.rest.split_once(']') else {
            return Err(start.error("`[` is not closed", SELECTOR));
        };
        self.rest = rest;
        Ok(value.trim().to_owned())
    }
}

fn position(word: &str) -> Option<Step> {
    if word == "*" {
        return Some(Step::All);
    }
    let (digits, from_end) = word.strip_prefix('-').map_or((word, false), |digits| (digits, true));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let position: usize = digits.parse().ok()?;
    if from_end { position.checked_sub(1).map(Step::FromEnd) } else { Some(Step::At(position)) }
}
