use crate::bridge::views::ConflictView;
use ekitei_model::kinds::{conflict as field, note, photo, visit};
use ekitei_model::{DeviceId, Fault, Record, Stamp};
use serde_json::Value;

/// Who wrote the value that stands now, and when: staff id and that person's clock. `None`: the office itself, or this
/// phone cannot tell.
pub fn standing(record: &Record, parent: Option<&Record>) -> Option<(String, Option<Stamp>)> {
    let parent = parent?;
    let rev = parent.rev(record.text(field::FIELD))?;
    if record.text(field::THEIRS_OP) == rev.op.to_string() {
        let staff = Some(record.text(field::THEIRS_STAFF)).filter(|s| !s.is_empty())?;
        return Some((staff.to_owned(), record.text(field::THEIRS_AT).parse().ok()));
    }
    // It changed since; what the create wrote is known still.
    let made = parent.created.as_ref().filter(|c| c.op == rev.op)?;
    Some((made.staff.to_string(), Some(made.at)))
}

/// `parent` is the record it is about, when this phone has it; `name` finds a person's name.
pub fn conflict(
    record: &Record,
    parent: Option<&Record>,
    device: DeviceId,
    name: impl Fn(&str) -> Result<String, Fault>,
) -> Result<ConflictView, Fault> {
    let value = |name: &str| record.fields.get(name).cloned().unwrap_or(Value::Null);
    let of = record.text(field::FIELD);
    let by = record.text(field::BY_STAFF);
    let standing = standing(record, parent);
    Ok(ConflictView {
        id: record.id,
        record: record.parent.unwrap_or(record.id),
        record_kind: parent.map(|p| p.kind.clone()).unwrap_or_default(),
        case: record.scope.case(),
        title: parent.map(title).unwrap_or_default(),
        field: of.to_owned(),
        mine: value(field::MINE),
        // What stands now, which may be newer than what stood when the second value came.
        theirs: parent.and_then(|p| p.fields.get(of).cloned()).unwrap_or_else(|| value(field::THEIRS)),
        by: by.to_owned(),
        by_name: name(by)?,
        by_at: record.created.as_ref().map(|c| c.at),
        own: record.text(field::BY_DEVICE) == device.to_string(),
        standing_name: standing.as_ref().map(|(staff, _)| name(staff)).transpose()?,
        standing_at: standing.and_then(|(_, at)| at),
    })
}

/// A record's title for lists: its own, else the first line of its text.
pub fn title(record: &Record) -> String {
    // A message's text is in the field of a note's.
    let texts = [note::TITLE, visit::TITLE, photo::CAPTION, note::TEXT, "name", "number"];
    let first = texts.into_iter().map(|f| record.text(f)).find(|t| !t.trim().is_empty()).unwrap_or("");
    ekitei_model::filing::clip(first.lines().next().unwrap_or("").trim(), 120)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    const FIRST: &str = "01890000-0000-7000-8000-0000000000a1";
    const SECOND: &str = "01890000-0000-7000-8000-0000000000a2";
    const THIRD: &str = "01890000-0000-7000-8000-0000000000a3";

    fn note(last: &str) -> Record {
        let device = "01890000-0000-7000-8000-0000000000d1";
        let revs = if last == FIRST { json!({}) } else { json!({"text": {"op": last, "device": device}}) };
        serde_json::from_value(json!({
            "id": "01890000-0000-7000-8000-000000000001", "kind": "note", "scope": "user:a", "born_seq": 1, "seq": 2,
            "created": {"op": FIRST, "device": device, "staff": "s001", "at": "2026-11-21T09:00:00.000+09:00"},
            "fields": {"text": "今"}, "revs": revs
        }))
        .unwrap()
    }

    fn clash(fields: &Value) -> Record {
        let mut all = json!({"field": "text", "mine": "後", "theirs": "先", "by_staff": "s003"});
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        serde_json::from_value(json!({
            "id": "01890000-0000-7000-8000-000000000002", "kind": "conflict", "scope": "user:a", "born_seq": 3,
            "seq": 3, "fields": all
        }))
        .unwrap()
    }

    #[test]
    fn the_standing_value_is_its_last_writer_s_as_far_as_this_phone_can_tell() {
        let told = clash(
            &json!({"theirs_op": SECOND, "theirs_staff": "s002", "theirs_at": "2026-11-21T10:00:00.000+09:00"}),
        );
        let who = |c: &Record, last| {
            standing(c, Some(&note(last))).map(|(staff, at)| (staff, at.unwrap().to_string()))
        };
        assert_eq!(who(&told, SECOND), Some(("s002".into(), "2026-11-21T10:00:00.000+09:00".into())));
        assert_eq!(who(&told, THIRD), None, "somebody has changed it since");
        assert_eq!(who(&told, FIRST), Some(("s001".into(), "2026-11-21T09:00:00.000+09:00".into())));
        assert_eq!(standing(&told, None), None);
        assert_eq!(who(&clash(&json!({"theirs_op": SECOND})), SECOND), None, "the office itself");
        // An older office does not say.
        assert_eq!(who(&clash(&json!({})), FIRST).unwrap().0, "s001");
        assert_eq!(who(&clash(&json!({})), SECOND), None);
    }
}
