//! Inspections, amendments and published forms.

use super::bytes::send;
use super::kit::*;
use crate::{Job, JobEffect, JobKind};
use ekitei_model::kinds::{self, Variant, amendment, form_version, inspection, photo};
use ekitei_model::{OpBody, RecordId, Scope};
use serde_json::{Value, json};

fn begun(case: RecordId) -> ekitei_model::Operation {
    create(
        record_id(),
        kinds::INSPECTION,
        &Scope::Case(case),
        None,
        fields([("state", "draft".into()), ("a.q1", "ok".into())]),
    )
}

async fn set<const N: usize>(
    by: &mut Phone,
    record: RecordId,
    changes: [(&str, Value); N],
) -> ekitei_model::Outcome {
    let seen = by.record(record).await.unwrap();
    by.one(&patch(&seen, fields(changes))).await
}

pub async fn only_the_head_accepts_what_was_circulated(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut a9 = phone(&store, "a9").await;
    let made = begun(case);
    let id = made.record;
    applied(&a1.one(&made).await);
    assert_eq!(reason(&set(&mut a9, id, [("state", "accepted".into())]).await), "inspection-state");
    assert_eq!(reason(&set(&mut a1, id, [("state", "perhaps".into())]).await), "inspection-state");
    applied(&set(&mut a1, id, [("state", "circulated".into()), ("a.q2", "ng".into())]).await);
    assert_eq!(reason(&set(&mut a1, id, [("state", "accepted".into())]).await), "not-allowed");
    applied(
        &set(&mut a9, id, [("state", "returned".into()), ("returned_reason", "写真が足りない".into())]).await,
    );
    applied(&set(&mut a1, id, [("a.q2", "ok".into())]).await);
    applied(&set(&mut a1, id, [("state", "circulated".into())]).await);
    applied(&set(&mut a9, id, [("state", "accepted".into())]).await);
    let standing = a1.record(id).await.unwrap();
    assert_eq!((standing.text("state"), standing.text("a.q2")), ("accepted", "ok"));
    assert_eq!(reason(&set(&mut a1, id, [("state", "draft".into())]).await), "inspection-state");
    // Nobody brings one in that is accepted already.
    let born_accepted = create(
        record_id(),
        kinds::INSPECTION,
        &Scope::Case(case),
        None,
        fields([(inspection::STATE, "accepted".into())]),
    );
    assert_eq!(reason(&a9.one(&born_accepted).await), "inspection-state");
    sound(&store).await;
}

pub async fn a_late_answer_is_proposed_and_decided_once(store: Store) {
    let (mut a1, case) = office(&store).await;
    let (mut a2, mut a9) = (phone(&store, "a2").await, phone(&store, "a9").await);
    let made = begun(case);
    let id = made.record;
    applied(&a1.one(&made).await);
    let early = a2.record(id).await.unwrap();
    applied(&set(&mut a1, id, [("state", "finished".into())]).await);
    // Written before the finish, arrives after it.
    let late = patch(&early, fields([("a.q1", "ng".into()), ("title", "定期".into())]));
    applied(&a2.one(&late).await);
    applied(&a2.one(&late).await);
    let standing = a1.record(id).await.unwrap();
    assert_eq!((standing.text("a.q1"), standing.text("title")), ("ok", "定期"));
    let proposal = a9.record(kinds::amendment_id(id, late.op_id)).await.unwrap();
    assert_eq!((proposal.parent, proposal.text(amendment::BY_STAFF)), (Some(id), "a2"));
    assert_eq!(proposal.fields[amendment::PROPOSED], json!({"a.q1": "ng"}));
    assert_eq!(proposal.fields[amendment::STANDING], json!({"a.q1": "ok"}));

    assert_eq!(reason(&set(&mut a1, proposal.id, [("state", "accepted".into())]).await), "not-allowed");
    assert_eq!(reason(&set(&mut a9, proposal.id, [("proposed", json!({}))]).await), "office-kind");
    let twice = patch(&proposal, fields([("state", "rejected".into())]));
    assert!(applied(&set(&mut a9, proposal.id, [("state", "accepted".into())]).await) > 0);
    assert_eq!(applied(&a9.one(&twice).await), 0, "the first decision wins");
    assert_eq!(a1.record(id).await.unwrap().text("a.q1"), "ng");
    assert_eq!(a1.record(proposal.id).await.unwrap().text("state"), "accepted");
    let forged = create(
        record_id(),
        kinds::AMENDMENT,
        &Scope::Case(case),
        Some(id),
        fields([("state", "proposed".into())]),
    );
    assert_ne!(reason(&a1.one(&forged).await), "", "an amendment is made by the merge alone");
    sound(&store).await;
}

