use crate::bridge::views::{CaseRow, PersonView};
use ekitei_model::kinds::{self, case};
use ekitei_model::people::Post;
use ekitei_model::{Record, RecordId, StaffId, fold};
use serde_json::Value;

/// A case as a row, from the case itself or from a header of it.
pub fn case_row(record: &Record, me: &StaffId, followed: bool, assigned: bool) -> CaseRow {
    let number = |field: &str| record.fields.get(field).and_then(Value::as_f64);
    let mine = assigned || record.list(case::ASSIGNEES).iter().any(|a| a == me.as_str());
    CaseRow {
        id: case_id(record),
        number: record.text(case::NUMBER).to_owned(),
        name: record.text(case::NAME).to_owned(),
        place: record.text(case::PLACE).to_owned(),
        section: record.text(case::SECTION).to_owned(),
        state: match record.text(case::STATE) {
            "" => "open".to_owned(),
            state => state.to_owned(),
        },
        restricted: record.flag(case::RESTRICTED),
        followed,
        assigned: mine,
        lat: number(case::LAT),
        lon: number(case::LON),
    }
}

/// A header hangs on its case.
fn case_id(record: &Record) -> RecordId {
    match record.kind.as_str() {
        kinds::CASE_HEADER => record.parent.unwrap_or(record.id),
        _ => record.id,
    }
}

/// Whether the folded `filter` is in number, name or place.
pub fn matches_filter(row: &CaseRow, filter: &str) -> bool {
    let wanted = fold::fold(filter);
    wanted.is_empty()
        || [&row.number, &row.name, &row.place].into_iter().any(|t| fold::fold(t).contains(&wanted))
}

/// An entry of the directory: one line a person, with the first post that is held on that day.
pub fn person(record: &Record, today: &str) -> PersonView {
    let posts = record.fields.get("posts").cloned().unwrap_or_default();
    let mut posts: Vec<Post> = serde_json::from_value(posts).unwrap_or_default();
    posts.retain(|p| p.held_on(today));
    let role = |p: &Post| serde_json::to_value(p.role).ok().and_then(|r| r.as_str().map(str::to_owned));
    let text = |field: &str| record.text(field).to_owned();
    PersonView {
        id: text("id"),
        name: text("name"),
        kana: text("kana"),
        section: posts.first().map(|p| p.section.clone()).unwrap_or_default(),
        role: posts.first().and_then(role).unwrap_or_default(),
        sections: posts.into_iter().map(|p| p.section).collect(),
        extension: text("extension"),
        mobile: text("mobile"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ekitei_model::Scope;
    use serde_json::json;

    fn header() -> Record {
        serde_json::from_value(json!({
            "id": "01890000-0000-7000-8000-000000000002", "kind": "case_header", "scope": "section:A/b",
            "parent": "01890000-0000-7000-8000-000000000001", "born_seq": 3, "seq": 3,
            "fields": {"number": "R8-12", "name": "採石場エゾ山", "place": "架空町", "state": "open", "section": "A/b",
                       "assignees": ["s001"], "lat": 43.5}
        }))
        .unwrap()
    }

    #[test]
    fn a_header_names_its_case_and_its_assignee() {
        let row = case_row(&header(), &"s001".into(), false, false);
        assert_eq!(Scope::Case(row.id).to_string(), "case:01890000-0000-7000-8000-000000000001");
        assert!(row.assigned && !row.followed && row.lat == Some(43.5) && row.lon.is_none());
        assert!(!case_row(&header(), &"s002".into(), true, false).assigned);
    }

    #[test]
    fn the_filter_folds_width_and_kana() {
        let row = case_row(&header(), &"s001".into(), false, false);
        assert!(matches_filter(&row, "ｒ８") && matches_filter(&row, "えぞ") && matches_filter(&row, "  "));
        assert!(!matches_filter(&row, "札"));
    }
}
