//! Patches, conflicts, deletes, publish, marks.

use super::kit::*;
use ekitei_model::kinds::{self, conflict};
use ekitei_model::merge::BOTH_SEPARATOR;
use ekitei_model::{OpBody, Outcome, Record, RecordId, Scope, Stamp};

/// Two phones have the same note; both change its text. Returns the note's id and the conflict's.
async fn clash(a1: &mut Phone, a2: &mut Phone, case: RecordId) -> (Record, RecordId) {
    let note = note_in(case, "はじめ");
    a1.one(&note).await;
    let seen = a1.record(note.record).await.unwrap();
    applied(&a1.one(&patch(&seen, fields([("text", "甲".into())]))).await);
    let outcome = a2.one(&patch(&seen, fields([("text", "乙".into()), ("title", "題".into())]))).await;
    let Outcome::Conflict { conflicts, .. } = outcome else { panic!("no conflict: {outcome:?}") };
    assert_eq!(conflicts, [kinds::conflict_id(note.record, "text", a2.caller.device)]);
    (a1.record(note.record).await.unwrap(), conflicts[0])
}

async fn resolve(phone: &mut Phone, conflict: RecordId, choice: &str) -> Outcome {
    let seen = phone.record(conflict).await.unwrap();
    phone.one(&patch(&seen, fields([(conflict::RESOLUTION, choice.into())]))).await
}

pub async fn equal_bases_apply_and_others_conflict(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut a2 = phone(&store, "a2").await;
    let (note, id) = clash(&mut a1, &mut a2, case).await;
    assert_eq!(
        (note.text("text"), note.text("title")),
        ("甲", "題"),
        "the first arrival stays, the rest is applied"
    );
    let c = a1.record(id).await.unwrap();
    assert_eq!((c.kind.as_str(), c.parent, &c.scope), ("conflict", Some(note.id), &note.scope));
    assert_eq!(
        (c.text("field"), c.text("mine"), c.text("theirs"), c.text("by_staff")),
        ("text", "乙", "甲", "a2")
    );
    // The same value again changes nothing; the same device needs no base.
    let same = op(note.id, OpBody::Patch { base: [].into(), fields: fields([("text", "甲".into())]) });
    assert_eq!(applied(&a2.one(&same).await), 0);
    let own = op(note.id, OpBody::Patch { base: [].into(), fields: fields([("text", "甲2".into())]) });
    assert!(applied(&a1.one(&own).await) > 0);
    // null removes.
    let seen = a2.record(note.id).await.unwrap();
    applied(&a2.one(&patch(&seen, fields([("title", serde_json::Value::Null)]))).await);
    assert!(!a1.record(note.id).await.unwrap().fields.contains_key("title"));
    sound(&store).await;
}

pub async fn resolutions_change_the_parent_once(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut a2 = phone(&store, "a2").await;
    for (choice, text) in
        [("mine", "乙".to_owned()), ("theirs", "甲".to_owned()), ("both", format!("甲{BOTH_SEPARATOR}乙"))]
    {
        let (note, id) = clash(&mut a1, &mut a2, case).await;
        assert_eq!(store.conflicts(&a1.caller).await.unwrap().len(), 1);
        applied(&resolve(&mut a1, id, choice).await);
        assert_eq!(a2.record(note.id).await.unwrap().text("text"), text, "{choice}");
        assert_eq!(a2.record(id).await.unwrap().text(conflict::RESOLUTION), choice);
        assert_eq!(store.conflicts(&a1.caller).await.unwrap(), []);
        // The first resolution wins, also over one that was made at the same time elsewhere.
        assert_eq!(applied(&resolve(&mut a2, id, "mine").await), 0);
        assert_eq!(a2.record(note.id).await.unwrap().text("text"), text);
    }
    let (_, id) = clash(&mut a1, &mut a2, case).await;
    assert_eq!(reason(&resolve(&mut a1, id, "perhaps").await), "resolution-unknown");
    let seen = a1.record(id).await.unwrap();
    assert_eq!(reason(&a1.one(&patch(&seen, fields([("mine", "x".into())]))).await), "office-kind");
    sound(&store).await;
}

