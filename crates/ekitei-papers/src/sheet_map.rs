//! Which answer goes into which cells of the section's own sheet: the field `sheet_map` of a form and its versions.

use ekitei_model::Record;
use ekitei_model::kinds::form;
use ekitei_report::own_sheet::Target;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Question → place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SheetMap(pub BTreeMap<String, Place>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Name of the worksheet.
    pub sheet: String,
    /// One; of a question inside of a repeat one for each row of the table.
    pub targets: Vec<Target>,
}

impl SheetMap {
    /// Empty when there is none or when it cannot be read: nothing is filled then, and the papers say everything.
    pub fn of(record: &Record) -> Self {
        let map = record.fields.get(form::SHEET_MAP).cloned().unwrap_or_default();
        serde_json::from_value(map).unwrap_or_default()
    }
}
