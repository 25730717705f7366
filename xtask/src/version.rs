//! Versions as tools print them.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// The first version number in `text`: `rustc 1.95.0 (…)`, `v20.19.4`, `psql (PostgreSQL) 15.6`.
    pub fn in_text(text: &str) -> Option<Self> {
        text.split(|c: char| c.is_whitespace() || c == '(' || c == ')').find_map(Self::from_word)
    }

    fn from_word(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        // 1.97.0-nightly and 1.96.0-beta.2 count as their release.
        let plain = word.split(['-', '+']).next()?;
        let mut numbers = plain.split('.').map(str::parse::<u32>);
        let (major, minor) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        Some(Self(major, minor, numbers.next().and_then(Result::ok).unwrap_or(0)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn reads_what_tools_print() {
        for (text, expected) in [
            ("rustc 1.95.0 (59807616e 2026-04-14)", Some(Version(1, 95, 0))),
            ("rustc 1.97.0-nightly (abc 2026-05-01)", Some(Version(1, 97, 0))),
            ("v20.19.4", Some(Version(20, 19, 4))),
            ("11.6", Some(Version(11, 6, 0))),
            ("psql (PostgreSQL) 15.6 (Debian 15.6-0)", Some(Version(15, 6, 0))),
            ("no number", None),
            ("", None),
        ] {
            assert_eq!(Version::in_text(text), expected, "{text}");
        }
    }

    #[test]
    fn compares_numbers_not_texts() {
        assert!(Version(20, 9, 0) < Version(20, 19, 0));
        assert!(Version(1, 100, 0) > Version(1, 95, 9));
        assert!(Version(20, 19, 0) >= Version(20, 19, 0));
    }
}
