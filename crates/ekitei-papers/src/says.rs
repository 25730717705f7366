//! What the papers of an inspection say, as far as it decides which of them are filed anew.

use crate::{Inspected, Paper};
use ekitei_model::Record;
use ekitei_model::inspection::{State, is_content};
use ekitei_model::kinds::{inspection, photo};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt;

/// Stands in the record of an inspection as text (`office.filed_content`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Says {
    /// Answers, report and pictures.
    content: String,
    /// What is blacked out on the pictures; empty: nothing.
    veiled: String,
    /// Who accepted it and when; empty: nobody yet.
    accepted: String,
}

impl Says {
    pub fn of(of: &Inspected) -> Self {
        Self { content: content(of), veiled: veiled(of), accepted: accepted(&of.record) }
    }

    /// What was filed last; a text of an earlier program names the content alone.
    pub fn read(text: &str) -> Self {
        let mut parts = text.split('.').map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        Self { content: next(), veiled: next(), accepted: next() }
    }

    /// Papers filed when they said `before` show what is blacked out now.
    pub fn veils_more_than(&self, before: &Self) -> bool {
        !self.veiled.is_empty() && self.veiled != before.veiled
    }

    /// Whether `paper` says something else than it did `before`.
    pub fn changes(&self, before: &Self, paper: Paper, own_sheet: bool) -> bool {
        // The section's own sheet has a box for the seal: nothing is printed there.
        let prints = paper == Paper::ReportPdf || paper == Paper::ReportXlsx && !own_sheet;
        self.content != before.content || prints && self.accepted != before.accepted
    }
}

impl fmt::Display for Says {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.content, self.veiled, self.accepted)
    }
}

#[derive(Default)]
struct Names(Sha256);

impl Names {
    fn add(&mut self, name: &str, value: &str) {
        for part in [name, value] {
            self.0.update(part.as_bytes());
            self.0.update([0]);
        }
    }

    fn text(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn content(of: &Inspected) -> String {
    let mut names = Names::default();
    for (name, value) in of.record.fields.iter().filter(|(name, _)| is_content(name)) {
        names.add(name, &value.to_string());
    }
    for p in &of.photos {
        for field in ["sha256.original", "sha256.display", photo::CAPTION, photo::ITEM] {
            names.add(field, p.text(field));
        }
        for field in [photo::MARKS, photo::BOARD] {
            names.add(field, &p.fields.get(field).map_or_else(String::new, Value::to_string));
        }
    }
    names.text()
}

fn veiled(of: &Inspected) -> String {
    let mut names = Names::default();
    let mut any = false;
    for p in &of.photos {
        let marks = p.fields.get(photo::MARKS).and_then(|layer| layer.get("marks")).and_then(Value::as_array);
        let out = |mark: &&Value| mark.get("kind").is_some_and(|kind| kind == "black_out");
        for mark in marks.into_iter().flatten().filter(out) {
            names.add(&p.id.to_string(), &mark.to_string());
            any = true;
        }
    }
    if any { names.text() } else { String::new() }
}

fn accepted(record: &Record) -> String {
    if State::of(record) != State::Accepted {
        return String::new();
    }
    let mut names = Names::default();
    names.add(record.text(inspection::ACCEPTED_BY), record.text(inspection::ACCEPTED_AT));
    names.text()
}
