//! Inspections: their states, who may move them, and what a change after the finish becomes.

use crate::kinds::{self, amendment, case, inspection};
use crate::people::{Role, Staff};
use crate::record::{Fields, Record};
use serde_json::Value;

/// Where an inspection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being filled in.
    Draft,
    /// Complete; its answers are locked.
    Finished,
    /// 回付: the section head has it.
    Circulated,
    Accepted,
    /// Sent back with a reason; open again.
    Returned,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Finished => "finished",
            State::Circulated => "circulated",
            State::Accepted => "accepted",
            State::Returned => "returned",
        }
    }

    /// `None`: a word of a newer version.
    pub fn parse(text: &str) -> Option<State> {
        [State::Draft, State::Finished, State::Circulated, State::Accepted, State::Returned]
            .into_iter()
            .find(|s| s.as_str() == text)
    }

    pub fn of(record: &Record) -> State {
        State::parse(record.text(inspection::STATE)).unwrap_or(State::Draft)
    }

    /// Answers change without anybody's leave.
    pub fn is_open(self) -> bool {
        matches!(self, State::Draft | State::Returned)
    }

    /// Whether it may become `next`. Steps that a phone made without a line arrive folded into one, so an open one may
    /// be circulated at once. Accepting and returning is the head's.
    pub fn may_become(self, next: State, by_head: bool) -> bool {
        match (self, next) {
            (a, b) if a == b => true,
            (_, State::Accepted | State::Returned) => by_head && self == State::Circulated,
            // Until it is accepted, the inspector may call it back.
            (from, _) => from != State::Accepted,
        }
    }
}

/// The fields that the finish locks.
pub fn is_content(field: &str) -> bool {
    field.starts_with(inspection::ANSWER)
        || field.starts_with(inspection::INSTANCE)
        || field.starts_with(inspection::CALCULATED)
        || field == inspection::REPORT
        || field == inspection::LEFT_OUT
}

/// Opening an inspection again takes the finish's snapshot away. That is no answer that anybody proposes: where the
/// opening came too late (another device had opened and finished it before), the snapshot stands.
fn takes_snapshot_away(field: &str, value: &Value) -> bool {
    value.is_null() && (field.starts_with(inspection::CALCULATED) || field == inspection::LEFT_OUT)
}

/// Which part of a change applies to the inspection at once, and which part becomes a proposal.
pub fn split(record: &Record, fields: &Fields) -> (Fields, Fields) {
    let count = |f: &Fields| f.get(inspection::REOPENED).and_then(Value::as_u64).unwrap_or(0);
    let state = State::of(record);
    let opened_again = count(fields) > count(&record.fields) && state != State::Accepted;
    if state.is_open() || opened_again {
        return (fields.clone(), Fields::new());
    }
    let kept = fields.iter().filter(|(name, value)| !takes_snapshot_away(name, value));
    kept.map(|(name, value)| (name.clone(), value.clone())).partition(|(name, _)| !is_content(name))
}

/// Whether the resolution of a conflict may set `field` to `value`: an answer only while the inspection is open, its
/// state only by a step that its inspector may make.
pub fn may_settle(record: &Record, field: &str, value: &Value) -> bool {
    let state = State::of(record);
    match field {
        inspection::STATE => {
            value.as_str().and_then(State::parse).is_some_and(|next| state.may_become(next, false))
        }
        _ => state.is_open() || !is_content(field),
    }
}

/// Whether `staff` leads the section that owns `case`.
pub fn leads(case: &Record, staff: &Staff, today: &str) -> bool {
    staff.has_role_in(case.text(case::SECTION), &[Role::Head], today)
}

/// Why a create or patch of an inspection or amendment may not be applied (`None`: it may). `target` is the record as
/// it stands (`None`: it is being made), `case` the case it belongs to.
pub fn refuse(
    kind: &str,
    target: Option<&Record>,
    fields: &Fields,
    case: &Record,
    staff: &Staff,
    today: &str,
) -> Option<&'static str> {
    let head = || leads(case, staff, today);
    match kind {
        kinds::INSPECTION => {
            if let Some(reason) = target.and_then(|t| refuse_hand_over(t, fields, case, staff, today)) {
                return Some(reason);
            }
            let wanted = fields.get(inspection::STATE)?;
            let Some(next) = wanted.as_str().and_then(State::parse) else { return Some("inspection-state") };
            let from = target.map_or(State::Draft, State::of);
            if from.may_become(next, head()) {
                return None;
            }
            let heads = matches!(next, State::Accepted | State::Returned);
            Some(if heads && !head() { "not-allowed" } else { "inspection-state" })
        }
        kinds::AMENDMENT => {
            let decides = fields.iter().all(|(name, value)| {
                name == amendment::STATE && matches!(value.as_str(), Some("accepted" | "rejected"))
            });
            if target.is_none() || !decides {
                return Some("office-kind");
            }
            (!head()).then_some("not-allowed")
        }
        _ => None,
    }
}

