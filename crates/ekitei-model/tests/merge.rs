//! Properties of the merge and the overlay.
#![allow(clippy::unwrap_used)]

use ekitei_model::merge::{self, Writer};
use ekitei_model::record::{Fields, Record};
use ekitei_model::{DeviceId, OpBody, OpId, Operation, RecordId, Scope, StaffId, Stamp, kinds, overlay};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

fn device(n: u128) -> DeviceId {
    Uuid::from_u128(0xd0_0000 + n).into()
}
fn op_id(n: u128) -> OpId {
    Uuid::from_u128(0xa0_0000 + n).into()
}
fn staff() -> StaffId {
    "s001".into()
}
fn record_id() -> RecordId {
    Uuid::from_u128(1).into()
}

fn create(n: u128, fields: Fields) -> Operation {
    let body = OpBody::Create {
        kind: kinds::NOTE.into(),
        scope: Scope::Case(Uuid::from_u128(9).into()),
        parent: None,
        fields,
    };
    Operation { op_id: op_id(n), record: record_id(), at: Stamp::japan(0), body }
}

fn patch(n: u128, base: &Record, fields: Fields) -> Operation {
    let base = fields.keys().map(|k| (k.clone(), base.rev(k).unwrap().op)).collect();
    Operation {
        op_id: op_id(n),
        record: record_id(),
        at: Stamp::japan(0),
        body: OpBody::Patch { base, fields },
    }
}

fn apply(record: &Record, op: &Operation, by: DeviceId) -> merge::Patched {
    let OpBody::Patch { base, fields } = &op.body else { panic!("a patch") };
    merge::patch(record, op, base, fields, Writer { device: by, staff: &staff() })
}

fn made(fields: Fields) -> Record {
    let op = create(0, fields);
    overlay::lay(None, record_id(), &[op], Writer { device: device(0), staff: &staff() }).unwrap()
}

fn fields_strategy() -> impl Strategy<Value = Fields> {
    prop::collection::btree_map(
        "[a-d]",
        prop_oneof![Just(Value::Null), "[xyz]{0,3}".prop_map(Value::from), any::<u8>().prop_map(Value::from)],
        0..4,
    )
}

proptest! {
    /// Two devices that write different fields of one state never meet, in either order.
    #[test]
    fn different_fields_commute(a in fields_strategy(), b in fields_strategy(), start in fields_strategy()) {
        let b: Fields = b.into_iter().filter(|(k, _)| !a.contains_key(k)).collect();
        let base = made(start);
        let (pa, pb) = (patch(1, &base, a), patch(2, &base, b));
        let ab = apply(&apply(&base, &pa, device(1)).record, &pb, device(2));
        let ba = apply(&apply(&base, &pb, device(2)).record, &pa, device(1));
        prop_assert!(ab.conflicts.is_empty() && ba.conflicts.is_empty());
        prop_assert_eq!(ab.record, ba.record);
    }

    /// No value is ever lost: what a patch wanted is in the record or in a conflict.
    #[test]
    fn every_value_is_in_the_record_or_in_a_conflict(a in fields_strategy(), b in fields_strategy(), start in fields_strategy()) {
        let base = made(start);
        let (pa, pb) = (patch(1, &base, a), patch(2, &base, b.clone()));
        let after_a = apply(&base, &pa, device(1)).record;
        let out = apply(&after_a, &pb, device(2));
        for (name, want) in &b {
            let now = out.record.fields.get(name).unwrap_or(&Value::Null);
            let kept = out.conflicts.iter().any(|c| c.text("field") == name && &c.fields["mine"] == want);
            prop_assert!(now == want || kept, "{name}: {now} {want}");
            prop_assert!(!kept || now == after_a.fields.get(name).unwrap_or(&Value::Null));
        }
    }

    /// A device's own chain never conflicts with itself, though its bases are the mirror's.
    #[test]
    fn one_device_never_meets_itself(steps in prop::collection::vec(fields_strategy(), 1..6), start in fields_strategy()) {
        let mirror = made(start);
        let mut now = mirror.clone();
        for (i, fields) in steps.into_iter().enumerate() {
            let out = apply(&now, &patch(10 + i as u128, &mirror, fields.clone()), device(3));
            // The first step may find another's base; here the base is the mirror's own, so it never does.
            prop_assert!(out.conflicts.is_empty());
            now = out.record;
            for (k, v) in fields {
                prop_assert_eq!(now.fields.get(&k).unwrap_or(&Value::Null), &v);
            }
        }
    }

    /// Sending coalesced operations ends where sending each ends.
    #[test]
    fn coalescing_changes_nothing(steps in prop::collection::vec(fields_strategy(), 1..6), start in fields_strategy()) {
        let mirror = made(start);
        let ops: Vec<Operation> = steps.into_iter().enumerate().map(|(i, f)| patch(20 + i as u128, &mirror, f)).collect();
        let each = ops.iter().fold(mirror.clone(), |r, op| apply(&r, op, device(4)).record);
        let mut one = ops[0].clone();
        for op in &ops[1..] {
            prop_assert!(merge::coalesce(&mut one, op));
        }
        prop_assert_eq!(each.fields, apply(&mirror, &one, device(4)).record.fields);
    }
}

