//! Who may see what, worked out a second time from the office's rows. Nothing here asks the rules under test.

use ekitei_model::{RecordId, Scope, StaffId};
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

fn body(db: &Connection, sql: &str, key: impl rusqlite::ToSql) -> Option<Value> {
    let text: Option<String> =
        db.prepare_cached(sql).unwrap().query_row([key], |r| r.get(0)).optional().unwrap();
    text.map(|text| serde_json::from_str(&text).unwrap())
}

fn has(list: &Value, text: &str) -> bool {
    list.as_array().is_some_and(|all| all.iter().any(|v| v.as_str() == Some(text)))
}

/// Sections of the posts that a person holds. Nobody's post has dates here.
pub fn sections(db: &Connection, staff: &StaffId) -> Vec<String> {
    let Some(person) = body(db, "SELECT body FROM staff WHERE id = ?1", staff.as_str()) else {
        return Vec::new();
    };
    let posts = person["posts"].as_array().cloned().unwrap_or_default();
    posts.iter().filter_map(|p| p["section"].as_str().map(str::to_owned)).collect()
}

fn case_of(db: &Connection, id: RecordId) -> Option<Value> {
    body(db, "SELECT body FROM records WHERE id = ?1", id.0.into_bytes())
}

/// By the member's own record; who made the room is in it without one.
fn is_member(db: &Connection, room: RecordId, staff: &StaffId, made: &Value) -> bool {
    let sql = "SELECT body FROM records WHERE scope = ?1 AND kind = 'room_member'
               AND json_extract(body, '$.fields.staff') = ?2";
    let mut find = db.prepare_cached(sql).unwrap();
    let key = [Scope::Room(room).to_string(), staff.to_string()];
    let found: Option<String> = find.query_row(key, |r| r.get(0)).optional().unwrap();
    match found.map(|text| serde_json::from_str::<Value>(&text).unwrap()) {
        Some(member) => member["fields"]["state"] != "left",
        None => made["created"]["staff"] == staff.as_str(),
    }
}

/// `None`: the case of this scope is not here, so there is nothing to see.
pub fn may_see(db: &Connection, staff: &StaffId, scope: &Scope) -> Option<bool> {
    match scope {
        Scope::All => Some(true),
        Scope::User(id) => Some(id == staff),
        Scope::Section(path) => Some(sections(db, staff).contains(path)),
        Scope::Case(id) => {
            let case = case_of(db, *id)?;
            if case["deleted"] == true {
                return Some(false);
            }
            let fields = &case["fields"];
            let named = has(&fields["members"], staff.as_str()) || has(&fields["assignees"], staff.as_str());
            let section = |s: &String| fields["section"] == s.as_str() || has(&fields["sections"], s);
            Some(named || (fields["restricted"] != true && sections(db, staff).iter().any(section)))
        }
        Scope::Room(id) => {
            let room = case_of(db, *id)?;
            let fields = &room["fields"];
            let by_section = |s: &String| has(&fields["sections"], s);
            let inside = is_member(db, *id, staff, &room) || sections(db, staff).iter().any(by_section);
            Some(room["deleted"] != true && inside)
        }
        Scope::Tally(_) => Some(false),
    }
}

/// The section that owns a case.
pub fn section_of(db: &Connection, case: RecordId) -> Option<String> {
    Some(case_of(db, case)?["fields"]["section"].as_str()?.to_owned())
}

/// The scope of a record.
pub fn scope_of(db: &Connection, id: RecordId) -> Option<Scope> {
    let sql = "SELECT scope FROM records WHERE id = ?1";
    let text: Option<String> = db.query_row(sql, [id.0.into_bytes()], |r| r.get(0)).optional().unwrap();
    text.map(|text| text.parse().unwrap())
}