/// The inspector's number; of one that names none, whoever began it.
pub fn inspector(record: &Record) -> &str {
    match record.text(inspection::INSPECTOR) {
        "" => record.created.as_ref().map_or("", |c| c.staff.as_str()),
        staff => staff,
    }
}

/// Who may give an open inspection to another inspector: its own, and head and stewards of the section that owns the
/// case (they also look after its phones).
pub fn may_hand_over(record: &Record, case: &Record, staff: &Staff, today: &str) -> bool {
    staff.id.as_str() == inspector(record)
        || staff.has_role_in(case.text(case::SECTION), &[Role::Head, Role::Steward], today)
}

fn refuse_hand_over(
    record: &Record,
    fields: &Fields,
    case: &Record,
    staff: &Staff,
    today: &str,
) -> Option<&'static str> {
    let next = fields.get(inspection::INSPECTOR)?.as_str().unwrap_or("");
    if next == inspector(record) {
        return None;
    }
    if next.is_empty() || !State::of(record).is_open() {
        return Some("inspection-state");
    }
    (!may_hand_over(record, case, staff, today)).then_some("not-allowed")
}

/// What accepting an amendment does to its inspection. `None`: nothing (rejected, decided before, or all of it stands).
pub fn amended(parent: &Record, proposal: &Record, decision: &str, rev: crate::Rev) -> Option<Record> {
    if decision != "accepted" || parent.deleted || proposal.text(amendment::STATE) != "proposed" {
        return None;
    }
    let Some(Value::Object(proposed)) = proposal.fields.get(amendment::PROPOSED) else { return None };
    let mut out = parent.clone();
    let content =
        proposed.iter().filter(|(name, value)| is_content(name) && !takes_snapshot_away(name, value));
    for (name, value) in content {
        if parent.fields.get(name).unwrap_or(&Value::Null) == value {
            continue;
        }
        if value.is_null() {
            out.fields.remove(name);
        } else {
            out.fields.insert(name.clone(), value.clone());
        }
        out.revs.insert(name.clone(), rev);
    }
    (out.fields != parent.fields).then_some(out)
}