pub async fn forms_are_published_by_leaders_and_never_change(store: Store) {
    let (mut a1, _) = office(&store).await;
    let (mut a9, mut b1, mut root) =
        (phone(&store, "a9").await, phone(&store, "b1").await, phone(&store, "root").await);
    let form = record_id();
    let section = Scope::Section(A.to_owned());
    let builder = || create(form, kinds::FORM, &section, None, fields([("title", "砂利採取場".into())]));
    assert_eq!(reason(&a1.one(&builder()).await), "not-allowed");
    applied(&a9.one(&builder()).await);
    let version = |scope: &Scope| {
        let f = fields([
            ("form", form.to_string().into()),
            ("version", 1.into()),
            ("title", "砂利採取場".into()),
        ]);
        create(kinds::form_version_id(form, 1, scope), kinds::FORM_VERSION, scope, None, f)
    };
    assert_eq!(reason(&b1.one(&version(&section)).await), "not-allowed");
    let here = version(&section);
    applied(&a9.one(&here).await);
    assert_eq!(reason(&a9.one(&version(&Scope::All)).await), "not-allowed");
    let all = version(&Scope::All);
    applied(&root.one(&all).await);
    assert!(a1.record(here.record).await.is_some(), "the section reads it");
    assert!(b1.record(here.record).await.is_none(), "another does not");
    assert!(b1.record(all.record).await.is_some(), "unless it is for all");
    assert_eq!(reason(&set(&mut a9, here.record, [("title", "別".into())]).await), "form-published");
    assert_eq!(reason(&a9.one(&op(here.record, OpBody::Delete)).await), "form-published");
    applied(
        &set(&mut a9, here.record, [(form_version::WITHDRAWN_AT, "2026-11-21T09:00:00+09:00".into())]).await,
    );
    sound(&store).await;
}

/// The job that waits, taken.
async fn papers(store: &Store) -> Option<Job> {
    let job = store.claim_job(NOW, 1000).await.unwrap()?;
    assert_eq!(job.kind, JobKind::FileInspection);
    Some(job)
}

pub async fn papers_are_asked_for_when_it_goes_to_the_head_and_when_it_says_something_else(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut a9 = phone(&store, "a9").await;
    let made = begun(case);
    let id = made.record;
    applied(&a1.one(&made).await);
    applied(&set(&mut a1, id, [("state", "finished".into())]).await);
    assert_eq!(papers(&store).await, None, "not before it goes to the head");
    applied(&set(&mut a1, id, [("state", "circulated".into())]).await);
    let job = papers(&store).await.unwrap();
    assert_eq!(job.record, id);
    let filed = |n: u32| JobEffect::InspectionFiled {
        paths: vec![format!("r{n}.pdf"), format!("r{n}.xlsx")],
        at_ms: NOW,
        version: n,
        content: format!("c{n}"),
        bare: n == 3,
    };
    store.finish_job(&job, filed(1), NOW).await.unwrap();
    let seen = a1.record(id).await.unwrap();
    assert_eq!(seen.fields["office.filed"], json!(["r1.pdf", "r1.xlsx"]));
    assert_eq!(
        (seen.fields["office.filed_versions"].as_u64(), seen.text("office.filed_content")),
        (Some(1), "c1")
    );
    assert_eq!(papers(&store).await, None, "filing asks for nothing");
    applied(&set(&mut a1, id, [("title", "別の題".into())]).await);
    assert_eq!(papers(&store).await, None);
    applied(&set(&mut a1, id, [("a.q1", "ng".into())]).await);
    assert_eq!(papers(&store).await, None, "proposed only");
    let proposal = all_of(&store, &a9, kinds::AMENDMENT).await.pop().unwrap();
    applied(&set(&mut a9, proposal.id, [("state", "accepted".into())]).await);
    let job = papers(&store).await.unwrap();
    store.finish_job(&job, filed(2), NOW).await.unwrap();
    let seen = a1.record(id).await.unwrap();
    assert_eq!(seen.fields["office.filed_before"], json!(["r1.pdf", "r1.xlsx"]));
    assert_eq!(seen.fields.get("office.filed_bare"), None);
    applied(&set(&mut a9, id, [("state", "accepted".into())]).await);
    let job = papers(&store).await.unwrap();
    store.finish_job(&job, filed(3), NOW).await.unwrap();
    let seen = a1.record(id).await.unwrap();
    for field in ["office.filed_before", "office.filed_bare"] {
        assert_eq!(seen.fields[field], json!(["r1.pdf", "r1.xlsx", "r2.pdf", "r2.xlsx"]), "{field}");
    }
    assert_eq!(papers(&store).await, None);
    sound(&store).await;
}

