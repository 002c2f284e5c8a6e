//! What is compared to find a dossier that was typed twice in one system, and what is known of such pairs.
//!
//! It must not decide: a pair that rule R23 has a reason for is no double entry, whatever it weighs.

/// The text of `data/linkage/double_entry.toml`.
pub const DOUBLE_ENTRY_SETTINGS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/linkage/double_entry.toml"));

/// The text of `data/linkage/double_entry_model.toml`: set by hand, for nobody has published labelled double
/// entries. What is common in a night is counted anew.
pub const DOUBLE_ENTRY_MODEL: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/linkage/double_entry_model.toml"));

#[cfg(test)]
mod tests {
    use super::{DOUBLE_ENTRY_MODEL, DOUBLE_ENTRY_SETTINGS};
    use crate::comparators::{comparator, restrict_model};
    use crate::engine::linkage::model::Model;
    use crate::engine::linkage::settings::{Decide, How, Settings};

    #[test]
    fn model_and_settings_are_of_each_other_and_shares_add_up_to_one() {
        let settings: Settings = toml::from_str(DOUBLE_ENTRY_SETTINGS).expect("settings");
        let model = Model::from_toml(DOUBLE_ENTRY_MODEL).expect("a model");
        assert_eq!(settings.decide, Decide::Pairs);
        assert_eq!(restrict_model(&model, &settings).as_ref(), Some(&model));
        for (own, setting) in model.comparison.iter().zip(&settings.comparison) {
            if let How::Custom(name) = &setting.how {
                let levels = comparator(name).expect("a comparator").levels();
                assert!(own.level.iter().map(|level| &level.name).eq(&levels), "{name}");
            }
            let m: f64 = own.level.iter().map(|level| level.m).sum();
            assert!((m - 1.0).abs() < 1e-9, "{}: {m}", own.name);
        }
        for (own, setting) in model.look_alike.iter().zip(&settings.look_alike) {
            for (q, comparison) in own.q.iter().zip(&model.comparison) {
                let sum: f64 = q.iter().sum();
                assert!((sum - 1.0).abs() < 1e-9, "{}, {}: {sum}", own.name, comparison.name);
                // What agrees on such a pair agrees as it does on a double entry.
                let agrees = setting.agree.contains(&comparison.name);
                let as_m = q.iter().eq(comparison.level.iter().map(|level| &level.m));
                assert_eq!(agrees, as_m, "{}, {}", own.name, comparison.name);
            }
        }
    }

    #[test]
    fn no_code_is_looked_at() {
        let settings: Settings = toml::from_str(DOUBLE_ENTRY_SETTINGS).expect("settings");
        let fields = settings.fields();
        assert!(["code", "alt_code", "hub_code"].iter().all(|code| !fields.iter().any(|own| own == code)));
    }
}
