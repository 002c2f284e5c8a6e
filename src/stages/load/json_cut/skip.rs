//! Runs over one JSON value without reading it: follows strings, brackets and the order of tokens.
//!
//! Numbers and words are not looked into; whoever reads the record does that. The order of tokens is
//! held to, because a quote or a bracket that was lost shows there within a few bytes.

use memchr::memchr2;

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
        while let Some(&byte) = block.get(at) {
            match self.text {
                Text::String => match string_end(block.get(at..).unwrap_or_default()) {
                    None => return Fed::More,
                    Some((end, b'"')) => {
                        at += end + 1;
                        self.text = Text::Outside;
                    }
                    Some((end, _)) => {
                        at += end + 1;
                        self.text = Text::Escape;
                    }
                },
                Text::Escape => {
                    at += 1;
                    self.text = Text::String;
                }
                Text::Word if is_word(byte) => at += 1,
                Text::Word => {
                    self.text = Text::Outside;
                    if self.stack.is_empty() {
                        return Fed::Done(at);
                    }
                }
                Text::Outside if self.over > 0 => {
                    self.count(byte);
                    at += 1;
                }
                Text::Outside => {
                    if !self.token(byte) {
                        return Fed::Broken(at);
                    }
                    at += 1;
                }
            }
            if self.stack.is_empty() && self.want == Want::CommaOrEnd && self.text == Text::Outside {
                return Fed::Done(at);
            }
        }
        Fed::More
    }

    /// One byte outside strings and words; false when it cannot stand here.
    #[inline]
    fn token(&mut self, byte: u8) -> bool {
        let value = matches!(self.want, Want::Value | Want::ValueOrEnd);
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' => true,
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

/// The first quote or backslash. Most strings of a record are short, so the first bytes are looked at
/// before the search that is made for long ones is called.
#[inline]
fn string_end(text: &[u8]) -> Option<(usize, u8)> {
    const NEAR: usize = 16;
    for (at, byte) in text.iter().take(NEAR).enumerate() {
        if matches!(byte, b'"' | b'\\') {
            return Some((at, *byte));
        }
    }
    let far = text.get(NEAR..)?;
    let at = memchr2(b'"', b'\\', far)?;
    far.get(at).map(|byte| (NEAR + at, *byte))
}
