//! Personal numbers as they leave the program: token, mask or plain, as the pipeline's owner says.

use std::borrow::Cow;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::plan::Identifiers;
use crate::domain::dossier::FieldName;
use crate::engine::digest::hex;
use crate::stages::normalise::column::shown;

/// Writes personal numbers in one way.
pub struct Veil<'k> {
    way: &'k Identifiers,
    mac: Option<Hmac<Sha256>>,
}

impl<'k> Veil<'k> {
    pub fn new(way: &'k Identifiers) -> Self {
        let mac = match way {
            // HMAC takes a key of any length; `None` cannot happen and would only mask.
            Identifiers::Token(key) => Hmac::new_from_slice(key).ok(),
            Identifiers::Masked | Identifiers::Plain => None,
        };
        Self { way, mac }
    }

    /// A number as it may be written: the same number gives the same token in every system.
    pub fn over<'v>(&self, field: FieldName, value: &'v str) -> Cow<'v, str> {
        match (self.way, &self.mac) {
            (Identifiers::Plain, _) => Cow::Borrowed(value),
            (Identifiers::Token(_), Some(mac)) => {
                let mut mac = mac.clone();
                mac.update(field.name().as_bytes());
                mac.update(&[0x1f]);
                mac.update(value.as_bytes());
                Cow::Owned(hex(&mac.finalize().into_bytes()[..16]))
            }
            _ => shown(field, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Veil;
    use crate::config::plan::Identifiers;
    use crate::domain::dossier::FieldName;

    #[test]
    fn a_token_joins_but_does_not_tell() {
        let way = Identifiers::Token(b"0123456789abcdef0123456789abcdef".to_vec());
        let veil = Veil::new(&way);
        let token = veil.over(FieldName::IdNumber, "017090000123");
        assert_eq!(token.len(), 32);
        assert_eq!(token, Veil::new(&way).over(FieldName::IdNumber, "017090000123"));
        assert_ne!(token, veil.over(FieldName::Phone, "017090000123"));
        let other = Identifiers::Token(b"fedcba9876543210fedcba9876543210".to_vec());
        assert_ne!(token, Veil::new(&other).over(FieldName::IdNumber, "017090000123"));
    }
}
