//! Coalescing and numbering under every order of writes, batches, answers, cuts and epoch changes.
#![allow(clippy::unwrap_used)]
mod common;

use common::{NOW, about_note, home, note, op_id, patch};
use ekitei_model::merge::{Writer, created, patch as merge_patch};
use ekitei_model::op::OpBody;
use ekitei_model::wire::PushResult;
use ekitei_model::{
    DeviceId, Fault, Lane, OpId, Operation, Outcome, Record, RecordId, Scope, StaffId, Stamp,
};
use ekitei_store::queue::{Batch, Enqueued, answers, batch, generation, ops, view};
use ekitei_store::{Home, StoreError};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// A server in miniature, after the rules of the push: skip what is known, refuse gaps, answer every operation.
#[derive(Default)]
struct Office {
    high_water: BTreeMap<(u8, u32), u64>,
    outcomes: HashMap<OpId, Outcome>,
    records: HashMap<RecordId, Record>,
    /// First bytes seen under each op id.
    bytes: HashMap<OpId, Vec<u8>>,
}

impl Office {
    fn push(&mut self, batch: &Batch) -> Vec<PushResult> {
        let water = self.high_water.entry((batch.lane.into(), batch.generation)).or_default();
        assert!(batch.first <= *water + 1, "gap: first {} after {water}", batch.first);
        let mut results = Vec::new();
        for (at, sent) in batch.ops.iter().enumerate() {
            assert_eq!(sent.op_seq, batch.first + at as u64, "contiguous");
            let op: Operation = serde_json::from_slice(&sent.bytes).unwrap();
            assert_eq!(op.op_id, sent.op_id);
            let first = self.bytes.entry(op.op_id).or_insert_with(|| sent.bytes.clone());
            assert_eq!(*first, sent.bytes, "the bytes of an operation never change");
            *water = (*water).max(sent.op_seq);
            let outcome = match self.outcomes.get(&op.op_id) {
                Some(known) => known.clone(),
                None => {
                    let outcome = Self::apply(&mut self.records, &op);
                    self.outcomes.insert(op.op_id, outcome.clone());
                    outcome
                }
            };
            results.push(PushResult { op_id: op.op_id, outcome, written_ms: None });
        }
        results
    }

    fn apply(records: &mut HashMap<RecordId, Record>, op: &Operation) -> Outcome {
        let staff = StaffId::from("s001");
        let by = Writer { device: DeviceId(uuid::Uuid::from_u128(1)), staff: &staff };
        match &op.body {
            OpBody::Create { kind, scope, parent, fields } => {
                assert!(!records.contains_key(&op.record), "made twice");
                records.insert(op.record, created(op, kind, scope, *parent, fields, by));
            }
            OpBody::Patch { base, fields } => {
                let record = records.get(&op.record).expect("a create goes before its patches");
                let patched = merge_patch(record, op, base, fields, by);
                records.insert(op.record, patched.record);
            }
            OpBody::Void { .. } => return Outcome::Voided,
            _ => unreachable!(),
        }
        Outcome::Applied { scope: Scope::All, seq: 1 }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Write { lane: u8 },
    Edit { note: usize },
    Push { lane: u8, max: usize, answer: bool },
    CancelNewest,
    Restart,
    Epoch,
    RestartLane,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0u8..3).prop_map(|lane| Step::Write { lane }),
        5 => (0usize..6).prop_map(|note| Step::Edit { note }),
        4 => (0u8..3, 1usize..5, any::<bool>()).prop_map(|(lane, max, answer)| Step::Push { lane, max, answer }),
        1 => Just(Step::CancelNewest),
        1 => Just(Step::Restart),
        1 => Just(Step::Epoch),
        1 => Just(Step::RestartLane),
    ]
}