#[test]
fn the_overlay_ignores_a_create_that_the_mirror_has() {
    let op = create(0, BTreeMap::from([("text".into(), json!("offline"))]));
    let mut mirror = made(BTreeMap::from([("text".into(), json!("office"))]));
    mirror.seq = 4;
    let seen = overlay::lay(Some(&mirror), record_id(), &[op], Writer { device: device(0), staff: &staff() })
        .unwrap();
    assert_eq!(seen.text("text"), "office");
}

#[test]
fn keep_both_puts_the_texts_one_after_the_other_and_only_the_first_resolution_counts() {
    let base = made(BTreeMap::from([("text".into(), json!("a"))]));
    let console =
        apply(&base, &patch(1, &base, BTreeMap::from([("text".into(), json!("b"))])), device(1)).record;
    let late = apply(&console, &patch(2, &base, BTreeMap::from([("text".into(), json!("c"))])), device(2));
    assert_eq!((late.changed, late.conflicts.len()), (false, 1));
    let conflict = &late.conflicts[0];
    assert_eq!(conflict.id, kinds::conflict_id(record_id(), "text", device(2)));
    let op = patch(3, &base, Fields::new());
    let by = Writer { device: device(2), staff: &staff() };
    let both = merge::resolve(&console, conflict, "both", &op, by).unwrap();
    assert_eq!(both.text("text"), format!("b{}c", merge::BOTH_SEPARATOR));
    assert_eq!(merge::resolve(&console, conflict, "mine", &op, by).unwrap().text("text"), "c");
    assert_eq!(merge::resolve(&console, conflict, "theirs", &op, by), None);
    let mut done = conflict.clone();
    done.fields.insert("resolution".into(), json!("theirs"));
    assert_eq!(merge::resolve(&console, &done, "mine", &op, by), None);
}

#[test]
fn a_publish_takes_the_draft_away_and_makes_the_record() {
    let draft = made(BTreeMap::from([("text".into(), json!("memo"))]));
    let new: RecordId = Uuid::from_u128(2).into();
    let op = Operation {
        op_id: op_id(5),
        record: new,
        at: Stamp::japan(0),
        body: OpBody::Publish {
            draft: draft.id,
            kind: kinds::NOTE.into(),
            scope: Scope::All,
            parent: None,
            fields: draft.fields.clone(),
        },
    };
    let by = Writer { device: device(0), staff: &staff() };
    assert_eq!(overlay::lay(Some(&draft), draft.id, std::slice::from_ref(&op), by), None);
    assert_eq!(overlay::lay(None, new, &[op], by).unwrap().text("text"), "memo");
}

#[test]
fn a_mark_only_rises() {
    let scope = Scope::Room(Uuid::from_u128(3).into());
    let op = create(1, Fields::new());
    let who = staff();
    let by = Writer { device: device(0), staff: &who };
    let five = merge::mark(None, &op, &scope, 5, by).unwrap();
    assert_eq!(merge::mark(Some(&five), &op, &scope, 4, by), None);
    assert_eq!(merge::mark(Some(&five), &op, &scope, 6, by).unwrap().fields["value"], json!(6));
}
