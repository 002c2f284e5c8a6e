//! Slips of the keyboard on a dossier that is typed a second time: what a person types again is not what stands
//! there already.
//!
//! The number always has one, so that no equal number finds the pair; its birth digits stay, or it would be
//! another error as well.

use super::forms;
use super::people::Person;
use rand::{Rng, RngExt};

/// Serial digits at the end of a personal number.
const SERIAL: usize = 6;
/// How often beside the number the name has a slip, and the phone.
const NAME: f64 = 0.5;
const PHONE: f64 = 0.3;

/// What a clerk makes of a person who is typed in again.
pub fn on(person: &mut Person, rng: &mut impl Rng) {
    let (name, phone, marks) =
        (rng.random::<f64>() < NAME, rng.random::<f64>() < PHONE, rng.random_bool(0.7));
    if let Some(id) = slipped(&person.id, rng) {
        person.id = id;
    }
    if name {
        let written = match marks {
            true => forms::variant(&person.name, rng).map(|(_, name)| name),
            false => forms::misspelt_name(&person.name),
        };
        person.name = written.unwrap_or_else(|| person.name.clone());
    }
    if let Some(other) = slipped(&person.phone, rng).filter(|_| phone) {
        person.phone = other;
    }
}

/// One of the last digits wrong, or two neighbours exchanged; `None` of what has too few.
fn slipped(number: &str, rng: &mut impl Rng) -> Option<String> {
    let mut digits: Vec<u8> = number.bytes().collect();
    if digits.len() <= SERIAL || !digits[digits.len() - SERIAL..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let at = digits.len() - SERIAL + rng.random_range(0..SERIAL - 1);
    let more = rng.random_range(1..10u8);
    if digits[at] != digits[at + 1] && rng.random_bool(0.3) {
        digits.swap(at, at + 1);
    } else {
        digits[at] = b'0' + (digits[at] - b'0' + more) % 10;
    }
    String::from_utf8(digits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_last_digits_alone_change_and_always_do() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..500 {
            let number = slipped("017090000123", &mut rng).expect("a number");
            assert!(
                number.len() == 12 && number.starts_with("017090") && number != "017090000123",
                "{number}"
            );
        }
        assert_eq!(slipped("", &mut rng), None);
        assert_eq!(slipped("12345", &mut rng), None);
    }
}
