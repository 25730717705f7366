//! Uploads, arrivals, jobs.

use super::kit::*;
use crate::{BlobRow, Job, JobEffect, JobKind, NewUpload};
use ekitei_model::kinds::{Variant, photo};
use ekitei_model::{OpBody, Operation, RecordId, Scope, Stamp};

fn photo_in(case: RecordId, sha: &str) -> Operation {
    let f = fields([
        (&photo::sha256(Variant::Original), sha.into()),
        (&photo::sha256(Variant::Thumb), "t".into()),
    ]);
    create(record_id(), "photo", &Scope::Case(case), None, f)
}

fn new_upload(phone: &Phone, record: RecordId, variant: Variant, sha: &str) -> NewUpload {
    NewUpload {
        device: phone.caller.device,
        record,
        variant,
        sha256: sha.to_owned(),
        cipher_sha256: format!("cipher-{sha}"),
        key_id: Some("k1".to_owned()),
        length_bytes: 100,
        expires_ms: NOW + 1000,
    }
}

fn blob(sha: &str) -> BlobRow {
    BlobRow { sha256: sha.to_owned(), bytes: 90, media_type: "image/jpeg".to_owned() }
}

/// A whole upload. Returns whether a job was made.
pub(super) async fn send(
    store: &Store,
    phone: &Phone,
    record: RecordId,
    variant: Variant,
    sha: &str,
) -> bool {
    let u = store.upload_create(new_upload(phone, record, variant, sha), NOW).await.unwrap();
    let u = store.upload_claim(u.id).await.unwrap();
    store.upload_finish(u.id, u.fence, &blob(sha), NOW + 5).await.unwrap().jobs
}

pub async fn uploads_resume_under_a_fence(store: Store) {
    let (a1, _) = office(&store).await;
    let new = new_upload(&a1, record_id(), Variant::Display, "d");
    let made = store.upload_create(new.clone(), NOW).await.unwrap();
    assert_eq!((made.offset_bytes, made.fence, made.done, &made.new), (0, 0, false, &new));
    let first = store.upload_claim(made.id).await.unwrap();
    store.upload_advance(made.id, first.fence, 0, 40).await.unwrap();
    // The line broke; a newer request takes over, the dead one's late write is refused.
    let again = store.upload_create(new.clone(), NOW).await.unwrap();
    assert_eq!((again.id, again.offset_bytes), (made.id, 40));
    let second = store.upload_claim(made.id).await.unwrap();
    assert_eq!((second.fence, second.offset_bytes), (first.fence + 1, 40));
    let err = store.upload_advance(made.id, first.fence, 40, 60).await.unwrap_err();
    assert_eq!(
        (err.fault().unwrap().code.as_str(), err.fault().unwrap().params["offset"].as_str()),
        ("upload-taken", "40")
    );
    assert_eq!(code(store.upload_finish(made.id, first.fence, &blob("d"), NOW).await), "upload-taken");
    assert_eq!(code(store.upload_advance(made.id, second.fence, 0, 60).await), "upload-taken");
    assert_eq!(code(store.upload_advance(made.id, second.fence, 40, 101).await), "upload-taken");
    store.upload_advance(made.id, second.fence, 40, 100).await.unwrap();
    store.upload_finish(made.id, second.fence, &blob("d"), NOW).await.unwrap();
    let done = store.upload(made.id).await.unwrap().unwrap();
    assert!(done.done && done.offset_bytes == 100);
    // The answer was lost: finishing and creating again change nothing.
    assert_eq!(store.upload_finish(made.id, 0, &blob("d"), NOW).await.unwrap(), crate::Changed::default());
    assert!(store.upload_create(new, NOW).await.unwrap().done);
    assert_eq!(store.uploads_expired(NOW + 999).await.unwrap(), []);
    assert_eq!(store.uploads_expired(NOW + 1000).await.unwrap().len(), 1);
    store.upload_drop(made.id).await.unwrap();
    assert_eq!(code(store.upload_claim(made.id).await), "upload-unknown");
    assert_eq!(store.all_blobs().await.unwrap(), [blob("d")]);
}

