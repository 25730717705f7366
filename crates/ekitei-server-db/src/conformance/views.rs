//! Projections and what the console reads.

use super::kit::*;
use crate::CaseFilter;
use ekitei_model::kinds::{assignment_id, header_id};
use ekitei_model::people::Role;
use ekitei_model::{OpBody, Outcome, Record, Scope};

pub async fn headers_follow_the_grants(store: Store) {
    let (mut a1, case) = office(&store).await;
    let (a, b) = (Scope::Section(A.to_owned()), Scope::Section(B.to_owned()));
    let headers = a1.headers(&a, 0).await;
    assert_eq!(headers.len(), 1);
    let h = &headers[0];
    assert_eq!((h.id, h.kind.as_str(), h.parent), (header_id(case, &a), "case_header", Some(case)));
    assert_eq!((h.text("number"), h.text("name"), h.text("state")), ("R8-001", "砕石場 定期検査", "open"));
    assert_eq!(h.created.as_ref().unwrap().staff.as_str(), "office");
    // A plain member of staff may rename, not grant.
    let seen = a1.record(case).await.unwrap();
    assert_eq!(reason(&a1.one(&patch(&seen, fields([("sections", vec![B].into())]))).await), "not-allowed");
    applied(&a1.one(&patch(&seen, fields([("name", "改めた名".into())]))).await);
    assert_eq!(a1.headers(&a, 0).await[0].text("name"), "改めた名");
    let mut a9 = phone(&store, "a9").await;
    let b1 = phone(&store, "b1").await;
    let seen = a9.record(case).await.unwrap();
    applied(&a9.one(&patch(&seen, fields([("sections", vec![B].into())]))).await);
    assert_eq!(b1.headers(&b, 0).await[0].text("name"), "改めた名");
    assert!(b1.record(case).await.is_some());
    // Withdrawn: a tombstone stays; granted again: it lives again.
    let seen = a9.record(case).await.unwrap();
    applied(&a9.one(&patch(&seen, fields([("sections", serde_json::Value::Null)]))).await);
    let left = b1.headers(&b, 0).await;
    assert!(left.len() == 1 && left[0].deleted);
    assert_eq!(b1.record(case).await, None);
    let seen = a9.record(case).await.unwrap();
    applied(&a9.one(&patch(&seen, fields([("sections", vec![B].into())]))).await);
    let (back, _) = b1.after(&b, left[0].seq).await;
    assert!(back.len() == 1 && !back[0].deleted && back[0].born_seq == left[0].born_seq);
    // A change that headers do not show does not touch the section's feed.
    let head = a1.after(&a, 0).await.1.head;
    let seen = a9.record(case).await.unwrap();
    applied(&a9.one(&patch(&seen, fields([("memo", "x".into())]))).await);
    assert_eq!(a1.after(&a, 0).await.1.head, head);
    sound(&store).await;
}

pub async fn restriction_hides_name_and_place(store: Store) {
    let (a1, case) = office(&store).await;
    let mut a9 = phone(&store, "a9").await;
    let a2 = phone(&store, "a2").await;
    let seen = a9.record(case).await.unwrap();
    let close = fields([("restricted", true.into()), ("assignees", vec!["a1", "a9"].into())]);
    applied(&a9.one(&patch(&seen, close)).await);
    let section = a2.headers(&Scope::Section(A.to_owned()), 0).await;
    assert!(section[0].deleted && section[0].fields.is_empty());
    assert_eq!(a2.record(case).await, None);
    let (mine, _) = a1.after(&Scope::User("a1".into()), 0).await;
    let header = mine.iter().find(|r| r.kind == "case_header").unwrap();
    assert_eq!((header.text("number"), header.text("name"), header.text("place")), ("R8-001", "", ""));
    assert!(!header.fields.contains_key("lat") && header.flag("restricted"));
    assert!(mine.iter().any(|r| r.kind == "assignment" && r.text("number") == "R8-001"));
    assert_eq!(a1.record(case).await.unwrap().text("name"), "砕石場 定期検査");
    sound(&store).await;
}

