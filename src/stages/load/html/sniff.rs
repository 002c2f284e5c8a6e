//! Tells an HTML page, and the character set it names, by its first bytes.

use std::borrow::Cow;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// Office writes a long block of styles before the first table, but names the character set above it.
const HEAD_BYTES: usize = 16 << 10;

/// With what a page begins. Exports of web programs are often only a part of one.
const FIRST_TAGS: [&str; 21] = [
    "html", "head", "body", "table", "meta", "style", "script", "link", "title", "div", "center", "form",
    "font", "span", "p", "h1", "h2", "h3", "h4", "b", "br",
];

/// True of an HTML page or part of one; false of XML that is no HTML, such as SpreadsheetML.
pub fn looks_like_html(head: &[u8]) -> bool {
    let head = ascii(head);
    let (start, is_xml) = document(&head);
    if starts_with(start, "<!doctype") {
        return starts_with(start.get("<!doctype".len()..).unwrap_or_default().trim_ascii_start(), "html");
    }
    let name = tag_name(start);
    if is_xml { name == "html" } else { FIRST_TAGS.contains(&name.as_str()) }
}

/// True of the XML that Excel 2003 writes ("XML Spreadsheet"), which is neither HTML nor a workbook.
pub fn looks_like_spreadsheetml(head: &[u8]) -> bool {
    const MARKS: [&str; 2] = ["urn:schemas-microsoft-com:office:spreadsheet", "excel.sheet"];
    let head = ascii(head);
    let name = tag_name(document(&head).0);
    let name = name.rsplit(':').next().unwrap_or_default();
    let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
    name == "workbook" && MARKS.iter().any(|mark| text.contains(mark))
}

/// The character set a page names, in lower case: `<meta charset=...>`, `<meta http-equiv=Content-Type
/// content="...; charset=...">`, or the declaration of an XML page. A byte order mark is not looked at.
pub fn charset(head: &[u8]) -> Option<String> {
    let head = ascii(head);
    let mut meta = Meta::default();
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| meta.take(event));
    emitter.naively_switch_states(true);
    let found = Tokenizer::new_with_emitter(head.as_ref(), emitter).next();
    found.and_then(Result::ok)
}

/// The first bytes, those of UTF-16 as if they were ASCII: all that is looked for is.
fn ascii(head: &[u8]) -> Cow<'_, [u8]> {
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return Cow::Owned(head.iter().skip(2).copied().filter(|byte| *byte != 0).collect());
    }
    Cow::Borrowed(head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head))
}

/// Where the document begins, after comments and the declarations of XML; and whether there were any.
fn document(head: &[u8]) -> (&[u8], bool) {
    let (mut rest, mut is_xml) = (head.trim_ascii_start(), false);
    loop {
        let end = if rest.starts_with(b"<?") {
            is_xml = true;
            memchr::memmem::find(rest, b"?>").map(|at| at + 2)
        } else if rest.starts_with(b"<!--") {
            memchr::memmem::find(rest, b"-->").map(|at| at + 3)
        } else {
            return (rest, is_xml);
        };
        rest = end.and_then(|end| rest.get(end..)).unwrap_or_default().trim_ascii_start();
    }
}

fn starts_with(text: &[u8], start: &str) -> bool {
    text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
}

/// The name of the tag with which `text` begins, in lower case; empty when there is none.
fn tag_name(text: &[u8]) -> String {
    let Some(text) = text.strip_prefix(b"<") else { return String::new() };
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b':';
    text.iter().take(20).take_while(is_name).map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

#[derive(Default)]
struct Meta {
    is_meta: bool,
    attribute: Vec<u8>,
    charset: Option<String>,
    content: Option<String>,
    is_type: bool,
}

impl Meta {
    fn take(&mut self, event: CallbackEvent<'_>) -> Option<String> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                *self = Self { is_meta: name == b"meta", ..Self::default() }
            }
            CallbackEvent::AttributeName { name } if self.is_meta => self.attribute = name.to_vec(),
            CallbackEvent::AttributeValue { value } if self.is_meta => {
                let value = String::from_utf8_lossy(value);
                match self.attribute.as_slice() {
                    b"charset" => self.charset = label(&value),
                    b"content" => self.content = named(&value, "charset"),
                    b"http-equiv" => self.is_type = value.trim().eq_ignore_ascii_case("content-type"),
                    _ => {}
                }
            }
            CallbackEvent::CloseStartTag { .. } if self.is_meta => {
                self.is_meta = false;
                return self.charset.take().or(self.content.take().filter(|_| self.is_type));
            }
            // To HTML the declaration of XML is a comment.
            CallbackEvent::Comment { value } if value.starts_with(b"?xml") => {
                return named(&String::from_utf8_lossy(value), "encoding");
            }
            _ => {}
        }
        None
    }
}

/// The value of `name=value` in a text, quoted or not.
fn named(text: &str, name: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (_, rest) = lower.split_once(name)?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start();
    let end = value.char_indices().skip(1).find(|(_, c)| matches!(c, '"' | '\'' | ';' | ' ' | '?' | ','));
    label(value.split_at(end.map_or(value.len(), |(at, _)| at)).0)
}

fn label(value: &str) -> Option<String> {
    let label =
        value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).to_ascii_lowercase();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:.+".contains(&byte);
    (!label.is_empty() && label.len() <= 40 && label.bytes().all(is_name)).then_some(label)
}
