//! What the engine may not find out by itself: the time, the language, who and on which device.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(default)]
pub struct Env {
    /// RFC 3339 with the place's offset, `2026-11-21T10:05:00.000+09:00`.
    pub now: String,
    /// `ja` or `en`: labels, and the words of choices inside of expressions.
    pub language: String,
    /// For `meta` questions, by their `meta`: `start` (when the form was begun), `deviceid`, `username`, …
    #[cfg_attr(feature = "ts", ts(as = "Option<BTreeMap<String, String>>"))]
    pub facts: BTreeMap<String, String>,
}

impl Env {
    /// The local day, `2026-11-21`; empty without a time.
    pub fn today(&self) -> &str {
        self.now.get(..10).unwrap_or_default()
    }

    /// Minutes east of UTC of the place's clock.
    pub fn offset_minutes(&self) -> Option<i64> {
        let clock = self.now.get(10..)?;
        crate::date::offset_minutes(&clock[clock.find(['+', '-', 'Z'])?..])
    }

    /// The value of a `meta` question.
    pub fn fact(&self, meta: &str) -> &str {
        match (self.facts.get(meta), meta) {
            (Some(fact), _) => fact,
            (None, "today") => self.today(),
            (None, _) => "",
        }
    }
}