pub async fn assignments_follow_people_and_visits(store: Store) {
    let (mut a1, case) = office(&store).await;
    let scope = Scope::Case(case);
    let mine = |r: Option<Record>| r.filter(|r| !r.deleted).map(|r| r.text("reason").to_owned());
    let a2 = phone(&store, "a2").await;
    let id = assignment_id(case, &"a2".into());
    let visit = create(
        record_id(),
        "visit",
        &scope,
        None,
        fields([("people", vec!["a2"].into()), ("state", "planned".into())]),
    );
    applied(&a1.one(&visit).await);
    assert_eq!(mine(a2.record(id).await).as_deref(), Some("visit"));
    let r = a2.record(id).await.unwrap();
    assert_eq!(
        (r.text("case"), r.text("number"), &r.scope),
        (case.to_string().as_str(), "R8-001", &Scope::User("a2".into()))
    );
    let seen = a1.record(visit.record).await.unwrap();
    applied(&a1.one(&patch(&seen, fields([("state", "accepted".into())]))).await);
    assert_eq!(mine(a2.record(id).await), None);
    let mut a9 = phone(&store, "a9").await;
    let seen = a9.record(case).await.unwrap();
    applied(&a9.one(&patch(&seen, fields([("assignees", vec!["a2"].into())]))).await);
    assert_eq!(mine(a2.record(id).await).as_deref(), Some("assignee"));
    applied(&a1.one(&op(visit.record, OpBody::Delete)).await);
    assert_eq!(mine(a2.record(id).await).as_deref(), Some("assignee"));
    sound(&store).await;
}

pub async fn people_of_an_open_visit_read_the_case(store: Store) {
    let (mut a1, case) = office(&store).await;
    let (b1, mut a9) = (phone(&store, "b1").await, phone(&store, "a9").await);
    let scope = Scope::Case(case);
    let plan = |people: Vec<&str>| {
        let f = fields([("people", people.into()), ("state", "planned".into())]);
        create(record_id(), "visit", &scope, Some(case), f)
    };
    assert_eq!(b1.record(case).await, None);
    let visit = plan(vec!["b1", "a1"]);
    applied(&a1.one(&visit).await);
    // Access, list, header, timeline and feed agree, and the phone hears of it.
    assert_eq!(b1.record(case).await.unwrap().list("office.visitors"), ["a1", "b1"]);
    assert_eq!(store.cases(&b1.caller, &CaseFilter::default(), 9).await.unwrap().len(), 1);
    let (own, _) = b1.after(&Scope::User("b1".into()), 0).await;
    let mut kinds: Vec<&str> = own.iter().map(|r| r.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["assignment", "case_header"]);
    assert!(!b1.after(&scope, 0).await.0.is_empty());
    let acl = store.me(&b1.caller).await.unwrap().acl_version;
    let mut b1 = b1;
    let note = note_in(case, "同行して書いた");
    applied(&b1.one(&note).await);
    // A visit that goes on changes nothing in the case; one that is over takes the access back.
    let head = store.me(&a1.caller).await.unwrap().acl_version;
    let seen = a1.record(visit.record).await.unwrap();
    applied(&a1.one(&patch(&seen, fields([("state", "on_site".into())]))).await);
    assert_eq!(store.me(&a1.caller).await.unwrap().acl_version, head);
    let seen = a1.record(visit.record).await.unwrap();
    applied(&a1.one(&patch(&seen, fields([("state", "accepted".into())]))).await);
    assert_eq!(b1.record(case).await, None);
    assert_eq!(store.cases(&b1.caller, &CaseFilter::default(), 9).await.unwrap(), []);
    assert_ne!(store.me(&b1.caller).await.unwrap().acl_version, acl, "the phone is told to look again");
    assert_eq!(a1.record(note.record).await.unwrap().text("text"), "同行して書いた", "what they wrote stays");
    assert_eq!(reason(&b1.one(&note_in(case, "遅れて届いた")).await), "not-allowed");
    // A deleted visit ends it, too.
    let second = plan(vec!["b1"]);
    applied(&a1.one(&second).await);
    assert!(b1.record(case).await.is_some());
    applied(&a1.one(&op(second.record, OpBody::Delete)).await);
    assert_eq!(b1.record(case).await, None);
    // A members-only case: no plan lets anybody in, whoever makes it, and old plans do not hold.
    applied(&a1.one(&plan(vec!["b1"])).await);
    let seen = a9.record(case).await.unwrap();
    let close = fields([("restricted", true.into()), ("members", vec!["a1", "a9"].into())]);
    applied(&a9.one(&patch(&seen, close)).await);
    assert_eq!(b1.record(case).await, None);
    assert_eq!(reason(&a9.one(&plan(vec!["a9", "b1"])).await), "visit-not-member");
    let inside = plan(vec!["a1", "a9"]);
    applied(&a9.one(&inside).await);
    let seen = a9.record(inside.record).await.unwrap();
    assert_eq!(
        reason(&a9.one(&patch(&seen, fields([("people", vec!["b1"].into())]))).await),
        "visit-not-member"
    );
    assert_eq!(b1.record(case).await, None);
    sound(&store).await;
}

