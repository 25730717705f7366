//! Random operations of two phones against a plain in-memory fold of `model::merge`.

use super::kit::*;
use crate::Incoming;
use ekitei_model::kinds::{self, conflict};
use ekitei_model::merge::{self, Writer};
use ekitei_model::{OpBody, OpId, Operation, Record, RecordId, Rev, Scope};
use std::collections::{BTreeMap, HashSet};

/// A small generator, so that a seed names a run for ever.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
}

/// What the operations should add up to; knows nothing of sequences, scopes or storage.
#[derive(Default)]
struct Fold {
    records: BTreeMap<RecordId, Record>,
    done: HashSet<OpId>,
}

impl Fold {
    fn step(&mut self, op: &Operation, by: Writer) {
        if !self.done.insert(op.op_id) {
            return;
        }
        let now = self.records.get(&op.record).cloned();
        match (&op.body, now) {
            (OpBody::Create { kind, scope, parent, fields }, None) => {
                self.records.insert(op.record, merge::created(op, kind, scope, *parent, fields, by));
            }
            (OpBody::Delete, Some(r)) if !r.deleted => {
                self.records.insert(op.record, r.tombstone());
            }
            (OpBody::Patch { base, fields }, Some(r)) if !r.deleted && r.kind == kinds::CONFLICT => {
                self.resolve(op, r, base, fields, by);
            }
            (OpBody::Patch { base, fields }, Some(r)) if !r.deleted => {
                let p = merge::patch(&r, op, base, fields, by);
                self.records.insert(op.record, p.record);
                for made in p.conflicts {
                    let raised = match self.records.get(&made.id) {
                        None => made,
                        Some(old) if old.fields == made.fields => continue,
                        Some(old) => reopened(old, made, op, by),
                    };
                    self.records.insert(raised.id, raised);
                }
            }
            (OpBody::Mark { scope, value }, existing) => {
                if let Some(r) = merge::mark(existing.as_ref(), op, scope, *value, by) {
                    self.records.insert(op.record, r);
                }
            }
            _ => {}
        }
    }

    fn resolve(
        &mut self,
        op: &Operation,
        c: Record,
        base: &BTreeMap<String, OpId>,
        f: &ekitei_model::record::Fields,
        by: Writer,
    ) {
        let stale = c
            .revs
            .get(conflict::RESOLUTION)
            .is_some_and(|r| base.get(conflict::RESOLUTION) != Some(&r.op) && r.device != by.device);
        if stale || c.fields.contains_key(conflict::RESOLUTION) {
            return;
        }
        let choice = f[conflict::RESOLUTION].as_str().unwrap();
        let parent = c.parent.and_then(|p| self.records.get(&p)).cloned();
        if let Some(p) = parent.and_then(|p| merge::resolve(&p, &c, choice, op, by)) {
            self.records.insert(p.id, p);
        }
        let mut c = c;
        c.fields.insert(conflict::RESOLUTION.into(), choice.into());
        c.revs.insert(conflict::RESOLUTION.into(), Rev { op: op.op_id, device: by.device });
        self.records.insert(c.id, c);
    }
}

fn reopened(old: &Record, made: Record, op: &Operation, by: Writer) -> Record {
    let mut out = Record { fields: made.fields, ..old.clone() };
    for name in [conflict::MINE, conflict::THEIRS, conflict::RESOLUTION] {
        if old.fields.get(name) != out.fields.get(name) {
            out.revs.insert(name.into(), Rev { op: op.op_id, device: by.device });
        }
    }
    out
}

