//! The stable key of an answer: `question`, or `question@instance` inside of repeats.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Usable as the name of a record's field. The key of an instance itself is `repeat@instance`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
#[serde(transparent)]
pub struct AnswerKey(pub String);

impl AnswerKey {
    pub fn new(question: &str, instance: &str) -> Self {
        if instance.is_empty() { Self(question.to_owned()) } else { Self(format!("{question}@{instance}")) }
    }

    pub fn question(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }

    /// Empty outside of repeats.
    pub fn instance(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, instance)| instance)
    }
}

impl fmt::Display for AnswerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for AnswerKey {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Letters, digits, `-`, `_`, at most 64 of them: what the phone mints for an instance (a UUID fits).
pub fn is_instance_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}