pub async fn lists_show_only_what_may_be_read(store: Store) {
    let (mut a1, case) = office(&store).await;
    let note = note_in(case, "最初");
    a1.push(&[
        note.clone(),
        create(record_id(), "photo", &Scope::Case(case), None, fields([("caption", "亀裂".into())])),
    ])
    .await;
    let mut b1 = phone(&store, "b1").await;
    let (other, made) = case_in(B, "R8-B01");
    b1.one(&made).await;
    let all = CaseFilter::default();
    let rows = store.cases(&a1.caller, &all, 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].notes, rows[0].photos, rows[0].photos_arrived, rows[0].open_conflicts), (1, 1, 0, 0));
    let listed: Record = serde_json::from_str(&rows[0].record).unwrap();
    assert_eq!(listed.id, case);
    assert_eq!(store.cases(&b1.caller, &all, 10).await.unwrap().len(), 1);
    for (filter, found) in [
        (CaseFilter { text: Some("ｒ８－００".into()), ..all.clone() }, 1),
        (CaseFilter { text: Some("南の沢".into()), ..all.clone() }, 0),
        (CaseFilter { text: Some("北の沢".into()), ..all.clone() }, 1),
        (CaseFilter { state: Some("closed".into()), ..all.clone() }, 0),
        (CaseFilter { assignee: Some("a2".into()), ..all.clone() }, 0),
    ] {
        assert_eq!(store.cases(&a1.caller, &filter, 10).await.unwrap().len(), found, "{filter:?}");
    }
    let line = store.timeline(&a1.caller, case, None, 9).await.unwrap();
    let kinds: Vec<String> =
        line.records.iter().map(|r| serde_json::from_str::<Record>(r).unwrap().kind).collect();
    assert_eq!((kinds, line.older), (vec!["photo".to_owned(), "note".to_owned()], None));
    assert_eq!(line.case, rows[0]);
    assert_eq!(code(store.timeline(&a1.caller, other, None, 9).await), "not-readable");
    assert_eq!(code(store.timeline(&a1.caller, record_id(), None, 9).await), "not-readable");
    assert_eq!(store.recent(&a1.caller, 10).await.unwrap().len(), 2);
    assert_eq!(store.recent(&a1.caller, 1).await.unwrap().len(), 1);
    assert_eq!(store.recent(&b1.caller, 10).await.unwrap().len(), 0);
    let c = store.counts(NOW).await.unwrap();
    assert_eq!((c.operations, c.waiting_parent, c.quarantine_open, c.devices_active), (4, 0, 0, 2));
    assert_eq!(store.scan_kind("note", None, 10).await.unwrap().len(), 1);
    assert_eq!(store.scan_kind("note", Some(note.record), 10).await.unwrap().len(), 0);
    assert_eq!(store.office_record(note.record).await.unwrap().unwrap().text("text"), "最初");
}

pub async fn a_long_case_is_read_in_parts(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut a2 = phone(&store, "a2").await;
    let scope = Scope::Case(case);
    let visit = create(record_id(), "visit", &scope, Some(case), fields([("title", "定期検査".into())]));
    applied(&a1.one(&visit).await);
    let notes: Vec<_> = (0..11).map(|n| note_in(case, &format!("{n}"))).collect();
    a1.push(&notes).await;
    applied(&a1.one(&op(notes[4].record, OpBody::Delete)).await);
    // A conflict in the oldest note is on every part; a late change does not move a note.
    let seen = a1.record(notes[0].record).await.unwrap();
    applied(&a1.one(&patch(&seen, fields([("text", "現場".into())]))).await);
    assert!(matches!(a2.one(&patch(&seen, fields([("text", "机".into())]))).await, Outcome::Conflict { .. }));
    let (mut texts, mut before, mut parts) = (Vec::new(), None, 0);
    loop {
        let part = store.timeline(&a1.caller, case, before, 4).await.unwrap();
        assert_eq!((part.case.notes, part.case.open_conflicts, part.conflicts.len()), (10, 1, 1));
        assert_eq!(part.visits.len(), usize::from(before.is_none()), "with the first part");
        assert!(part.records.len() == 4 || part.older.is_none());
        texts.extend(
            part.records.iter().map(|r| serde_json::from_str::<Record>(r).unwrap().text("text").to_owned()),
        );
        (before, parts) = (part.older, parts + 1);
        if before.is_none() {
            break;
        }
    }
    assert_eq!((parts, texts.join(" ").as_str()), (3, "10 9 8 7 6 5 3 2 1 現場"));
    sound(&store).await;
}