/// One random operation over what exists; `old` are versions that a phone may still have.
fn invent(dice: &mut Dice, case: RecordId, fold: &Fold, old: &[Record], staff: &str) -> Operation {
    let scope = Scope::Case(case);
    let pick = |dice: &mut Dice| old.get(dice.roll(old.len().max(1))).cloned();
    match dice.roll(10) {
        0..=2 => create(
            record_id(),
            ["note", "visit", "thing"][dice.roll(3)],
            &scope,
            None,
            fields([("a", 0.into())]),
        ),
        3 => match pick(dice) {
            Some(r) if r.kind != kinds::CONFLICT && dice.roll(3) == 0 => op(r.id, OpBody::Delete),
            _ => {
                op(kinds::mark_id(&scope, &staff.into()), OpBody::Mark { scope, value: dice.roll(9) as u64 })
            }
        },
        4 => {
            let open: Vec<&Record> = fold.records.values().filter(|r| r.kind == kinds::CONFLICT).collect();
            match open.get(dice.roll(open.len().max(1))) {
                Some(c) => {
                    let choice = ["mine", "theirs", "both"][dice.roll(3)];
                    patch(c, fields([(conflict::RESOLUTION, choice.into())]))
                }
                None => create(record_id(), "note", &scope, None, fields([])),
            }
        }
        _ => match pick(dice) {
            Some(r) if r.kind != kinds::CONFLICT && r.kind != kinds::MARK && !r.deleted => {
                let value = match dice.roll(5) {
                    0 => serde_json::Value::Null,
                    n => format!("値{n}").into(),
                };
                patch(
                    &r,
                    fields([
                        (["a", "b", "c"][dice.roll(3)], value),
                        (["a", "b", "c"][dice.roll(3)], "同".into()),
                    ]),
                )
            }
            _ => create(record_id(), "note", &scope, None, fields([("b", "一".into())])),
        },
    }
}

/// The content without places, clocks, and what the office adds to conflicts from its log.
fn content(mut r: Record) -> Record {
    (r.seq, r.born_seq, r.received_ms) = (0, 0, 0);
    for name in [conflict::THEIRS_STAFF, conflict::THEIRS_AT, conflict::THEIRS_OP] {
        r.fields.remove(name);
    }
    r
}

pub async fn run(store: Store, seed: u64, rounds: usize) {
    people(&store).await;
    let mut phones = [phone(&store, "a1").await, phone(&store, "a2").await];
    let (case, made) = case_in(A, "R8-001");
    phones[0].one(&made).await;
    let mut dice = Dice(seed | 1);
    let mut fold = Fold::default();
    let mut old: Vec<Record> = Vec::new();
    for _ in 0..rounds {
        let who = dice.roll(2);
        let caller = phones[who].caller.clone();
        let by = Writer { device: caller.device, staff: &caller.staff };
        let mut ops = Vec::new();
        for _ in 0..=dice.roll(4) {
            let op = invent(&mut dice, case, &fold, &old, caller.staff.as_str());
            fold.step(&op, by);
            ops.push(op);
            if dice.roll(8) == 0 {
                ops.push(ops[dice.roll(ops.len())].clone());
            }
        }
        old.extend(ops.iter().filter_map(|o| fold.records.get(&o.record)).cloned());
        let lines: Vec<Incoming> = ops.iter().map(incoming).collect();
        let first = phones[who].push_lines(&lines).await.unwrap();
        if dice.roll(3) == 0 {
            let phone = &phones[who];
            let again = phone.push_at(phone.next - lines.len() as u64, &lines).await.unwrap();
            assert_eq!(first.results, again.results, "seed {seed}");
        }
    }
    let (feed, header) = phones[0].after(&Scope::Case(case), 0).await;
    assert!(feed.is_sorted_by(|a, b| a.seq < b.seq) && header.head >= feed.len() as u64);
    let got: BTreeMap<RecordId, Record> =
        newest(feed).into_iter().filter(|(id, _)| *id != case).map(|(id, r)| (id, content(r))).collect();
    let expected: BTreeMap<RecordId, Record> =
        fold.records.into_iter().map(|(id, r)| (id, content(r))).collect();
    assert_eq!(got, expected, "seed {seed}");
    sound(&store).await;
}

pub async fn the_store_equals_a_fold_of_the_merge(store: Store) {
    run(store, 0x2545_f491_4f6c_dd1d, 150).await;
}
