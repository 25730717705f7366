//! The directory, and what a list of people would change in it.

use super::PersonView;
use crate::import::RowFault;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A part of the directory, in the order of the readings.
#[derive(Debug, Serialize, ToSchema)]
pub struct DirectoryView {
    /// How many people fit.
    pub total: u64,
    pub people: Vec<PersonView>,
    /// First parts of the paths of all sections.
    pub bureaus: Vec<String>,
}

/// What is wrong in which line of a file; 0: the whole file.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineFault {
    pub line: u64,
    /// In the message catalogue under `error.<code>`.
    pub code: String,
    pub params: BTreeMap<String, String>,
}

impl From<RowFault> for LineFault {
    fn from(found: RowFault) -> Self {
        Self { line: found.line, code: found.fault.code, params: found.fault.params }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BureauTally {
    pub bureau: String,
    pub added: u64,
    pub changed: u64,
    pub left: u64,
    pub unchanged: u64,
}

/// A person as the list writes them.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedPerson {
    pub id: String,
    pub name: String,
    pub kana: String,
    pub sections: Vec<String>,
    pub extension: String,
    pub mobile: String,
}

/// One field of a person who changes: `name`, `kana`, `posts`, `extension`, `mobile`.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldChange {
    pub field: String,
    pub before: String,
    pub after: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedPerson {
    pub id: String,
    pub name: String,
    pub fields: Vec<FieldChange>,
}

/// Nothing has been changed yet.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ImportPreview {
    /// Names what was shown here; the import must bring it back. Empty: nothing can be imported.
    pub digest: String,
    /// Then nothing else is told.
    pub faults: Vec<LineFault>,
    pub bureaus: Vec<BureauTally>,
    /// At most 200 each; the sums are the bureaus'.
    pub added: Vec<ListedPerson>,
    pub changed: Vec<ChangedPerson>,
    pub left: Vec<ListedPerson>,
    pub unchanged: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DirectoryImported {
    pub added: u64,
    pub changed: u64,
    /// People whose posts were ended.
    pub left: u64,
    pub unchanged: u64,
}