pub async fn counts_are_the_lengths_of_one_s_own_lists(store: Store) {
    let (mut a1, case) = office(&store).await;
    let (mut a2, mut a9, mut b1) =
        (phone(&store, "a2").await, phone(&store, "a9").await, phone(&store, "b1").await);
    let root = phone(&store, "root").await;
    // A conflict in the open case, one in a members-only case of a1, and one in a note that was deleted afterwards.
    let (closed, mut made) = case_in(A, "R8-002");
    if let OpBody::Create { fields, .. } = &mut made.body {
        fields.insert("members".into(), vec!["a1", "a2"].into());
    }
    applied(&a1.one(&made).await);
    let mut notes = Vec::new();
    for place in [case, closed, case] {
        let note = note_in(place, "もと");
        applied(&a1.one(&note).await);
        let seen = a1.record(note.record).await.unwrap();
        applied(&a1.one(&patch(&seen, fields([("text", "現場".into())]))).await);
        let late = a2.one(&patch(&seen, fields([("text", "机".into())]))).await;
        assert!(matches!(late, Outcome::Conflict { .. }), "{late:?}");
        notes.push(note.record);
    }
    applied(&a1.one(&op(notes[2], OpBody::Delete)).await);
    let seen = a9.record(closed).await.unwrap();
    applied(&a9.one(&patch(&seen, fields([("restricted", true.into())]))).await);
    // Something of b1 that nobody lets in, and something that waits.
    b1.push(&[note_in(case, "入れない"), note_in(record_id(), "待つ")]).await;
    for (who, conflicts, quarantine, waiting) in
        [(&a1, 2, 1, 0), (&a2, 2, 1, 0), (&a9, 1, 1, 0), (&b1, 0, 1, 1), (&root, 0, 0, 0)]
    {
        let (caller, name) = (&who.caller, who.caller.staff.as_str());
        let own = store.own_counts(caller).await.unwrap();
        let counted = (own.conflicts_open, own.quarantine_open, own.waiting_parent);
        assert_eq!(counted, (conflicts, quarantine, waiting), "{name}");
        assert_eq!(store.conflicts(caller).await.unwrap().len() as u64, conflicts, "{name}");
        assert_eq!(store.quarantine(caller).await.unwrap().len() as u64, quarantine, "{name}");
    }
    let office = store.counts(NOW).await.unwrap();
    assert_eq!((office.conflicts_open, office.quarantine_open, office.waiting_parent), (3, 1, 1));
}

pub async fn authors_are_those_of_the_log(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut a2 = phone(&store, "a2").await;
    let note = note_in(case, "一");
    applied(&a1.one(&note).await);
    let seen = a2.record(note.record).await.unwrap();
    let change = patch(&seen, fields([("text", "二".into())]));
    applied(&a2.one(&change).await);
    let unknown = ekitei_model::OpId(uuid::Uuid::now_v7());
    let found = store.authors(&[note.op_id, change.op_id, unknown]).await.unwrap();
    let said: Vec<_> =
        [note.op_id, change.op_id].iter().map(|o| (found[o].staff.as_str(), found[o].at_ms)).collect();
    assert_eq!((said, found.len()), (vec![("a1", NOW), ("a2", NOW)], 2));
}

pub async fn acl_versions_change_with_grants(store: Store) {
    let (_, case) = office(&store).await;
    let mut a9 = phone(&store, "a9").await;
    let b1 = phone(&store, "b1").await;
    let version = async |p: &Phone| store.me(&p.caller).await.unwrap().acl_version;
    let (a_before, b_before) = (version(&a9).await, version(&b1).await);
    a9.one(&note_in(case, "文章は権限を変えない")).await;
    assert_eq!((version(&a9).await, version(&b1).await), (a_before, b_before));
    let seen = a9.record(case).await.unwrap();
    a9.one(&patch(&seen, fields([("sections", vec![B].into())]))).await;
    let b_after = version(&b1).await;
    assert_ne!(b_after, b_before);
    assert_eq!(version(&a9).await, a_before);
    assert!(b_after < 1 << 53);
    store.import_staff(vec![person("b1", A, Role::Staff)], NOW).await.unwrap();
    assert_ne!(version(&b1).await, b_after);
    assert_eq!(b1.ask(vec![], 1).await.reply.acl_version, version(&b1).await);
}

/// Every kind of operation at once, and the books still balance.
pub async fn verify_finds_nothing_after_all_this(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut b1 = phone(&store, "b1").await;
    let note = note_in(case, "一");
    a1.push(&[
        note.clone(),
        create(record_id(), "note", &Scope::Case(case), Some(record_id()), fields([])),
        op(note.record, OpBody::Patch { base: [].into(), fields: fields([("text", "二".into())]) }),
        op(note.record, OpBody::Delete),
        op(note.record, OpBody::Delete),
    ])
    .await;
    b1.one(&note_in(case, "入れない")).await;
    sound(&store).await;
}