/// Every lane until nothing waits.
fn drain(home: &Home, office: &mut Office) {
    for lane in Lane::OPS {
        while let Some(sent) = home.queue().write(|tx| batch::batch(tx, lane, 3, 100_000)).unwrap() {
            let results = office.push(&sent);
            let taken = home
                .queue()
                .write(|tx| answers::record_outcomes(tx, lane, sent.generation, &results, NOW))
                .unwrap();
            assert_eq!(taken, sent.ops.len() as u64);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_write_arrives_once_in_order_whatever_happens(steps in prop::collection::vec(step(), 1..40)) {
        let dir = tempfile::tempdir().unwrap();
        let mut phone = Some(home(dir.path()));
        let mut office = Office::default();
        let case = common::id();
        // What the person sees: the last text of each note.
        let mut texts: Vec<(RecordId, String, OpId)> = Vec::new();
        let mut epochs = 0;
        for (n, step) in steps.into_iter().enumerate() {
            let h = phone.as_ref().unwrap();
            match step {
                Step::Write { lane } => {
                    let text = format!("{n}");
                    let op = note(case, &text);
                    let lane = Lane::try_from(lane).unwrap();
                    let done = h.queue().write(|tx| ops::enqueue(tx, &op, lane, &about_note(case), NOW)).unwrap();
                    prop_assert_eq!(done, Enqueued::New);
                    texts.push((op.record, text, op.op_id));
                }
                Step::Edit { note } => {
                    let len = texts.len();
                    if len == 0 { continue }
                    let (record, text, _) = &mut texts[note % len];
                    *text = format!("{n}");
                    let op = patch(*record, text);
                    h.queue().write(|tx| ops::enqueue(tx, &op, Lane::Records, &about_note(case), NOW)).unwrap();
                    let open = h.queue().read(|c| ops::of_record(c, *record)).unwrap();
                    prop_assert!(open.iter().filter(|o| o.state == ops::OpState::Open).count() <= 1, "coalesced");
                    prop_assert!(open.windows(2).all(|w| w[0].lane == w[1].lane), "one lane a record");
                }
                Step::Push { lane, max, answer } => {
                    let lane = Lane::try_from(lane).unwrap();
                    if let Some(sent) = h.queue().write(|tx| batch::batch(tx, lane, max, 100_000)).unwrap() {
                        prop_assert!(sent.ops.len() <= max);
                        let results = office.push(&sent);
                        // An answer may be lost on the way; the office has applied it all the same.
                        if answer {
                            h.queue().write(|tx| answers::record_outcomes(tx, lane, sent.generation, &results, NOW)).unwrap();
                        }
                    }
                }
                Step::CancelNewest => {
                    let Some((record, _, _)) = texts.last().cloned() else { continue };
                    if h.queue().write(|tx| ops::cancel_record(tx, record)).unwrap() {
                        prop_assert!(!office.records.contains_key(&record), "cancelled only what nobody was told of");
                        texts.pop();
                    }
                }
                Step::Restart => {
                    drop(phone.take());
                    phone = Some(home(dir.path()));
                }
                Step::Epoch => {
                    epochs += 1;
                    h.queue().write(|tx| generation::new_generation(tx, &format!("epoch-{epochs}"))).unwrap();
                }
                Step::RestartLane => h.queue().write(|tx| generation::restart_lane(tx, Lane::Records)).unwrap(),
            }
        }
        let h = phone.as_ref().unwrap();
        drain(h, &mut office);
        prop_assert_eq!(office.records.len(), texts.len());
        for (record, text, _) in &texts {
            prop_assert_eq!(office.records[record].text("text"), text, "the last text arrived");
        }
        prop_assert_eq!(h.queue().read(view::counts).unwrap().items, 0);
    }
}

#[test]
fn a_batch_keeps_its_limits_and_an_oversized_operation_goes_alone() {
    let dir = tempfile::tempdir().unwrap();
    let home = home(dir.path());
    let case = common::id();
    let mut sizes = Vec::new();
    for length in [10, 10, 9_000, 10] {
        let op = note(case, &"x".repeat(length));
        sizes.push(serde_json::to_vec(&op).unwrap().len());
        home.queue().write(|tx| ops::enqueue(tx, &op, Lane::Records, &about_note(case), NOW)).unwrap();
    }
    let next = || home.queue().write(|tx| batch::batch(tx, Lane::Records, 500, 1_000)).unwrap();
    let answer = |sent: &Batch| {
        let results: Vec<PushResult> = sent
            .ops
            .iter()
            .map(|o| PushResult { op_id: o.op_id, outcome: Outcome::Voided, written_ms: None })
            .collect();
        home.queue()
            .write(|tx| answers::record_outcomes(tx, Lane::Records, sent.generation, &results, NOW))
            .unwrap();
    };
    let mut lengths = Vec::new();
    while let Some(sent) = next() {
        assert_eq!(next().unwrap(), sent, "in flight: the same again");
        lengths.push(sent.ops.iter().map(|o| o.bytes.len()).collect::<Vec<_>>());
        answer(&sent);
    }
    assert_eq!(lengths, [sizes[..2].to_vec(), sizes[2..3].to_vec(), sizes[3..].to_vec()]);
}

#[test]
fn an_operation_id_is_never_used_twice_and_bytes_lanes_take_no_operations() {
    let dir = tempfile::tempdir().unwrap();
    let home = home(dir.path());
    let case = common::id();
    let op = note(case, "一度だけ");
    let put =
        |op: &Operation, lane| home.queue().write(|tx| ops::enqueue(tx, op, lane, &about_note(case), NOW));
    put(&op, Lane::Records).unwrap();
    let mut twin = note(case, "別の記録");
    twin.op_id = op.op_id;
    assert!(matches!(put(&twin, Lane::Records), Err(StoreError::Sql(_))));
    assert!(put(&note(case, "x"), Lane::Originals).is_err());
    assert_eq!(home.queue().read(view::counts).unwrap().ops, 1);
}

#[test]
fn a_void_keeps_the_lane_contiguous() {
    let dir = tempfile::tempdir().unwrap();
    let home = home(dir.path());
    let case = common::id();
    let notes: Vec<Operation> = (0..3).map(|n| note(case, &format!("{n}"))).collect();
    for op in &notes {
        home.queue().write(|tx| ops::enqueue(tx, op, Lane::Records, &about_note(case), NOW)).unwrap();
    }
    let sent = home.queue().write(|tx| batch::batch(tx, Lane::Records, 3, 100_000)).unwrap().unwrap();
    let void = op_id();
    let fault = Fault::ask("too-large");
    home.queue().write(|tx| ops::void_op(tx, notes[1].op_id, void, Stamp::japan(NOW), &fault, NOW)).unwrap();
    let again = home.queue().write(|tx| batch::batch(tx, Lane::Records, 3, 100_000)).unwrap().unwrap();
    assert_eq!(again.first, sent.first);
    assert_eq!(again.ops.iter().map(|o| o.op_id).collect::<Vec<_>>(), [notes[0].op_id, void, notes[2].op_id]);
    Office::default().push(&again);
    // Its bytes wait for a person; the unsent one was never numbered and just parks.
    let kept = home.queue().read(|c| ops::by_id(c, notes[1].op_id)).unwrap().unwrap();
    assert_eq!((kept.op, kept.fault), (notes[1].clone(), Some(fault)));
}