pub async fn a_conflict_resolved_after_the_finish_is_proposed(store: Store) {
    let (mut a1, case) = office(&store).await;
    let (mut a2, mut a9) = (phone(&store, "a2").await, phone(&store, "a9").await);
    let made = begun(case);
    let id = made.record;
    applied(&a1.one(&made).await);
    let seen = a2.record(id).await.unwrap();
    applied(&set(&mut a1, id, [("a.q1", "ng".into())]).await);
    // The colleague answered the same question without a line.
    a2.one(&patch(&seen, fields([("a.q1", "na".into())]))).await;
    applied(&set(&mut a1, id, [("state", "circulated".into())]).await);
    applied(&set(&mut a9, id, [("state", "accepted".into())]).await);
    let conflict = all_of(&store, &a2, kinds::CONFLICT).await.pop().unwrap();
    applied(&set(&mut a2, conflict.id, [(kinds::conflict::RESOLUTION, "mine".into())]).await);
    assert_eq!(a1.record(id).await.unwrap().text("a.q1"), "ng", "what was accepted stands");
    let proposal = all_of(&store, &a9, kinds::AMENDMENT).await.pop().unwrap();
    assert_eq!(proposal.fields[amendment::PROPOSED], json!({"a.q1": "na"}));
    applied(&set(&mut a9, proposal.id, [("state", "accepted".into())]).await);
    assert_eq!(a1.record(id).await.unwrap().text("a.q1"), "na");
    sound(&store).await;
}

pub async fn papers_that_wait_for_a_picture_are_due_when_it_comes(store: Store) {
    let (mut a1, case) = office(&store).await;
    let made = begun(case);
    let picture = create(
        record_id(),
        kinds::PHOTO,
        &Scope::Case(case),
        Some(made.record),
        fields([
            (&photo::sha256(Variant::Thumb), "t".into()),
            (&photo::sha256(Variant::Display), "d".into()),
        ]),
    );
    a1.push(&[made.clone(), picture.clone()]).await;
    applied(&set(&mut a1, made.record, [("state", "circulated".into())]).await);
    let job = papers(&store).await.unwrap();
    store.retry_job(&job, NOW + 60_000, "photos-on-the-way").await.unwrap();
    assert!(!send(&store, &a1, picture.record, Variant::Thumb, "t").await, "not the picture of the papers");
    assert_eq!(papers(&store).await, None);
    assert!(send(&store, &a1, picture.record, Variant::Display, "d").await, "the worker is told");
    let again = store.claim_job(NOW + 5, 1000).await.unwrap().unwrap();
    assert_eq!(again.id, job.id);
    // Another picture comes while the worker, who has looked already, still has the job in hand.
    let seen = a1.record(picture.record).await.unwrap();
    applied(&a1.one(&patch(&seen, fields([(&photo::sha256(Variant::Display), "d2".into())]))).await);
    assert!(send(&store, &a1, picture.record, Variant::Display, "d2").await, "the worker is told");
    assert_eq!(store.claim_job(NOW + 6, 1000).await.unwrap(), None, "it is in his hand");
    store.retry_job(&again, NOW + 60_000, "photos-on-the-way").await.unwrap();
    let third = store.claim_job(NOW + 7, 1000).await.unwrap().unwrap();
    assert_eq!(third.id, job.id);
    store.retry_job(&third, NOW + 60_000, "photos-on-the-way").await.unwrap();
    assert_eq!(store.claim_job(NOW + 8, 1000).await.unwrap(), None, "nothing came meanwhile");
    sound(&store).await;
}

async fn all_of(store: &Store, by: &Phone, kind: &str) -> Vec<ekitei_model::Record> {
    let found = store.of_kind(&by.caller, kind, 100).await.unwrap();
    found.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

pub async fn lists_of_a_kind_and_children_follow_the_grants(store: Store) {
    let (mut a1, case) = office(&store).await;
    let (mut a9, b1) = (phone(&store, "a9").await, phone(&store, "b1").await);
    let made = begun(case);
    applied(&a1.one(&made).await);
    let form = record_id();
    let section = Scope::Section(A.to_owned());
    applied(&a9.one(&create(form, kinds::FORM, &section, None, fields([("title", "様式".into())]))).await);
    let ids = |found: Vec<ekitei_model::Record>| found.iter().map(|r| r.id).collect::<Vec<_>>();
    assert_eq!(ids(all_of(&store, &a1, kinds::INSPECTION).await), [made.record]);
    assert_eq!(ids(all_of(&store, &b1, kinds::INSPECTION).await), []);
    assert_eq!(ids(all_of(&store, &a1, kinds::FORM).await), [form]);
    assert_eq!(ids(all_of(&store, &b1, kinds::FORM).await), []);
    let child = |of: RecordId| {
        create(
            record_id(),
            kinds::PHOTO,
            &Scope::Case(case),
            Some(of),
            fields([("item", "q1_photos".into())]),
        )
    };
    let (one, two, other) = (child(made.record), child(made.record), child(case));
    a1.push(&[one.clone(), two.clone(), other]).await;
    a1.one(&op(one.record, OpBody::Delete)).await;
    assert_eq!(ids(store.office_children(made.record).await.unwrap()), [two.record]);
    assert_eq!(store.office_children(record_id()).await.unwrap(), []);
}