pub async fn a_reopened_conflict_asks_again(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mut a2 = phone(&store, "a2").await;
    let (note, id) = clash(&mut a1, &mut a2, case).await;
    let first = a2.record(id).await.unwrap();
    applied(&resolve(&mut a1, id, "theirs").await);
    // The same phone, still with the old base, collides again on the field.
    let stale = op(note.id, OpBody::Patch { base: [].into(), fields: fields([("text", "丙".into())]) });
    assert!(matches!(a2.one(&stale).await, Outcome::Conflict { .. }));
    let c = a1.record(id).await.unwrap();
    assert_eq!((c.text("mine"), c.text("theirs"), c.text(conflict::RESOLUTION)), ("丙", "甲", ""));
    assert_eq!(store.conflicts(&a1.caller).await.unwrap().len(), 1);
    // A choice that was made for the old pair of values does not decide the new one.
    let old_choice = patch(&first, fields([(conflict::RESOLUTION, "mine".into())]));
    assert_eq!(applied(&a1.one(&old_choice).await), 0);
    assert_eq!(store.conflicts(&a1.caller).await.unwrap().len(), 1);
    applied(&resolve(&mut a1, id, "mine").await);
    assert_eq!(a1.record(note.id).await.unwrap().text("text"), "丙");
    assert_eq!(store.conflicts(&a1.caller).await.unwrap(), []);
    sound(&store).await;
}

pub async fn deletes_leave_tombstones(store: Store) {
    let (mut a1, case) = office(&store).await;
    let note = note_in(case, "消す");
    let born = applied(&a1.one(&note).await);
    let seq = applied(&a1.one(&op(note.record, OpBody::Delete)).await);
    let (feed, _) = a1.after(&Scope::Case(case), born).await;
    assert_eq!(feed.len(), 1);
    let t = &feed[0];
    assert_eq!(
        (t.id, t.deleted, t.born_seq, t.seq, t.fields.len(), &t.created),
        (note.record, true, born, seq, 0, &None)
    );
    let gone = Outcome::Gone { scope: Scope::Case(case) };
    let again = create(note.record, "note", &Scope::Case(case), None, fields([]));
    assert_eq!(a1.one(&again).await, gone);
    assert_eq!(a1.one(&op(note.record, OpBody::Delete)).await, gone);
    let change = op(note.record, OpBody::Patch { base: [].into(), fields: fields([("text", "x".into())]) });
    assert_eq!(a1.one(&change).await, gone);
    assert_eq!(a1.after(&Scope::Case(case), seq).await.0, []);
    sound(&store).await;
}

pub async fn drafts_are_published_in_one_step(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mine = Scope::User("a1".into());
    let draft = create(record_id(), "note", &mine, None, fields([("text", "下書き".into())]));
    applied(&a1.one(&draft).await);
    let publish = |record, draft| {
        let (kind, scope) = ("note".to_owned(), Scope::Case(case));
        op(
            record,
            OpBody::Publish { draft, kind, scope, parent: None, fields: fields([("text", "本文".into())]) },
        )
    };
    let made = publish(record_id(), draft.record);
    let lines = [incoming(&made)];
    let pushed = a1.push_lines(&lines).await.unwrap();
    assert_eq!(pushed.touched.len(), 2, "the draft's scope and the case's");
    assert_eq!(a1.record(made.record).await.unwrap().text("text"), "本文");
    assert!(a1.record(draft.record).await.unwrap().deleted);
    // Somebody else's draft cannot be published, and nothing of the attempt happens.
    let own = create(record_id(), "note", &mine, None, fields([("text", "私".into())]));
    a1.one(&own).await;
    let mut a2 = phone(&store, "a2").await;
    let theft = publish(record_id(), own.record);
    assert_eq!(reason(&a2.one(&theft).await), "not-allowed");
    assert!(!a1.record(own.record).await.unwrap().deleted);
    assert_eq!(a1.record(theft.record).await, None);
    sound(&store).await;
}

