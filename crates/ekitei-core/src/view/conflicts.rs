use crate::bridge::views::ConflictView;
use ekitei_model::kinds::{conflict as field, note, photo, visit};
use ekitei_model::{DeviceId, Record};
use serde_json::Value;

/// `parent` is the record it is about, when this phone has it.
pub fn conflict(record: &Record, parent: Option<&Record>, device: DeviceId) -> ConflictView {
    let value = |name: &str| record.fields.get(name).cloned().unwrap_or(Value::Null);
    let name = record.text(field::FIELD);
    ConflictView {
        id: record.id,
        record: record.parent.unwrap_or(record.id),
        record_kind: parent.map(|p| p.kind.clone()).unwrap_or_default(),
        case: record.scope.case(),
        title: parent.map(title).unwrap_or_default(),
        field: name.to_owned(),
        mine: value(field::MINE),
        // What stands now, which may be newer than what stood when the second value came.
        theirs: parent.and_then(|p| p.fields.get(name).cloned()).unwrap_or_else(|| value(field::THEIRS)),
        by: record.text(field::BY_STAFF).to_owned(),
        own: record.text(field::BY_DEVICE) == device.to_string(),
    }
}

/// A record's title for lists: its own, else the first line of its text.
pub fn title(record: &Record) -> String {
    let texts = [note::TITLE, visit::TITLE, photo::CAPTION, note::TEXT, "name", "number"];
    let first = texts.into_iter().map(|f| record.text(f)).find(|t| !t.trim().is_empty()).unwrap_or("");
    ekitei_model::filing::clip(first.lines().next().unwrap_or("").trim(), 120)
}
