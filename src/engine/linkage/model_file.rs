//! The model as TOML text that people read and compare: numbers come back to the last bit.

use std::fmt::Write;

use super::error::LinkageError;
use super::model::{Model, VERSION};

const HEAD: &str = "\
# What linking learnt. m: how likely a level is on a match; u: among random pairs; bits: log2(m / u).
# q of a look-alike: per comparison, how likely each level is on such a pair.
";

impl Model {
    /// The model as a TOML file.
    pub fn to_toml(&self) -> String {
        let mut out = String::from(HEAD);
        let mut line = |text: std::fmt::Arguments<'_>| {
            // Writing to a string cannot fail.
            let _ = out.write_fmt(text);
            out.push('\n');
        };
        let Self { version, fingerprint, pairs, rows, trained_on_pairs, prior, .. } = self;
        line(format_args!("version = {version}\nfingerprint = {}", quoted(fingerprint)));
        line(format_args!("pairs = {pairs:?}\nrows = {rows}\ntrained_on_pairs = {trained_on_pairs}"));
        let Self { converged, rounds, last_change, comparison, look_alike, .. } = self;
        line(format_args!("prior = {prior:?}\nconverged = {converged}"));
        line(format_args!("rounds = {rounds}\nlast_change = {last_change:?}"));
        for comparison in comparison {
            line(format_args!("\n[[comparison]]\nname = {}", quoted(&comparison.name)));
            line(format_args!("m_seen_through_its_block = {}", comparison.m_seen_through_its_block));
            line(format_args!("level = ["));
            for level in &comparison.level {
                let (name, m, u, bits) = (quoted(&level.name), level.m, level.u, level.bits);
                line(format_args!("    {{ name = {name}, m = {m:?}, u = {u:?}, bits = {bits:.3} }},"));
            }
            line(format_args!("]"));
        }
        for look in look_alike {
            line(format_args!(
                "\n[[look_alike]]\nname = {}\nprior = {:?}\nq = [",
                quoted(&look.name),
                look.prior
            ));
            for levels in &look.q {
                line(format_args!("    {levels:?},"));
            }
            line(format_args!("]"));
        }
        out
    }

    /// Reads [`Self::to_toml`] back. Numbers edited by hand are taken; what is no probability is not.
    pub fn from_toml(text: &str) -> Result<Self, LinkageError> {
        let unreadable = |error: toml::de::Error| LinkageError::UnreadableModel(error.to_string());
        let found = text.parse::<toml::Table>().map_err(unreadable)?;
        // Another version may have other fields: say that first.
        match found.get("version").and_then(toml::Value::as_integer) {
            Some(version) if version == i64::from(VERSION) => {}
            Some(version) => {
                let found = u32::try_from(version).unwrap_or(u32::MAX);
                return Err(LinkageError::ModelVersion { found, reads: VERSION });
            }
            None => return Err(LinkageError::UnreadableModel("it has no version".into())),
        }
        let mut model: Self = toml::from_str(text).map_err(unreadable)?;
        for level in model.comparison.iter_mut().flat_map(|c| &mut c.level) {
            level.bits = (level.m / level.u).log2();
        }
        model.probabilities()?;
        Ok(model)
    }

    fn probabilities(&self) -> Result<(), LinkageError> {
        let wrong = |value: &f64| !(*value > 0.0 && *value <= 1.0);
        let say = |place: &str, value: f64| {
            Err(LinkageError::UnreadableModel(format!("{place}: {value} is no probability above 0")))
        };
        for comparison in &self.comparison {
            for level in &comparison.level {
                if let Some(value) = [level.m, level.u].into_iter().find(wrong) {
                    return say(&format!("`{}`, level `{}`", comparison.name, level.name), value);
                }
            }
        }
        for look in &self.look_alike {
            if let Some(value) = look.q.iter().flatten().chain([&look.prior]).copied().find(wrong) {
                return say(&format!("look-alike `{}`", look.name), value);
            }
        }
        if wrong(&self.prior) || self.prior >= 1.0 {
            return say("`prior`", self.prior);
        }
        if self.pairs.is_nan() || self.pairs < 0.0 {
            return Err(LinkageError::UnreadableModel(format!("`pairs` is {}", self.pairs)));
        }
        Ok(())
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use crate::engine::linkage::error::LinkageError;
    use crate::engine::linkage::model::{ComparisonModel, LevelModel, LookAlikeModel, Model, VERSION};

    fn model() -> Model {
        let level = |name: &str, m: f64, u: f64| LevelModel { name: name.into(), m, u, bits: (m / u).log2() };
        Model {
            version: VERSION,
            fingerprint: "00ff".into(),
            pairs: 1.5e13,
            rows: 3,
            trained_on_pairs: 7,
            prior: 1.0 / 3.0 * 1e-7,
            converged: false,
            rounds: 500,
            last_change: 0.1 + 0.2,
            comparison: vec![ComparisonModel {
                name: "a \"quoted\" name\\".into(),
                m_seen_through_its_block: true,
                level: vec![level("same", 0.1 + 0.7, 1.0 / 3e9), level("else", 1.0 - 0.8, 1.0)],
            }],
            look_alike: vec![LookAlikeModel {
                name: "twins".into(),
                prior: 2.0 / 7.0,
                q: vec![vec![1.0 / 7.0, 0.3]],
            }],
        }
    }

    #[test]
    fn every_bit_comes_back() {
        let (model, text) = (model(), model().to_toml());
        let again = Model::from_toml(&text).expect("a model");
        assert_eq!(model, again);
        assert_eq!(again.to_toml(), text);
        assert!(text.contains("converged = false"), "{text}");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let text = model().to_toml();
        let told = |text: &str| Model::from_toml(text).expect_err("an error");
        let newer = text.replace("version = 1", "version = 2\nnovelty = true");
        assert_eq!(told(&newer), LinkageError::ModelVersion { found: 2, reads: 1 });
        assert!(told(&text.replace("rows = 3", "rows = \"3\"")).to_string().contains("rows"));
        assert!(told("prior = 0.1").to_string().contains("no version"));
        assert!(told("not toml").to_string().starts_with("the model cannot be read"));
        let wrong = told(&text.replace("m = 0.7999999999999999", "m = 1.5"));
        assert!(wrong.to_string().contains("level `same`: 1.5 is no probability"), "{wrong}");
        assert!(
            told(&text.replace("prior = 0.2857142857142857", "prior = -1.0")).to_string().contains("twins")
        );
        assert!(told(&text.replace("rows = 3", "")).to_string().contains("rows"));
    }
}