pub async fn arrival_before_the_record_and_after_it(store: Store) {
    let (mut a1, case) = office(&store).await;
    let arrived = photo::arrived(Variant::Original);
    let stamp = Stamp::japan(NOW + 5).to_string();
    // Record first.
    let after = photo_in(case, "s1");
    a1.one(&after).await;
    assert!(!send(&store, &a1, after.record, Variant::Thumb, "t").await, "a thumbnail is no original");
    assert!(send(&store, &a1, after.record, Variant::Original, "s1").await);
    // Bytes first.
    let before = photo_in(case, "s2");
    assert!(!send(&store, &a1, before.record, Variant::Original, "s2").await);
    let lines = [incoming(&before)];
    let pushed = a1.push_lines(&lines).await.unwrap();
    assert!(pushed.jobs && !a1.push_at(a1.next - 1, &lines).await.unwrap().jobs);
    for id in [after.record, before.record] {
        assert_eq!(a1.record(id).await.unwrap().text(&arrived), stamp);
    }
    // While the record waits for its visit, and comes out with it.
    let visit = record_id();
    let mut waits = photo_in(case, "s3");
    if let OpBody::Create { parent, .. } = &mut waits.body {
        *parent = Some(visit);
    }
    a1.one(&waits).await;
    assert!(!send(&store, &a1, waits.record, Variant::Original, "s3").await);
    let made = create(visit, "visit", &Scope::Case(case), None, fields([]));
    assert!(a1.push_lines(&[incoming(&made)]).await.unwrap().jobs);
    assert_eq!(a1.record(waits.record).await.unwrap().text(&arrived), stamp);
    // A later change of the caption makes no further job and keeps the arrival.
    let seen = a1.record(after.record).await.unwrap();
    let pushed =
        a1.push_lines(&[incoming(&patch(&seen, fields([("caption", "亀裂".into())])))]).await.unwrap();
    assert!(!pushed.jobs);
    assert_eq!(a1.record(after.record).await.unwrap().text(&arrived), stamp);
    assert_eq!(store.job_counts(NOW).await.unwrap().waiting, 3);
    assert_eq!(store.cases(&a1.caller, &Default::default(), 9).await.unwrap()[0].photos_arrived, 3);
    sound(&store).await;
}

pub async fn other_bytes_do_not_count(store: Store) {
    let (mut a1, case) = office(&store).await;
    let p = photo_in(case, "right");
    a1.one(&p).await;
    assert!(!send(&store, &a1, p.record, Variant::Original, "wrong").await);
    assert_eq!(store.blob_of(&a1.caller, p.record, Variant::Original).await.unwrap(), None);
    assert!(!a1.record(p.record).await.unwrap().fields.contains_key(&photo::arrived(Variant::Original)));
    assert!(send(&store, &a1, p.record, Variant::Original, "right").await);
    assert_eq!(store.blob_of(&a1.caller, p.record, Variant::Original).await.unwrap(), Some(blob("right")));
    // Another display copy is named: its arrival is open again until it comes.
    let name = photo::sha256(Variant::Display);
    let seen = a1.record(p.record).await.unwrap();
    a1.one(&patch(&seen, fields([(&name, "d1".into())]))).await;
    send(&store, &a1, p.record, Variant::Display, "d1").await;
    let seen = a1.record(p.record).await.unwrap();
    assert!(seen.fields.contains_key(&photo::arrived(Variant::Display)));
    a1.one(&patch(&seen, fields([(&name, "d2".into())]))).await;
    let seen = a1.record(p.record).await.unwrap();
    assert!(!seen.fields.contains_key(&photo::arrived(Variant::Display)));
    assert!(seen.fields.contains_key(&photo::arrived(Variant::Original)));
    sound(&store).await;
}