/// Who may make and publish forms in `section` (`None`: for all).
pub fn may_publish(section: Option<&str>, staff: &Staff, today: &str) -> bool {
    staff.is_admin(today)
        || section.is_some_and(|s| staff.has_role_in(s, &[Role::Head, Role::Steward], today))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DeviceId, OpBody, OpId, Operation, RecordId, Scope, StaffId, merge};
    use proptest::prelude::*;
    use serde_json::json;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    const STATES: [State; 5] =
        [State::Draft, State::Finished, State::Circulated, State::Accepted, State::Returned];

    fn op(n: u128, body: OpBody) -> Operation {
        Operation {
            op_id: OpId(Uuid::from_u128(n)),
            record: RecordId(Uuid::from_u128(1)),
            at: crate::Stamp::japan(0),
            body,
        }
    }

    fn made(state: State) -> (Record, StaffId) {
        let staff = StaffId::from("S001");
        let fields = Fields::from([(inspection::STATE.into(), state.as_str().into())]);
        let scope = Scope::Case(RecordId(Uuid::from_u128(9)));
        let create = op(
            1,
            OpBody::Create {
                kind: kinds::INSPECTION.into(),
                scope: scope.clone(),
                parent: None,
                fields: fields.clone(),
            },
        );
        let by = merge::Writer { device: DeviceId(Uuid::from_u128(5)), staff: &staff };
        (merge::created(&create, kinds::INSPECTION, &scope, None, &fields, by), staff)
    }

    #[test]
    fn only_the_head_accepts_and_nothing_leaves_accepted() {
        for from in STATES {
            for to in STATES.into_iter().filter(|to| *to != from) {
                let heads = matches!(to, State::Accepted | State::Returned);
                assert_eq!(
                    heads && from.may_become(to, true),
                    heads && from == State::Circulated,
                    "{from:?} {to:?}"
                );
                assert!(!(heads && from.may_become(to, false)), "{from:?} {to:?}");
                assert!(from != State::Accepted || !from.may_become(to, true), "{to:?}");
            }
        }
    }

    #[test]
    fn a_change_after_the_finish_becomes_a_proposal_and_nothing_else() {
        let (record, staff) = made(State::Circulated);
        let by = merge::Writer { device: DeviceId(Uuid::from_u128(5)), staff: &staff };
        let fields = Fields::from([("a.q1".into(), json!("ng")), ("title".into(), json!("x"))]);
        let late = op(2, OpBody::Patch { base: BTreeMap::new(), fields: fields.clone() });
        let out = merge::patch(&record, &late, &BTreeMap::new(), &fields, by);
        assert_eq!(out.record.text("title"), "x");
        assert!(!out.record.fields.contains_key("a.q1"));
        let proposal = out.amendment.unwrap();
        assert_eq!(proposal.parent, Some(record.id));
        assert_eq!(proposal.fields[amendment::PROPOSED], json!({"a.q1": "ng"}));
        let rev = crate::Rev { op: OpId(Uuid::from_u128(3)), device: DeviceId(Uuid::from_u128(6)) };
        assert_eq!(amended(&record, &proposal, "rejected", rev), None);
        assert_eq!(amended(&record, &proposal, "accepted", rev).unwrap().text("a.q1"), "ng");
    }

    #[test]
    fn a_conflict_resolved_after_the_finish_is_proposed_and_moves_no_state() {
        let staff = StaffId::from("S002");
        let by = merge::Writer { device: DeviceId(Uuid::from_u128(6)), staff: &staff };
        let resolution = op(4, OpBody::Patch { base: BTreeMap::new(), fields: Fields::new() });
        for (field, mine) in [("a.q1", "ng"), ("state", "finished"), ("state", "accepted"), ("title", "x")] {
            for state in STATES {
                let (mut record, _) = made(state);
                record.fields.insert("a.q1".into(), json!("ok"));
                let mut conflict = record.clone();
                conflict.fields = Fields::from([
                    (kinds::conflict::FIELD.into(), json!(field)),
                    (kinds::conflict::MINE.into(), json!(mine)),
                ]);
                for choice in ["mine", "both", "theirs"] {
                    let set = merge::resolve(&record, &conflict, choice, &resolution, by);
                    let proposed = merge::proposal(&record, &conflict, choice, &resolution, by);
                    assert!(set.is_none() || proposed.is_none(), "{field} {state:?} {choice}");
                    let there = |r: &Option<Record>| r.as_ref().map(|r| r.text(field).to_owned());
                    match field {
                        "title" => {
                            assert_eq!((set.is_some(), proposed.is_some()), (choice != "theirs", false))
                        }
                        "state" => {
                            let legal =
                                State::parse(mine).is_some_and(|m| m != state && state.may_become(m, false));
                            let moved = there(&set);
                            assert_eq!(
                                moved.as_deref(),
                                (legal && choice == "mine").then_some(mine),
                                "{state:?} {choice}"
                            );
                            assert!(proposed.is_none());
                        }
                        _ => {
                            assert_eq!(
                                set.is_some(),
                                state.is_open() && choice != "theirs",
                                "{state:?} {choice}"
                            );
                            assert_eq!(
                                proposed.is_some(),
                                !state.is_open() && choice != "theirs",
                                "{state:?} {choice}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn opened_again_in_the_same_breath_it_takes_the_change() {
        let fields = Fields::from([("a.q1".into(), json!("ok")), (inspection::REOPENED.into(), json!(1))]);
        assert!(split(&made(State::Circulated).0, &fields).1.is_empty());
        assert_eq!(split(&made(State::Accepted).0, &fields).1.len(), 1);
    }

    /// Two devices opened the same finished sheet; one finished it again, then the other's opening arrives.
    #[test]
    fn an_opening_that_comes_too_late_takes_no_snapshot_away() {
        for state in [State::Finished, State::Circulated, State::Accepted] {
            let (mut record, staff) = made(state);
            let stands = [
                ("reopened", json!(1)),
                ("c.sum", json!(5)),
                ("left_out", json!(["q9"])),
                ("a.q1", json!("ok")),
            ];
            record.fields.extend(stands.map(|(name, value)| (name.to_owned(), value)));
            let by = merge::Writer { device: DeviceId(Uuid::from_u128(5)), staff: &staff };
            let mut fields = Fields::from([
                ("reopened".into(), json!(1)),
                ("c.sum".into(), Value::Null),
                ("left_out".into(), Value::Null),
            ]);
            let late = |fields: &Fields| {
                let change = op(2, OpBody::Patch { base: BTreeMap::new(), fields: fields.clone() });
                merge::patch(&record, &change, &BTreeMap::new(), fields, by)
            };
            let out = late(&fields);
            assert_eq!(out.amendment, None, "{state:?}: nobody proposes to empty a snapshot");
            assert_eq!(out.record.fields["c.sum"], json!(5), "{state:?}");
            assert_eq!(out.record.fields["left_out"], json!(["q9"]), "{state:?}");
            // What was answered after it is proposed as any late answer.
            fields.insert("a.q1".into(), json!("ng"));
            let proposal = late(&fields).amendment.unwrap();
            assert_eq!(proposal.fields[amendment::PROPOSED], json!({"a.q1": "ng"}), "{state:?}");
            // One that an earlier program proposed empties nothing, either.
            let mut old = proposal.clone();
            old.fields
                .insert(amendment::PROPOSED.into(), json!({"a.q1": "ng", "c.sum": null, "left_out": null}));
            let rev = crate::Rev { op: OpId(Uuid::from_u128(3)), device: DeviceId(Uuid::from_u128(6)) };
            let after = amended(&record, &old, "accepted", rev).unwrap();
            assert_eq!((after.text("a.q1"), &after.fields["c.sum"]), ("ng", &json!(5)), "{state:?}");
        }
        // In time, it does.
        let (mut record, _) = made(State::Finished);
        record.fields.insert("c.sum".into(), json!(5));
        let fields = Fields::from([("reopened".into(), json!(1)), ("c.sum".into(), Value::Null)]);
        assert_eq!(split(&record, &fields).0, fields);
    }

    #[test]
    fn an_open_sheet_is_handed_over_by_its_inspector_and_those_who_lead() {
        use crate::people::Post;
        let case: Record = serde_json::from_value(json!({
            "id": Uuid::from_u128(9), "kind": kinds::CASE, "scope": Scope::Case(RecordId(Uuid::from_u128(9))),
            "born_seq": 1, "seq": 1, "fields": {"section": "甲/係"}
        }))
        .unwrap();
        let person = |id: &str, section: &str, role: Role| Staff {
            id: id.into(),
            name: String::new(),
            kana: String::new(),
            extension: String::new(),
            mobile: String::new(),
            posts: vec![Post { section: section.to_owned(), role, from: None, to: None }],
        };
        let mut record = made(State::Draft).0;
        let hand = |record: &Record, to: &str, by: &Staff| {
            let fields = Fields::from([(inspection::INSPECTOR.into(), json!(to))]);
            refuse(kinds::INSPECTION, Some(record), &fields, &case, by, "2026-11-21")
        };
        for (by, refused) in [
            (person("S001", "甲/係", Role::Staff), None),
            (person("S002", "甲/係", Role::Steward), None),
            (person("S003", "甲/係", Role::Head), None),
            (person("S004", "甲/係", Role::Staff), Some("not-allowed")),
            (person("S005", "乙/係", Role::Head), Some("not-allowed")),
        ] {
            assert_eq!(hand(&record, "S009", &by), refused, "{}", by.id);
            assert_eq!(hand(&record, "S001", &by), None, "it stays where it is");
        }
        let head = person("S003", "甲/係", Role::Head);
        assert_eq!(hand(&record, "", &head), Some("inspection-state"));
        for state in STATES.into_iter().filter(|s| !s.is_open()) {
            record.fields.insert(inspection::STATE.into(), state.as_str().into());
            assert_eq!(hand(&record, "S009", &head), Some("inspection-state"), "{state:?}");
        }
    }

    proptest! {
        #[test]
        fn a_split_loses_nothing(names in proptest::collection::btree_set("(a\\.|r\\.|c\\.)?[a-z]{1,4}", 0..8), n in 0usize..5) {
            let fields: Fields = names.into_iter().map(|n| (n, json!(1))).collect();
            let (now, later) = split(&made(STATES[n]).0, &fields);
            prop_assert_eq!(now.len() + later.len(), fields.len());
            prop_assert!(later.keys().all(|k| is_content(k)));
            prop_assert!(now.into_iter().chain(later).all(|(k, v)| fields[&k] == v));
        }
    }
}
