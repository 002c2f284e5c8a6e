//! Fixed-width shapes of codes, matched on bytes.
//!
//! It must not grow into a regular-expression engine: a code with open widths has its own grammar.

/// Whether the bytes follow a shape of the same length: `d` is a digit, `A` a capital, any other byte
/// itself.
pub(super) fn matches_shape(bytes: &[u8], shape: &[u8]) -> bool {
    bytes.len() == shape.len()
        && bytes.iter().zip(shape).all(|(byte, kind)| match kind {
            b'd' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_uppercase(),
            literal => byte == literal,
        })
}

#[cfg(test)]
mod tests {
    use super::matches_shape;

    #[test]
    fn shapes_fix_length_digits_capitals_and_literals() {
        assert!(matches_shape(b"1.A", b"d.A"));
        for bad in ["1.a", "x.A", "1-A", "1.AA", "1."] {
            assert!(!matches_shape(bad.as_bytes(), b"d.A"), "{bad}");
        }
        assert!(matches_shape(b"", b""));
    }
}