pub async fn jobs_run_once_and_write_their_effect(store: Store) {
    let (mut a1, case) = office(&store).await;
    let ids: Vec<RecordId> = {
        let ops = [photo_in(case, "s1"), photo_in(case, "s2")];
        a1.push(&ops).await;
        ops.iter().map(|o| o.record).collect()
    };
    for (id, sha) in ids.iter().zip(["s1", "s2"]) {
        send(&store, &a1, *id, Variant::Original, sha).await;
    }
    let one = store.claim_job(NOW + 10, 1000).await.unwrap().unwrap();
    let two = store.claim_job(NOW + 10, 1000).await.unwrap().unwrap();
    assert_eq!((one.kind, one.record, one.attempt, two.record), (JobKind::FilePhoto, ids[0], 1, ids[1]));
    assert_eq!(store.claim_job(NOW + 10, 1000).await.unwrap(), None);
    // The shared folder is away: the job comes back later.
    store.retry_job(&one, NOW + 500, "share-away").await.unwrap();
    assert_eq!(store.claim_job(NOW + 499, 1000).await.unwrap(), None);
    let c = store.job_counts(NOW + 499).await.unwrap();
    let open = store.work(NOW + 499).await.unwrap();
    assert_eq!((open.jobs_open, open.jobs_retrying), (c.waiting + c.leased, c.retrying));
    assert_eq!((c.waiting, c.leased, c.retrying, c.done), (1, 1, 1, 0));
    let again = store.claim_job(NOW + 500, 1000).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempt), (one.id, 2));
    let filed = JobEffect::Filed { path: "甲/a.jpg".into(), at_ms: NOW };
    assert_eq!(code(store.finish_job(&one, filed.clone(), NOW).await), "job-taken");
    assert_eq!(code(store.retry_job(&one, NOW, "x").await), "job-taken");
    let changed = store.finish_job(&again, filed.clone(), NOW).await.unwrap();
    assert_eq!(changed.touched[0].0, Scope::Case(case));
    assert_eq!(code(store.finish_job(&again, filed, NOW).await), "job-taken");
    assert_eq!(a1.record(ids[0]).await.unwrap().text(photo::FILED), "甲/a.jpg");
    // The worker died: after the lease another takes the job.
    let late = store.claim_job(NOW + 2000, 1000).await.unwrap().unwrap();
    assert_eq!((late.id, late.attempt), (two.id, 2));
    // That one died, too: a server that starts alone does not wait for the lease.
    assert_eq!(store.claim_job(NOW + 2001, 1000).await.unwrap(), None);
    store.resume_jobs(NOW + 2001).await.unwrap();
    let late = store.claim_job(NOW + 2001, 1000).await.unwrap().unwrap();
    assert_eq!((late.id, late.attempt), (two.id, 3));
    store.finish_job(&late, JobEffect::Kept { at_ms: NOW }, NOW).await.unwrap();
    let r = a1.record(ids[1]).await.unwrap();
    assert!(r.fields.contains_key(photo::KEPT_AT) && !r.fields.contains_key(photo::FILED));
    assert_eq!(store.job_counts(NOW).await.unwrap().done, 2);
    assert_eq!(store.work(NOW).await.unwrap().jobs_open, 0);
    sound(&store).await;
}

pub async fn each_finished_version_of_a_note_is_filed(store: Store) {
    let (mut a1, case) = office(&store).await;
    let note = note_in(case, "一");
    a1.one(&note).await;
    assert_eq!(store.claim_job(NOW, 1).await.unwrap(), None, "unfinished");
    for (version, at) in
        ["2026-11-21T11:00:00.000+09:00", "2026-11-21T12:00:00.000+09:00"].into_iter().enumerate()
    {
        let seen = a1.record(note.record).await.unwrap();
        let done = patch(&seen, fields([("finished_at", at.into())]));
        assert!(a1.push_lines(&[incoming(&done)]).await.unwrap().jobs);
        let job: Job = store.claim_job(NOW, 1000).await.unwrap().unwrap();
        assert_eq!((job.kind, job.record), (JobKind::FileNote, note.record));
        let effect =
            JobEffect::NoteFiled { path: format!("r{version}"), at_ms: NOW, version: version as u32 + 1 };
        store.finish_job(&job, effect, NOW).await.unwrap();
        assert_eq!(a1.record(note.record).await.unwrap().fields["office.filed_versions"], version as u64 + 1);
    }
    let seen = a1.record(note.record).await.unwrap();
    a1.one(&patch(&seen, fields([("text", "二".into())]))).await;
    assert_eq!(store.claim_job(NOW, 1).await.unwrap(), None, "changed, not finished again");
    // A draft is nobody's file.
    let done = fields([("finished_at", "2026-11-21T11:00:00.000+09:00".into())]);
    a1.one(&create(record_id(), "note", &Scope::User("a1".into()), None, done)).await;
    assert_eq!(store.claim_job(NOW, 1).await.unwrap(), None);
    // Deleted before the job ran: nothing is written.
    let done = fields([("finished_at", "2026-11-21T11:00:00.000+09:00".into())]);
    let gone = create(record_id(), "note", &Scope::Case(case), None, done);
    a1.push(&[gone.clone(), op(gone.record, OpBody::Delete)]).await;
    let job = store.claim_job(NOW, 1000).await.unwrap().unwrap();
    let effect = JobEffect::NoteFiled { path: "x".into(), at_ms: NOW, version: 1 };
    assert_eq!(store.finish_job(&job, effect, NOW).await.unwrap().touched, []);
    sound(&store).await;
}

