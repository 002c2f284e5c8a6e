//! Any text as an HTML page.
#![no_main]

use doisoat::stages::load::html;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = html::tables(text, &html::Limits { columns: 1_000, cells: 100_000 });
    let _ = (html::looks_like_html(text.as_bytes()), html::charset(text.as_bytes()));
});