/// A restored office may hear of the publish before it hears of the draft.
pub async fn a_publish_ends_a_draft_that_comes_later(store: Store) {
    let (mut a1, case) = office(&store).await;
    let mine = Scope::User("a1".into());
    let text = |text: &str| fields([("text", text.into())]);
    let draft = create(record_id(), "note", &mine, None, text("下書き"));
    let edit = op(draft.record, OpBody::Patch { base: [].into(), fields: text("直し") });
    assert_eq!(a1.one(&edit).await, Outcome::WaitingParent { needs: draft.record });
    let publish = |record| {
        let (kind, scope) = ("note".to_owned(), Scope::Case(case));
        op(record, OpBody::Publish { draft: draft.record, kind, scope, parent: None, fields: text("本文") })
    };
    let made = publish(record_id());
    let lines = [incoming(&made)];
    let pushed = a1.push_lines(&lines).await.unwrap();
    assert_eq!(pushed.touched.len(), 2, "the draft's scope and the case's");
    let gone = Outcome::Gone { scope: mine.clone() };
    assert_eq!(a1.one(&draft).await, gone);
    // What waited for the draft is settled with it, and later changes find the same end.
    assert_eq!(a1.one(&edit).await, gone);
    let again = op(draft.record, OpBody::Patch { base: [].into(), fields: text("さらに") });
    assert_eq!(a1.one(&again).await, gone);
    assert_eq!(a1.one(&op(draft.record, OpBody::Delete)).await, gone);
    // Readers get the end of it, and nothing of its text.
    let (feed, _) = a1.after(&mine, 0).await;
    let end = newest(feed).remove(&draft.record).unwrap();
    assert!(end.deleted && end.fields.is_empty() && end.created.is_none(), "{end:?}");
    // Once more into the same case: it stands by itself, and the end stays one.
    applied(&a1.one(&publish(record_id())).await);
    assert_eq!(a1.record(draft.record).await.unwrap().seq, end.seq);
    assert_eq!(a1.record(made.record).await.unwrap().text("text"), "本文");
    sound(&store).await;
}

pub async fn marks_only_grow(store: Store) {
    let (mut a1, case) = office(&store).await;
    let scope = Scope::Case(case);
    let id = kinds::mark_id(&scope, &"a1".into());
    let mark = |value| op(id, OpBody::Mark { scope: Scope::Case(case), value });
    assert!(applied(&a1.one(&mark(5)).await) > 0);
    assert_eq!(applied(&a1.one(&mark(3)).await), 0);
    assert!(applied(&a1.one(&mark(9)).await) > 0);
    assert_eq!(a1.record(id).await.unwrap().fields["value"], 9);
    let other = op(record_id(), OpBody::Mark { scope, value: 1 });
    assert_eq!(reason(&a1.one(&other).await), "mark-id");
    sound(&store).await;
}

pub async fn a_conflict_names_who_wrote_what_stands(store: Store) {
    let (mut a1, case) = office(&store).await;
    let (mut a2, mut a9) = (phone(&store, "a2").await, phone(&store, "a9").await);
    let note = note_in(case, "一");
    applied(&a1.one(&note).await);
    let seen = a1.record(note.record).await.unwrap();
    let says = |r: &Record| (r.text("theirs_staff").to_owned(), r.text("theirs_op").to_owned());
    let lay = |outcome: Outcome| match outcome {
        Outcome::Conflict { conflicts, .. } => conflicts[0],
        other => panic!("no conflict: {other:?}"),
    };
    // In one batch with the change that stands: the log is not written yet.
    let first = patch(&seen, fields([("text", "二".into())]));
    let id = lay({
        applied(&a2.one(&first).await);
        a9.one(&patch(&seen, fields([("text", "三".into())]))).await
    });
    let conflict = a1.record(id).await.unwrap();
    assert_eq!(says(&conflict), ("a2".to_owned(), first.op_id.to_string()));
    assert_eq!(conflict.text("theirs_at"), Stamp::japan(NOW).to_string());
    // The same value again is the same conflict: nothing moves.
    let again = lay(a9.one(&patch(&seen, fields([("text", "三".into())]))).await);
    assert_eq!((again, a1.record(id).await.unwrap().seq), (id, conflict.seq));
    // What the create wrote stands: its author.
    let title = create(record_id(), "note", &Scope::Case(case), None, fields([("title", "題".into())]));
    applied(&a1.one(&title).await);
    let other = patch(&a2.record(title.record).await.unwrap(), fields([("title", "別題".into())]));
    let mut stale = other.clone();
    if let OpBody::Patch { base, .. } = &mut stale.body {
        base.insert("title".to_owned(), ekitei_model::OpId(uuid::Uuid::now_v7()));
    }
    let id = lay(a2.one(&stale).await);
    assert_eq!(says(&a1.record(id).await.unwrap()), ("a1".to_owned(), title.op_id.to_string()));
    sound(&store).await;
}
