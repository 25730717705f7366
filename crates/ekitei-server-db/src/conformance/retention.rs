//! What retention takes away, and what it must leave.

use super::kit::*;
use crate::{BlobRow, NewUpload, Purged, QuarantineState};
use ekitei_model::kinds::{Variant, photo};
use ekitei_model::{OpBody, Record, Scope};

const DAY: i64 = 24 * 3_600_000;

fn counted(p: &Purged) -> (u64, u64, u64) {
    (p.deleted, p.records, p.entries)
}

/// Everything that is found, in small steps.
async fn purge_all(store: &Store, before_ms: i64, now_ms: i64) -> (u64, u64, u64) {
    let mut sum = (0, 0, 0);
    loop {
        let step = store.purge(before_ms, now_ms, 2).await.unwrap();
        if step.is_empty() {
            return sum;
        }
        let (a, b, c) = counted(&step);
        assert!(a <= 2 && b <= 2 && c <= 2, "a step keeps its size");
        sum = (sum.0 + a, sum.1 + b, sum.2 + c);
    }
}

pub async fn what_was_deleted_leaves_only_its_traces(store: Store) {
    let (mut a1, case) = office(&store).await;
    let note = note_in(case, "消されたあとも履歴に残る言葉");
    let kept = note_in(case, "残る記録");
    a1.push(&[note.clone(), kept.clone()]).await;
    for text in ["直した言葉", "もう一度直した言葉"] {
        for id in [note.record, kept.record] {
            let seen = a1.record(id).await.unwrap();
            applied(&a1.one(&patch(&seen, fields([("text", text.into())]))).await);
        }
    }
    applied(&a1.one(&op(note.record, OpBody::Delete)).await);
    // Not yet: it ended at NOW.
    assert_eq!(counted(&store.purgeable(NOW).await.unwrap()), (0, 0, 0));
    assert_eq!(purge_all(&store, NOW, NOW + DAY).await, (0, 0, 0));
    let found = store.purgeable(NOW + 1).await.unwrap();
    assert_eq!(counted(&found), (0, 1, 0), "a look changes nothing");
    assert_eq!(counted(&store.purgeable(NOW + 1).await.unwrap()), (0, 1, 0));
    assert_eq!(purge_all(&store, NOW + 1, NOW + DAY).await, (0, 1, 0));
    assert_eq!(purge_all(&store, NOW + 1, NOW + 2 * DAY).await, (0, 0, 0), "once");
    let traces = store.history(note.record).await.unwrap();
    assert_eq!(traces.len(), 3);
    for trace in &traces {
        assert!(trace.starts_with(r#"{"purged":""#) && !trace.contains("言葉"), "{trace}");
    }
    let living = store.history(kept.record).await.unwrap();
    assert!(
        living.len() == 2 && living[0].contains("残る記録"),
        "the history of what lives stays: {living:?}"
    );
    // Feeds, cursors and repeats are as before.
    let (feed, _) = a1.after(&Scope::Case(case), 0).await;
    assert!(feed.iter().any(|r| r.id == note.record && r.deleted));
    let again = a1.push_at(2, &[incoming(&note)]).await.unwrap();
    applied(&again.results[0].outcome);
    sound(&store).await;
}

pub async fn a_deleted_case_takes_everything_in_it_along(store: Store) {
    let (mut a1, case) = office(&store).await;
    let (mut a2, mut a9) = (phone(&store, "a2").await, phone(&store, "a9").await);
    let sha = photo::sha256(Variant::Original);
    let picture = create(
        record_id(),
        "photo",
        &Scope::Case(case),
        None,
        fields([("caption", "写っている人の名".into()), (&sha, "s1".into())]),
    );
    let note = note_in(case, "訪問の記録");
    a1.push(&[picture.clone(), note.clone()]).await;
    let seen = a1.record(note.record).await.unwrap();
    applied(&a1.one(&patch(&seen, fields([("text", "現場".into())]))).await);
    let clash = a2.one(&patch(&seen, fields([("text", "机".into())]))).await;
    let ekitei_model::Outcome::Conflict { conflicts, .. } = clash else { panic!("{clash:?}") };
    let new = NewUpload {
        device: a1.caller.device,
        record: picture.record,
        variant: Variant::Original,
        sha256: "s1".into(),
        cipher_sha256: "c1".into(),
        key_id: None,
        length_bytes: 5,
        expires_ms: NOW + DAY,
    };
    let blob = BlobRow { sha256: "s1".into(), bytes: 5, media_type: "image/jpeg".into() };
    let upload = store.upload_create(new, NOW).await.unwrap();
    store.upload_finish(upload.id, upload.fence, &blob, NOW).await.unwrap();
    applied(&a9.one(&op(case, OpBody::Delete)).await);
    let later = NOW + 61 * DAY;
    assert_eq!(store.orphan_blobs(NOW + 1).await.unwrap(), [], "its photo is not deleted by itself");
    let found = counted(&store.purgeable(NOW + 1).await.unwrap());
    assert_eq!(found.0, 3, "photo, note and conflict");
    let (deleted, records, _) = purge_all(&store, NOW + 1, later).await;
    assert_eq!(deleted, 3);
    assert!(records >= 2, "the case and its header: {records}");
    for id in [case, picture.record, note.record, conflicts[0]] {
        let gone: Record = store.office_record(id).await.unwrap().unwrap();
        assert!(gone.deleted && gone.fields.is_empty());
        let traces = store.history(id).await.unwrap();
        assert!(!traces.is_empty() && traces.iter().all(|t| t.starts_with(r#"{"purged":""#)), "{traces:?}");
    }
    let header = ekitei_model::kinds::header_id(case, &Scope::Section(A.to_owned()));
    assert!(
        store.history(header).await.unwrap().iter().all(|t| !t.contains("砕石場")),
        "nor do its headers tell"
    );
    // The bytes need not wait once more.
    assert_eq!(store.orphan_blobs(NOW + 1).await.unwrap(), [blob]);
    assert!(store.forget_blob("s1", NOW + 1, later).await.unwrap());
    assert_eq!(purge_all(&store, later + 61 * DAY, later + 61 * DAY).await, (0, 0, 0));
    sound(&store).await;
}

pub async fn settled_quarantine_is_emptied_and_open_one_is_not(store: Store) {
    let (a1, case) = office(&store).await;
    let mut b1 = phone(&store, "b1").await;
    let notes =
        [note_in(case, "閉じた内容"), note_in(case, "取り込んだ内容"), note_in(case, "まだ見ていない内容")];
    b1.push(&notes).await;
    store.quarantine_close(&a1.caller, notes[0].op_id.0, NOW).await.unwrap();
    applied(&store.quarantine_release(&a1.caller, notes[1].op_id.0, NOW).await.unwrap().outcome);
    assert_eq!(purge_all(&store, NOW, NOW + DAY).await, (0, 0, 0));
    assert_eq!(purge_all(&store, NOW + 1, NOW + DAY).await, (0, 0, 2));
    for (note, emptied) in notes.iter().zip([true, true, false]) {
        let row = store.quarantine_entry(note.op_id.0).await.unwrap().unwrap();
        assert_eq!(row.bytes.starts_with(br#"{"purged":""#), emptied);
        assert_eq!(row.state == QuarantineState::Open, !emptied);
    }
    assert_eq!(
        a1.record(notes[1].record).await.unwrap().text("text"),
        "取り込んだ内容",
        "what was let in stays"
    );
    applied(&store.quarantine_release(&a1.caller, notes[2].op_id.0, NOW).await.unwrap().outcome);
    sound(&store).await;
}

/// A header that is granted, withdrawn, purged, granted and withdrawn again is emptied again.
pub async fn what_lives_again_and_ends_again_is_emptied_again(store: Store) {
    let (_a1, case) = office(&store).await;
    let mut a9 = phone(&store, "a9").await;
    let header = ekitei_model::kinds::header_id(case, &Scope::Section(B.to_owned()));
    for round in 0..2 {
        let at = NOW + round * 61 * DAY;
        for sections in [serde_json::Value::from(vec![B]), serde_json::Value::Null] {
            let seen = a9.record(case).await.unwrap();
            let line = vec![incoming(&patch(&seen, fields([("sections", sections)])))];
            let pushed = store.apply_push(&a9.caller, &a9.header(a9.next, 1), line, at).await.unwrap();
            applied(&pushed.results[0].outcome);
            a9.next += 1;
        }
        assert!(store.history(header).await.unwrap().iter().any(|t| t.contains("砕石場")));
        assert_eq!(purge_all(&store, at + 1, at + 2).await.1, 1, "round {round}");
        assert!(store.history(header).await.unwrap().iter().all(|t| !t.contains("砕石場")));
    }
    sound(&store).await;
}

/// Pieces of lists that neither a draft nor a version beside them names; the same rows may come again.
pub async fn pieces_of_lists_go_when_nothing_names_them(store: Store) {
    let (_a1, _) = office(&store).await;
    let mut a9 = phone(&store, "a9").await;
    let scope = Scope::Section(A.to_owned());
    let form = record_id();
    let piece = |digest: &str| {
        let id = ekitei_model::kinds::form_list_id(form, &scope, digest, 0);
        let said = fields([("digest", digest.into()), ("rows", serde_json::json!([["01", "字見本"]]))]);
        create(id, "form_list", &scope, None, said)
    };
    let named = |digest: &str| serde_json::json!({"lists": {"towns": {"pieces": {"digest": digest}}}});
    let (published, drafted, old) = (piece("d-published"), piece("d-drafted"), piece("d-old"));
    let draft = create(form, "form", &scope, None, fields([("definition", named("d-drafted"))]));
    let version = create(
        ekitei_model::kinds::form_version_id(form, 1, &scope),
        "form_version",
        &scope,
        None,
        fields([("form", form.to_string().into()), ("definition", named("d-published"))]),
    );
    for made in [&published, &drafted, &old, &draft, &version] {
        applied(&a9.one(made).await);
    }
    assert_eq!(purge_all(&store, NOW, NOW + DAY).await, (0, 0, 0), "not before its time");
    assert_eq!(purge_all(&store, NOW + 1, NOW + DAY).await.0, 1);
    let lives = async |id| !store.office_record(id).await.unwrap().unwrap().deleted;
    assert!(!lives(old.record).await);
    assert!(lives(published.record).await && lives(drafted.record).await);
    // The same rows are loaded again.
    let again = piece("d-old");
    applied(&a9.one(&again).await);
    let back = store.office_record(old.record).await.unwrap().unwrap();
    assert!(!back.deleted && back.fields["rows"] == serde_json::json!([["01", "字見本"]]));
    let (feed, _) = a9.after(&scope, 0).await;
    assert!(feed.iter().any(|r| r.id == old.record && !r.deleted), "phones hear of it");
    sound(&store).await;
}
