//! What is wrong with a definition: all of it at once, each with the question and a code of the message catalogue.

use ekitei_model::Fault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One thing that is wrong. The text for a person is `error.<code>` of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Problem {
    pub code: String,
    /// The question, group or list concerned; empty: the form.
    #[serde(default)]
    pub item: String,
    /// The field of the definition: `relevant`, `calculate`, `choices` …; empty: the item itself.
    #[serde(default)]
    pub field: String,
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

impl Problem {
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn at(mut self, item: &str, field: &str) -> Self {
        self.item = item.to_owned();
        self.field = field.to_owned();
        self
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        let mut fault = Fault::ask(&problem.code).with("item", problem.item).with("field", problem.field);
        fault.params.extend(problem.params);
        fault
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.code, self.item, self.field)?;
        self.params.iter().try_for_each(|(k, v)| write!(f, " {k}={v}"))
    }
}

impl std::error::Error for Problem {}