pub async fn bytes_are_read_through_readable_records_only(store: Store) {
    let (mut a1, case) = office(&store).await;
    let b1 = phone(&store, "b1").await;
    let p = photo_in(case, "s1");
    a1.one(&p).await;
    send(&store, &a1, p.record, Variant::Original, "s1").await;
    let of = async |c: &Phone, id, v| store.blob_of(&c.caller, id, v).await.unwrap();
    assert_eq!(of(&a1, p.record, Variant::Original).await, Some(blob("s1")));
    assert_eq!(of(&a1, p.record, Variant::Display).await, None);
    assert_eq!(of(&b1, p.record, Variant::Original).await, None);
    assert_eq!(of(&a1, record_id(), Variant::Original).await, None);
    assert_eq!(store.office_blob_of(p.record, Variant::Original).await.unwrap(), Some(blob("s1")));
    a1.one(&op(p.record, OpBody::Delete)).await;
    assert_eq!(of(&a1, p.record, Variant::Original).await, None);
}

pub async fn orphans_are_forgotten_only_when_nobody_refers_to_them(store: Store) {
    let (mut a1, case) = office(&store).await;
    let (one, two) = (photo_in(case, "same"), photo_in(case, "same"));
    a1.push(&[one.clone(), two.clone()]).await;
    for p in [&one, &two] {
        send(&store, &a1, p.record, Variant::Original, "same").await;
    }
    let later = NOW + 100;
    a1.one(&op(one.record, OpBody::Delete)).await;
    assert_eq!(store.orphan_blobs(later).await.unwrap(), []);
    a1.one(&op(two.record, OpBody::Delete)).await;
    assert_eq!(store.orphan_blobs(NOW + 1).await.unwrap(), [], "stored after that day");
    assert_eq!(store.orphan_blobs(later).await.unwrap(), [blob("same")]);
    let three = photo_in(case, "same");
    a1.one(&three).await;
    send(&store, &a1, three.record, Variant::Original, "same").await;
    assert!(!store.forget_blob("same", later, NOW).await.unwrap(), "referred to again meanwhile");
    a1.one(&op(three.record, OpBody::Delete)).await;
    assert!(store.forget_blob("same", later, NOW).await.unwrap());
    assert_eq!(store.all_blobs().await.unwrap(), []);
    sound(&store).await;
}

pub async fn backups_are_told_to_the_photos(store: Store) {
    let (mut a1, case) = office(&store).await;
    let p = photo_in(case, "s1");
    a1.one(&p).await;
    send(&store, &a1, p.record, Variant::Original, "s1").await;
    let shas = ["s1".to_owned(), "unknown".to_owned()];
    assert_eq!(store.mark_backed_up(&shas, NOW).await.unwrap().touched.len(), 1);
    assert_eq!(a1.record(p.record).await.unwrap().text(photo::BACKED_UP_AT), Stamp::japan(NOW).to_string());
    assert_eq!(store.mark_backed_up(&shas, NOW + 9).await.unwrap().touched, []);
    sound(&store).await;
}
