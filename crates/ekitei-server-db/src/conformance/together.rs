//! At the same time.

use super::kit::*;
use crate::Incoming;
use crate::{BlobRow, NewUpload};
use ekitei_model::kinds::{Variant, photo};
use ekitei_model::wire::{PullRequest, Want};
use ekitei_model::{Outcome, Record, Scope};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const BATCHES: usize = 12;
const EACH: usize = 5;

/// Pushes notes into the case, batch after batch. Returns the sequence numbers it was given.
async fn write(mut phone: Phone, case: ekitei_model::RecordId) -> Vec<u64> {
    let mut seqs = Vec::new();
    for _ in 0..BATCHES {
        let ops: Vec<_> = (0..EACH).map(|n| note_in(case, &n.to_string())).collect();
        seqs.extend(phone.push(&ops).await.iter().map(applied));
    }
    seqs
}

pub async fn two_devices_write_one_scope_without_gaps(store: Store) {
    let (a1, case) = office(&store).await;
    let a2 = phone(&store, "a2").await;
    let (one, two) = (tokio::spawn(write(a1, case)), tokio::spawn(write(a2, case)));
    let mut seqs = one.await.unwrap();
    let others = two.await.unwrap();
    assert!(seqs.is_sorted() && others.is_sorted());
    seqs.extend(others);
    seqs.sort_unstable();
    assert_eq!(seqs, (2..2 + 2 * (BATCHES * EACH) as u64).collect::<Vec<_>>());
    sound(&store).await;
}

pub async fn a_reader_never_skips_a_late_commit(store: Store) {
    let (a1, case) = office(&store).await;
    let (a2, reader) = (phone(&store, "a2").await, phone(&store, "a9").await);
    let done = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&done);
    let follow = tokio::spawn(async move {
        let (mut cursor, mut seen) = (0, Vec::new());
        loop {
            let last = stop.load(Ordering::SeqCst);
            let want = vec![Want { scope: Scope::Case(case), after: Some(cursor), before: None }];
            let request = PullRequest { proto: 1, epoch: None, want, max_bytes: 3000 };
            let page = reader.store.pull(&reader.caller, &request, NOW).await.unwrap().pages.remove(0);
            for r in &page.records {
                let r: Record = serde_json::from_str(r).unwrap();
                assert!(r.seq > cursor);
                seen.push(r.seq);
            }
            cursor = page.header.next;
            if last && !page.header.more {
                return seen;
            }
        }
    });
    let (one, two) = (tokio::spawn(write(a1, case)), tokio::spawn(write(a2, case)));
    one.await.unwrap();
    two.await.unwrap();
    done.store(true, Ordering::SeqCst);
    assert_eq!(follow.await.unwrap(), (1..2 + 2 * (BATCHES * EACH) as u64).collect::<Vec<_>>());
}

pub async fn one_operation_pushed_many_times_at_once_exists_once(store: Store) {
    let (a1, case) = office(&store).await;
    let lines: Vec<Incoming> = (0..4).map(|n| incoming(&note_in(case, &n.to_string()))).collect();
    let header = a1.header(a1.next, lines.len());
    let mut tasks = Vec::new();
    for _ in 0..6 {
        let (store, caller, header, lines) =
            (Arc::clone(&store), a1.caller.clone(), header.clone(), lines.clone());
        tasks
            .push(tokio::spawn(async move { store.apply_push(&caller, &header, lines, NOW).await.unwrap() }));
    }
    let mut answers = Vec::new();
    for t in tasks {
        answers.push(t.await.unwrap());
    }
    assert!(answers.iter().all(|a| a.results == answers[0].results && a.reply == answers[0].reply));
    assert_eq!(answers.iter().filter(|a| !a.touched.is_empty()).count(), 1);
    assert_eq!(a1.after(&Scope::Case(case), 0).await.1.head, 5);
    sound(&store).await;
}

/// Whoever comes first, nobody waits for ever: children pushed by one phone, their parents by another, at the same time.
pub async fn children_and_parents_racing_all_arrive(store: Store) {
    people(&store).await;
    for round in 0..8 {
        let (mut a1, mut a2) = (phone(&store, "a1").await, phone(&store, "a2").await);
        let (case, made) = case_in(A, &format!("R8-{round}"));
        let scope = Scope::Case(case);
        let visit = create(record_id(), "visit", &scope, None, fields([]));
        let note = create(record_id(), "note", &scope, Some(visit.record), fields([]));
        let late = ekitei_model::OpBody::Patch { base: [].into(), fields: fields([("title", "題".into())]) };
        let late = op(visit.record, late);
        let ids = [case, visit.record, note.record];
        let parents = tokio::spawn(async move {
            a1.push(&[made]).await;
            a1.push(&[visit]).await
        });
        let children = tokio::spawn(async move {
            a2.push(&[note]).await;
            a2.push(&[late]).await
        });
        parents.await.unwrap();
        let outcomes: Vec<Outcome> = children.await.unwrap();
        assert!(!matches!(outcomes[0], Outcome::Quarantined { .. }));
        let a9 = phone(&store, "a9").await;
        let here: BTreeSet<_> = a9.after(&scope, 0).await.0.iter().map(|r| r.id).collect();
        assert!(ids.iter().all(|id| here.contains(id)), "round {round}");
        assert_eq!(store.counts(NOW).await.unwrap().waiting_parent, 0);
    }
    sound(&store).await;
}

/// The record and its verified original come at the same moment: the arrival is noted and one job is made, whoever is
/// second.
pub async fn bytes_and_their_record_racing_meet(store: Store) {
    let (mut a1, case) = office(&store).await;
    let device = a1.caller.device;
    for round in 0..12 {
        let sha = format!("{round:064}");
        let named = fields([(&photo::sha256(Variant::Original), sha.as_str().into())]);
        let made = create(record_id(), "photo", &Scope::Case(case), None, named);
        let record = made.record;
        let (cipher, key) = (sha.clone(), None);
        let new = NewUpload {
            device,
            record,
            variant: Variant::Original,
            sha256: sha.clone(),
            cipher_sha256: cipher,
            key_id: key,
            length_bytes: 1,
            expires_ms: NOW,
        };
        let upload = store.upload_create(new, NOW).await.unwrap();
        let blob = BlobRow { sha256: sha, bytes: 1, media_type: "image/jpeg".into() };
        let finishing = Arc::clone(&store);
        let bytes =
            tokio::spawn(
                async move { finishing.upload_finish(upload.id, 0, &blob, NOW).await.unwrap().jobs },
            );
        let (line, first) = ([incoming(&made)], a1.next);
        a1.next += 1;
        let pushed = a1.push_at(first, &line).await.unwrap();
        let jobs = [pushed.jobs, bytes.await.unwrap()];
        assert_eq!(jobs.iter().filter(|made| **made).count(), 1, "round {round}");
        assert!(a1.record(record).await.unwrap().fields.contains_key(&photo::arrived(Variant::Original)));
    }
    assert_eq!(store.job_counts(NOW).await.unwrap().waiting, 12);
    sound(&store).await;
}
