//! Regular expressions of `regex()`: linear in time and bounded in size.

use regex_lite::{Regex, RegexBuilder};

/// Matches the whole text, as ODK does.
#[derive(Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// `None`: cannot be read, or is too large.
    pub fn new(pattern: &str) -> Option<Self> {
        if pattern.len() > 2_000 {
            return None;
        }
        let whole = format!("^(?:{pattern})$");
        RegexBuilder::new(&whole).size_limit(1 << 20).nest_limit(40).build().ok().map(Self)
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}
