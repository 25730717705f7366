//! One shape for every error that reaches a person or crosses the wire.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// An error answers one question: retry, wait, or ask a person?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Cure {
    /// The same request may succeed by itself (network, 408, 429, 5xx).
    Retry,
    /// Something else must happen first (unlock, enrol, a parent's arrival).
    Wait,
    /// A person must decide or correct something.
    Ask,
}

/// A stable code with parameters; its text comes from the message catalogue under `error.<code>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Fault {
    pub code: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
    #[serde(default = "ask")]
    pub cure: Cure,
}

fn ask() -> Cure {
    Cure::Ask
}

impl Fault {
    pub fn ask(code: &str) -> Self {
        Self { code: code.to_owned(), params: BTreeMap::new(), cure: Cure::Ask }
    }
    pub fn retry(code: &str) -> Self {
        Self { cure: Cure::Retry, ..Self::ask(code) }
    }
    pub fn wait(code: &str) -> Self {
        Self { cure: Cure::Wait, ..Self::ask(code) }
    }
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        for (k, v) in &self.params {
            write!(f, " {k}={v}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}
