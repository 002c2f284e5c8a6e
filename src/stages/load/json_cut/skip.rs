//! Runs over one JSON value without reading it: follows strings, brackets and the order of tokens.
//!
//! Numbers and words are not looked into; whoever reads the record does that. The order of tokens is
//! held to, because a quote or a bracket that was lost shows there within a few bytes.

use memchr::memchr2;

use super::input::is_space;

/// Runs over one value, fed block after block.
#[derive(Debug)]
pub(super) struct Skipper {
    /// The open brackets, up to `most`.
    stack: Vec<u8>,
    most: usize,
    /// Open brackets beyond that: counted, not followed.
    over: u64,
    /// The value was nested too deep at some place.
    pub deep: bool,
    want: Want,
    text: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
}

/// Where inside a token the last block ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Outside,
    String,
    /// After a backslash.
    Escape,
    /// In a number or a word.
    Word,
}

/// What a block led to; the positions count from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fed {
    More,
    /// The value ends before this position.
    Done(usize),
    /// The byte here cannot stand here.
    Broken(usize),
}

impl Fed {
    /// How much of the block was used.
    pub fn taken(self, block: &[u8]) -> usize {
        match self {
            Self::More => block.len(),
            Self::Done(at) | Self::Broken(at) => at,
        }
    }
}

impl Skipper {
    /// For a value that begins with the next byte.
    pub fn value(most: usize) -> Self {
        let (stack, most) = (Vec::with_capacity(16), most.max(1));
        Self { stack, most, over: 0, deep: false, want: Want::Value, text: Text::Outside }
    }

    /// For what is left of a list whose opening bracket was taken.
    pub fn rest_of_list(most: usize) -> Self {
        let mut skipper = Self::value(most);
        skipper.open(b'[', Want::ValueOrEnd);
        skipper
    }

    /// A number or a word may end where the input does; all else says so itself.
    pub fn may_end(&self) -> bool {
        self.text == Text::Word && self.stack.is_empty()
    }

    pub fn feed(&mut self, block: &[u8]) -> Fed {
        let mut at = 0;
        loop {
            let rest = block.get(at..).unwrap_or_default();
            if self.text != Text::Outside {
                let Some(length) = self.inside(rest) else { return Fed::More };
                at += length;
            } else {
                at += spaces(rest);
                let Some(&byte) = block.get(at) else { return Fed::More };
                if self.over > 0 {
                    self.count(byte);
                } else if !self.token(byte) {
                    return Fed::Broken(at);
                }
                at += 1;
                if self.text != Text::Outside {
                    continue;
                }
            }
            if self.want == Want::CommaOrEnd && self.stack.is_empty() {
                return Fed::Done(at);
            }
        }
    }

    /// Goes on in a string or a word; `None` when it does not end here.
    #[inline]
    fn inside(&mut self, mut rest: &[u8]) -> Option<usize> {
        let length = rest.len();
        while self.text != Text::Outside {
            match self.text {
                Text::Word => {
                    let end = rest.iter().position(|byte| !is_word(*byte))?;
                    rest = rest.get(end..)?;
                    self.text = Text::Outside;
                }
                Text::Escape => {
                    rest = rest.get(1..)?;
                    self.text = Text::String;
                }
                Text::String | Text::Outside => {
                    let end = string_end(rest)?;
                    let escape = rest.get(end) == Some(&b'\\');
                    self.text = if escape { Text::Escape } else { Text::Outside };
                    rest = rest.get(end + 1..)?;
                }
            }
        }
        Some(length - rest.len())
    }

    /// One byte outside strings and words; false when it cannot stand here.
    #[inline]
    fn token(&mut self, byte: u8) -> bool {
        let value = matches!(self.want, Want::Value | Want::ValueOrEnd);
        match byte {
            b'"' => {
                self.text = Text::String;
                match self.want {
                    Want::Value | Want::ValueOrEnd => self.want = Want::CommaOrEnd,
                    Want::Key | Want::KeyOrEnd => self.want = Want::Colon,
                    Want::Colon | Want::CommaOrEnd => return false,
                }
                true
            }
            b':' => {
                let fits = self.want == Want::Colon;
                self.want = Want::Value;
                fits
            }
            b',' => {
                let fits = self.want == Want::CommaOrEnd;
                self.want = if self.stack.last() == Some(&b'{') { Want::Key } else { Want::Value };
                fits
            }
            b'{' => value && self.open(b'{', Want::KeyOrEnd),
            b'[' => value && self.open(b'[', Want::ValueOrEnd),
            b'}' => matches!(self.want, Want::KeyOrEnd | Want::CommaOrEnd) && self.close(b'{'),
            b']' => matches!(self.want, Want::ValueOrEnd | Want::CommaOrEnd) && self.close(b'['),
            other => {
                self.text = Text::Word;
                self.want = Want::CommaOrEnd;
                value && is_word(other)
            }
        }
    }

    fn open(&mut self, bracket: u8, want: Want) -> bool {
        if self.stack.len() < self.most {
            self.stack.push(bracket);
            self.want = want;
        } else {
            (self.over, self.deep) = (1, true);
        }
        true
    }

    fn close(&mut self, opened_by: u8) -> bool {
        self.want = Want::CommaOrEnd;
        self.stack.pop() == Some(opened_by)
    }

    /// Beyond the depth that is followed, brackets are only counted: memory stays flat.
    fn count(&mut self, byte: u8) {
        match byte {
            b'"' => self.text = Text::String,
            b'{' | b'[' => self.over += 1,
            b'}' | b']' => {
                self.over -= 1;
                self.want = Want::CommaOrEnd;
            }
            _ => {}
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

/// The length of the white space at the beginning; indented text has long runs of blanks.
#[inline]
fn spaces(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((b"        ", after)) = rest.split_first_chunk::<8>() {
        rest = after;
    }
    let last = rest.iter().position(|byte| !is_space(*byte)).unwrap_or(rest.len());
    text.len() - rest.len() + last
}

/// The first quote or backslash. Most strings of a record are short: their bytes are compared eight at
/// a time, before the search that is made for long ones is called.
#[inline]
fn string_end(text: &[u8]) -> Option<usize> {
    const NEAR: usize = 32;
    let mut rest = text;
    while text.len() - rest.len() < NEAR {
        let Some((eight, after)) = rest.split_first_chunk::<8>() else { break };
        let word = u64::from_le_bytes(*eight);
        let hits = equal_bytes(word, b'"') | equal_bytes(word, b'\\');
        if hits != 0 {
            return Some(text.len() - rest.len() + hits.trailing_zeros() as usize / 8);
        }
        rest = after;
    }
    memchr2(b'"', b'\\', rest).map(|at| text.len() - rest.len() + at)
}

/// Sets the high bit of each byte of `word` that is `byte`. Bytes above the first hit may be set too,
/// by its borrow: only the lowest is to be looked at.
fn equal_bytes(word: u64, byte: u8) -> u64 {
    const LOW: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    let zero_where_equal = word ^ u64::from_le_bytes([byte; 8]);
    zero_where_equal.wrapping_sub(LOW) & !zero_where_equal & HIGH
}
