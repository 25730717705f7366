//! Work without a line, on real databases and files: what is written is queued, sealed, shown and found; locked and
//! killed phones lose nothing.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use ekitei_core::ImportedNote;
use ekitei_core::bridge::views::Progress;
use ekitei_core::bridge::{Surface, args::*, dispatch};
use ekitei_model::kinds::Variant;
use ekitei_model::{Scope, kinds};
use serde_json::json;

fn code<T: std::fmt::Debug>(result: Result<T, ekitei_model::Fault>) -> String {
    result.unwrap_err().code
}

fn whole(case: ekitei_model::RecordId) -> CaseCardArgs {
    CaseCardArgs { case, limit: None, before: None }
}

fn find(query: &str) -> SearchArgs {
    SearchArgs { query: query.into(), limit: 10 }
}

#[test]
fn a_note_waits_in_the_queue_and_is_shown_and_found_at_once() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let case = phone.case(&core, "R8-1");
    let saved = core.note_save(note(Some(case), "のり面に亀裂。ﾎﾞｰﾘﾝｸﾞ跡あり。")).unwrap();
    assert_eq!(saved.progress, Progress::Waiting);
    let queue = core.queue(Nothing {}).unwrap();
    assert_eq!(queue.rows.len(), 1);
    assert_eq!((queue.rows[0].what.as_str(), queue.rows[0].case_number.as_str()), ("note", "R8-1"));
    assert_eq!(core.status(Nothing {}).unwrap().waiting.notes, 1);
    let hits = core.search(find("ボーリング")).unwrap();
    assert_eq!(hits.iter().map(|h| h.id).collect::<Vec<_>>(), [saved.id]);
    assert_eq!(core.case_card(whole(case)).unwrap().entries.len(), 1);
    // Writing into a case keeps it on the phone from now on.
    assert!(core.case_list(CaseListArgs { filter: "r8-1".into(), followed_only: true }).unwrap().len() == 1);
}

#[test]
fn typing_on_folds_into_one_waiting_operation() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let first = core.note_save(note(Some(case_id("R8-1")), "a")).unwrap();
    for text in ["ab", "abc", "abcd"] {
        let args = NoteSaveArgs { id: Some(first.id), case: None, ..note(None, text) };
        assert_eq!(core.note_save(args).unwrap().text, text);
    }
    assert_eq!(core.queue(Nothing {}).unwrap().rows.len(), 1);
    let done = core.note_finish(RecordRef { id: first.id }).unwrap();
    assert!(done.finished_at.is_some());
    assert_eq!(core.queue(Nothing {}).unwrap().rows.len(), 1);
}

#[test]
fn a_locked_phone_reads_nothing_and_counts_wrong_pins() {
    let phone = Phone::enrolled();
    phone.open().note_save(note(Some(case_id("R8-1")), "secret words")).unwrap();
    let core = phone.locked();
    assert_eq!(code(core.today(Nothing {})), "locked");
    assert_eq!(code(core.search(find("secret"))), "locked");
    assert_eq!(code(core.note_save(note(None, "x"))), "locked");
    let status = core.status(Nothing {}).unwrap();
    assert!(status.enrolled && status.locked && status.me.is_none());
    assert_eq!(status.waiting.items, 1);
    let rows = core.queue(Nothing {}).unwrap().rows;
    assert_eq!((rows.len(), rows[0].title.as_str(), rows[0].case_number.as_str()), (1, "", ""));
    assert_eq!(code(core.unlock(PinArgs { pin: "000001".into() })), "pin-wrong");
    core.unlock(PinArgs { pin: PIN.into() }).unwrap();
    assert_eq!(core.search(find("secret")).unwrap().len(), 1);
    core.lock(Nothing {}).unwrap();
    assert_eq!(code(core.today(Nothing {})), "locked");
}

#[test]
fn the_settings_are_readable_before_unlocking_and_checked() {
    let phone = Phone::enrolled();
    let core = phone.locked();
    let wanted = Settings {
        language: "en".into(),
        theme: "outdoor".into(),
        glove: true,
        text_percent: 200,
        lock_minutes: 15,
    };
    core.settings_set(wanted.clone()).unwrap();
    assert_eq!(code(core.settings_set(Settings { text_percent: 90, ..wanted.clone() })), "setting-value");
    assert_eq!(code(core.settings_set(Settings { lock_minutes: 0, ..wanted })), "setting-value");
    let kept = phone.locked().settings_get(Nothing {}).unwrap();
    assert!(kept.language == "en" && kept.glove && kept.text_percent == 200);
}

#[test]
fn a_photo_is_sealed_three_times_queued_and_leaves_the_inbox() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let case = case_id("R8-1");
    let bytes = jpeg(7);
    let name = inbox(&core, "のり面.jpg", &bytes);
    let taken = core.photo_add(photos(&name, Some(case))).unwrap().remove(0);
    assert_eq!((taken.width, taken.height, taken.progress), (64, 48, Progress::Waiting));
    assert!(!taken.already_there && taken.variants.iter().all(|v| v.on_phone));
    assert_eq!(*core.media(taken.id, Variant::Original).unwrap().bytes, bytes);
    assert_eq!(core.media(taken.id, Variant::Thumb).unwrap().media_type, "image/jpeg");
    let rows = core.queue(Nothing {}).unwrap().rows;
    let what: Vec<&str> = rows.iter().map(|r| r.what.as_str()).collect();
    assert_eq!(what, ["photo", "thumb", "display", "original"]);
    assert_eq!(core.status(Nothing {}).unwrap().waiting.photos, 1);
    assert!(std::fs::read_dir(phone.dir().join("inbox")).unwrap().next().is_none());
    // No plain picture bytes anywhere below the home.
    assert!(!holds(&phone.dir(), &bytes[20..80]));
    // The office can open what will travel.
    let home = phone.home();
    let blob = home
        .queue()
        .read(|c| ekitei_store::queue::blobs::get(c, taken.id, Variant::Original))
        .unwrap()
        .unwrap();
    let opened = home.blobs().read(&blob.name, &phone.office).unwrap();
    assert_eq!(*opened, bytes);
}

fn holds(folder: &std::path::Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds(&path, needle);
        }
        std::fs::read(path).unwrap().windows(needle.len()).any(|w| w == needle)
    })
}

#[test]
fn the_same_picture_is_not_taken_twice_into_one_case() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let (first, second) = (inbox(&core, "a.jpg", &jpeg(1)), inbox(&core, "b.jpg", &jpeg(1)));
    let one = core.photo_add(photos(&first, Some(case_id("R8-1")))).unwrap().remove(0);
    let again = core.photo_add(photos(&second, Some(case_id("R8-1")))).unwrap().remove(0);
    assert!(again.already_there && again.id == one.id);
    let third = inbox(&core, "c.jpg", &jpeg(1));
    let other = core.photo_add(photos(&third, Some(case_id("R8-2")))).unwrap().remove(0);
    assert!(!other.already_there && other.id != one.id);
    // A repeated call, after an answer that was lost, changes nothing.
    assert_eq!(core.photo_add(photos(&first, Some(case_id("R8-1")))).unwrap()[0].id, one.id);
    assert_eq!(core.photo_list_all().unwrap().len(), 2);
    // Under a new caption it takes the new caption, and none takes none away; its visit and case stay.
    let named = |name: &str, caption: &str| PhotoAddArgs {
        caption: caption.into(),
        ..photos(&inbox(&core, name, &jpeg(1)), Some(case_id("R8-1")))
    };
    let renamed = core.photo_add(named("d.jpg", "のり面の亀裂")).unwrap().remove(0);
    assert_eq!((renamed.id, renamed.already_there, renamed.caption.as_str()), (one.id, true, "のり面の亀裂"));
    let kept = core.photo_add(named("e.jpg", "")).unwrap().remove(0);
    assert_eq!((kept.id, kept.caption.as_str()), (one.id, "のり面の亀裂"));
    assert_eq!(core.photo_list(CaseRef { case: case_id("R8-1") }).unwrap()[0].caption, "のり面の亀裂");
    assert_eq!(core.photo_list_all().unwrap().len(), 2);
    assert_eq!(in_inbox(&phone), Vec::<String>::new());
}

#[test]
fn what_is_no_picture_is_refused_and_stays() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let name = inbox(&core, "x.jpg", b"not a picture at all, only words");
    let fault = core.photo_add(photos(&name, None)).unwrap_err();
    assert_eq!(fault.code, "photo-unknown");
    assert_eq!(fault.params["name"], name);
    assert_eq!(code(core.photo_add(photos("../../etc/passwd", None))), "inbox-name");
    assert_eq!(code(core.photo_add(photos("gone.jpg", None))), "inbox-missing");
    assert!(core.queue(Nothing {}).unwrap().rows.is_empty());
    assert!(phone.dir().join("inbox").join(name).exists());
}

#[test]
fn a_kill_between_queue_and_vault_is_cured_by_unlocking() {
    let phone = Phone::enrolled();
    phone.open().note_save(note(Some(case_id("R8-1")), "before")).unwrap();
    // What a process wrote that died before its vault did: the queue alone has it.
    let home = phone.home();
    let op: ekitei_model::Operation = serde_json::from_value(json!({
        "op_id": "01890000-0000-7000-8000-0000000000f1", "record": "01890000-0000-7000-8000-0000000000f2",
        "at": "2026-11-21T10:05:00.000+09:00", "op": "create", "kind": "note",
        "scope": Scope::Case(case_id("R8-1")), "fields": {"text": "only in the queue"}
    }))
    .unwrap();
    let about = ekitei_store::queue::About::named(&op).unwrap();
    home.queue()
        .write(|tx| ekitei_store::queue::ops::enqueue(tx, &op, ekitei_model::Lane::Records, &about, 1))
        .unwrap();
    drop(home);
    let core = phone.open();
    assert_eq!(core.note_get(RecordRef { id: op.record }).unwrap().text, "only in the queue");
    assert_eq!(core.note_list().unwrap().len(), 2);
}

#[test]
fn a_long_case_opens_with_its_newest_entries_and_counts_all() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let case = case_id("R8-1");
    for n in 0..23 {
        core.note_save(note(Some(case), &format!("記録{n}"))).unwrap();
    }
    for n in 0..3 {
        core.photo_add(photos(&inbox(&core, &format!("{n}.jpg"), &jpeg(n)), Some(case))).unwrap();
    }
    let ids = |card: &ekitei_core::bridge::views::CaseCard| -> Vec<ekitei_model::RecordId> {
        let id = |e: &ekitei_core::bridge::views::TimelineEntry| {
            e.note.as_ref().map(|n| n.id).or(e.photo.as_ref().map(|p| p.id)).unwrap()
        };
        card.entries.iter().map(id).collect()
    };
    let all = core.case_card(whole(case)).unwrap();
    assert_eq!((all.entries.len(), all.older.as_deref(), all.photos.total), (26, None, 3));
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let card = core.case_card(CaseCardArgs { case, limit: Some(10), before: before.clone() }).unwrap();
        assert_eq!(card.photos.total, 3, "counts are of the whole case on every page");
        seen.extend(ids(&card));
        before = card.older;
        if before.is_none() {
            break;
        }
        assert_eq!(seen.len() % 10, 0);
    }
    assert_eq!(seen, ids(&all));
    let wrong = CaseCardArgs { case, limit: Some(10), before: Some("gestern".into()) };
    assert_eq!(code(core.case_card(wrong)), "cursor-wrong");
}

#[test]
fn lists_name_a_members_only_case_by_its_number() {
    let phone = Phone::enrolled();
    let scope = ekitei_model::Scope::Case(case_id("福-7"));
    let fields = serde_json::json!({
        "number": "福-7", "name": "甲野 花子宅", "place": "みどり町", "section": SECTION, "restricted": true,
        "members": ["s001"], "assignees": ["s001"], "lat": 43.5, "lon": 142.5, "state": "open",
    });
    let plan = serde_json::json!({
        "title": "訪問", "people": ["s001"], "planned_at": ekitei_model::Stamp::japan(now_ms()).to_string(), "state": "planned",
    });
    let visit = record(ekitei_model::RecordId::derived(&["v"]), "visit", &scope, None, 2, &plan);
    phone.receive(&scope, &[record(case_id("福-7"), "case", &scope, None, 1, &fields), visit]);
    let core = phone.open();
    let secret = |text: String| ["甲野", "みどり", "43.5"].iter().any(|w| text.contains(w));
    let all = CaseListArgs { filter: String::new(), followed_only: false };
    let list = serde_json::to_string(&core.case_list(all).unwrap()).unwrap();
    let today = serde_json::to_string(&core.today(Nothing {}).unwrap()).unwrap();
    assert!(list.contains("福-7") && !secret(list));
    assert!(today.contains("福-7") && !secret(today));
    // Whoever knows the name finds it, and inside everything is there.
    let named = CaseListArgs { filter: "花子".into(), followed_only: false };
    assert_eq!(core.case_list(named).unwrap()[0].number, "福-7");
    let card = core.case_card(whole(case_id("福-7"))).unwrap();
    assert_eq!((card.case.name.as_str(), card.case.place.as_str()), ("甲野 花子宅", "みどり町"));
}

#[test]
fn nobody_is_let_into_a_members_only_case_by_a_plan() {
    let phone = Phone::enrolled();
    let scope = ekitei_model::Scope::Case(case_id("福-7"));
    let fields = serde_json::json!({
        "number": "福-7", "name": "x", "section": SECTION, "restricted": true, "members": ["s001", "s002"],
    });
    phone.receive(&scope, &[record(case_id("福-7"), "case", &scope, None, 1, &fields)]);
    let person = serde_json::json!({ "id": "s009", "name": "他課 九郎" });
    let entry = ekitei_model::kinds::staff_record_id(&"s009".into());
    phone.receive(
        &ekitei_model::Scope::All,
        &[record(entry, "staff", &ekitei_model::Scope::All, None, 1, &person)],
    );
    let core = phone.open();
    let plan = |case: &str, people: &[&str]| VisitCreateArgs {
        case: case_id(case),
        title: "訪問".into(),
        planned_at: ekitei_model::Stamp::japan(now_ms()),
        people: people.iter().map(|p| (*p).to_owned()).collect(),
        forms: vec![],
    };
    let refused = core.visit_create(plan("福-7", &["s001", "s009"])).unwrap_err();
    assert_eq!((refused.code.as_str(), refused.params["people"].as_str()), ("visit-not-member", "他課 九郎"));
    assert!(core.queue(Nothing {}).unwrap().rows.is_empty());
    let visit = core.visit_create(plan("福-7", &["s001", "s002"])).unwrap();
    let widen =
        VisitChangeArgs { id: visit.id, title: None, planned_at: None, people: Some(vec!["s009".into()]) };
    assert_eq!(code(core.visit_change(widen)), "visit-not-member");
    core.visit_create(plan("R8-1", &["s001", "s009"])).unwrap();
}

#[test]
fn a_draft_becomes_a_note_of_a_case_once() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let draft = core.note_save(note(None, "まだ案件なし")).unwrap();
    assert!(draft.case.is_none());
    assert_eq!(core.today(Nothing {}).unwrap().drafts.len(), 1);
    assert_eq!(code(core.note_finish(RecordRef { id: draft.id })), "case-missing");
    let args = || NotePublishArgs { id: draft.id, case: case_id("R8-1") };
    let published = core.note_publish(args()).unwrap();
    assert_eq!((published.case, published.text.as_str()), (Some(case_id("R8-1")), "まだ案件なし"));
    assert_eq!(core.note_publish(args()).unwrap().id, published.id);
    assert_eq!(core.note_list().unwrap().len(), 1);
}

#[test]
fn deleting_what_the_office_never_saw_leaves_nothing_to_send() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let saved = core.note_save(note(Some(case_id("R8-1")), "x")).unwrap();
    core.note_delete(RecordRef { id: saved.id }).unwrap();
    let name = inbox(&core, "a.jpg", &jpeg(3));
    let photo = core.photo_add(photos(&name, Some(case_id("R8-1")))).unwrap().remove(0);
    core.photo_delete(RecordRef { id: photo.id }).unwrap();
    assert!(core.queue(Nothing {}).unwrap().rows.is_empty());
    assert!(core.note_list().unwrap().is_empty() && core.photo_list_all().unwrap().is_empty());
}

#[test]
fn the_queue_takes_items_back_until_they_are_on_their_way() {
    let phone = Phone::enrolled();
    let core = phone.open();
    core.note_save(note(Some(case_id("R8-1")), "one")).unwrap();
    core.note_save(note(Some(case_id("R8-1")), "two")).unwrap();
    let rows = core.queue(Nothing {}).unwrap().rows;
    let left = core.queue_cancel(QueueItemRef { item: Some(rows[0].item.clone()) }).unwrap().rows;
    assert_eq!(left.len(), 1);
    phone
        .home()
        .queue()
        .write(|tx| ekitei_store::queue::batch::batch(tx, ekitei_model::Lane::Records, 10, 10_000))
        .unwrap();
    assert_eq!(code(core.queue_cancel(QueueItemRef { item: Some(rows[1].item.clone()) })), "op-frozen");
    assert_eq!(code(core.queue_cancel(QueueItemRef { item: None })), "queue-item-unknown");
    assert_eq!(core.note_list().unwrap().len(), 1);
}

#[test]
fn import_takes_many_notes_and_search_finds_each() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let notes = (0..1200).map(|n| ImportedNote {
        case: case_id("R8-1"),
        title: None,
        text: format!("点検記録 {n:05} 号"),
        created_at: Some("2026-04-01T09:00:00+09:00".parse().unwrap()),
        finished: false,
    });
    assert_eq!(core.note_import(&notes.collect::<Vec<_>>()).unwrap(), 1200);
    assert_eq!(core.status(Nothing {}).unwrap().waiting.notes, 1200);
    assert_eq!(core.search(find("00777")).unwrap().len(), 1);
    assert_eq!(core.note_list().unwrap()[0].written_at.to_string(), "2026-04-01T09:00:00.000+09:00");
}

#[test]
fn visits_move_on_and_stand_in_today() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let planned_at = ekitei_model::Stamp::japan(now_ms());
    let args = VisitCreateArgs {
        case: case_id("R8-1"),
        title: "立入検査".into(),
        planned_at,
        people: vec![],
        forms: vec![],
    };
    let visit = core.visit_create(args).unwrap();
    assert_eq!((visit.case_number.as_str(), visit.people.as_slice()), ("R8-1", &["s001".to_owned()][..]));
    let today = core.today(Nothing {}).unwrap();
    assert_eq!((today.visits.len(), today.cases.len()), (1, 1));
    let to = |state: &str| core.visit_state(VisitStateArgs { id: visit.id, state: state.into() });
    assert_eq!(to("on_site").unwrap().state, "on_site");
    assert_eq!(code(to("departed")), "visit-state");
    assert_eq!(code(to("accepted")), "visit-state");
    assert_eq!(to("on_site").unwrap().state, "on_site");
}

#[test]
fn a_conflict_is_shown_and_resolved() {
    let phone = Phone::enrolled();
    let core = phone.open();
    core.case_follow(NumberArgs { number: "ｒ８－１ ".into() }).unwrap();
    assert_eq!(code(core.case_follow(NumberArgs { number: "R8-9".into() })), "case-unknown");
    let scope = Scope::Case(case_id("R8-1"));
    let note_id = ekitei_model::RecordId::derived(&["note"]);
    let fields = json!({"text": "office's words", "written_at": "2026-11-20T09:00:00+09:00"});
    let theirs = record(note_id, kinds::NOTE, &scope, None, 1, &fields);
    let fields = json!({"field": "text", "mine": "phone's words", "theirs": "office's words", "by_staff": "s001", "by_device": "x"});
    let conflict =
        record(ekitei_model::RecordId::derived(&["c"]), kinds::CONFLICT, &scope, Some(note_id), 2, &fields);
    phone.receive(&scope, &[theirs, conflict.clone()]);
    core.lock(Nothing {}).unwrap();
    core.unlock(PinArgs { pin: PIN.into() }).unwrap();
    let listed = core.conflicts(Nothing {}).unwrap();
    assert_eq!((listed.len(), listed[0].title.as_str(), listed[0].own), (1, "office's words", false));
    assert!(core.note_get(RecordRef { id: note_id }).unwrap().conflicted);
    assert_eq!(
        code(core.conflict_resolve(ConflictResolveArgs { id: conflict.id, choice: "all".into() })),
        "choice-unknown"
    );
    core.conflict_resolve(ConflictResolveArgs { id: conflict.id, choice: "mine".into() }).unwrap();
    assert!(core.conflicts(Nothing {}).unwrap().is_empty());
    assert_eq!(core.note_get(RecordRef { id: note_id }).unwrap().text, "phone's words");
}

#[test]
fn drafts_are_durable_and_stay_on_the_phone() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let value = json!({"text": "途中", "cursor": 2});
    core.draft_save(DraftArgs { key: "note:new".into(), value: value.clone() }).unwrap();
    drop(core);
    let core = phone.open();
    assert_eq!(core.draft_load(DraftKey { key: "note:new".into() }).unwrap().value, value);
    core.draft_drop(DraftKey { key: "note:new".into() }).unwrap();
    assert!(core.draft_load(DraftKey { key: "note:new".into() }).unwrap().value.is_null());
    assert_eq!(core.status(Nothing {}).unwrap().waiting.items, 0);
}

#[test]
fn a_lost_pin_gives_up_the_vault_and_keeps_what_waits() {
    let phone = Phone::enrolled();
    let core = phone.open();
    core.note_save(note(Some(case_id("R8-1")), "must arrive")).unwrap();
    let status = core.forget_pin(Nothing {}).unwrap();
    assert!(!status.enrolled && !status.locked && status.waiting.items == 1);
    assert_eq!(code(core.unlock(PinArgs { pin: PIN.into() })), "vault-missing");
    assert_eq!(core.queue(Nothing {}).unwrap().rows.len(), 1);
}

#[test]
fn a_changed_pin_opens_and_the_old_one_does_not() {
    let phone = Phone::enrolled();
    let core = phone.open();
    core.change_pin(ChangePinArgs { old: PIN.into(), new: "730264".into() }).unwrap();
    core.lock(Nothing {}).unwrap();
    assert_eq!(code(core.unlock(PinArgs { pin: PIN.into() })), "pin-wrong");
    core.unlock(PinArgs { pin: "730264".into() }).unwrap();
    assert_eq!(
        code(core.change_pin(ChangePinArgs { old: "730264".into(), new: "1234".into() })),
        "pin-short"
    );
}

#[test]
fn the_bridge_carries_calls_by_name() {
    let phone = Phone::enrolled();
    let core = phone.open();
    assert_eq!(dispatch(&core, "status", json!({})).unwrap()["locked"], false);
    assert_eq!(code(dispatch(&core, "no_such_call", json!({}))), "call-unknown");
    assert_eq!(code(dispatch(&core, "search", json!({"question": 1}))), "call-malformed");
    assert_eq!(dispatch(&core, "case_list", json!({})).unwrap().as_array().unwrap().len(), 2);
}

#[test]
fn a_wiped_home_is_empty_and_can_begin_anew() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let name = inbox(&core, "a.jpg", &jpeg(6));
    core.photo_add(photos(&name, Some(case_id("R8-1")))).unwrap();
    inbox(&core, "left.jpg", &jpeg(7));
    drop(core);
    phone.home().wipe().unwrap();
    let core = phone.locked();
    let status = core.status(Nothing {}).unwrap();
    assert!(!status.enrolled && status.device_id.is_none() && status.waiting.items == 0);
    assert_eq!(code(core.unlock(PinArgs { pin: PIN.into() })), "not-enrolled");
    for folder in ["blobs", "inbox"] {
        assert!(std::fs::read_dir(phone.dir().join(folder)).unwrap().next().is_none(), "{folder}");
    }
    assert!(!phone.dir().join("vault.db").exists() && !phone.dir().join("vault.key").exists());
}

#[test]
fn a_case_nobody_looked_at_for_two_weeks_leaves_the_phone() {
    let phone = Phone::enrolled();
    let core = phone.open();
    core.case_follow(NumberArgs { number: "R8-1".into() }).unwrap();
    core.case_follow(NumberArgs { number: "R8-2".into() }).unwrap();
    drop(core);
    let long_ago = now_ms() - 15 * 24 * 3_600_000;
    let scope = Scope::Case(case_id("R8-2"));
    phone
        .home()
        .queue()
        .write(|tx| {
            use ekitei_store::queue::{Reason, follow};
            follow::unfollow(tx, &scope, Reason::Asked)?;
            follow::follow(tx, &scope, Reason::Asked, long_ago)
        })
        .unwrap();
    phone.next_day();
    let followed =
        phone.open().case_list(CaseListArgs { filter: String::new(), followed_only: true }).unwrap();
    assert_eq!(followed.iter().map(|c| c.number.as_str()).collect::<Vec<_>>(), ["R8-1"]);
}

#[test]
fn any_text_comes_back_as_it_was_written() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let naughty = [
        "\u{0}\u{1}\u{7f}",
        "Robert'); DROP TABLE ops;--",
        "<script>alert('x')</script>",
        "evil\u{202e}gpj.exe",
        "👩‍🔧👨‍👩‍👧‍👦 🇯🇵",
        "髙﨑 か\u{3099}が ｶﾞ",
        "\u{feff}\u{200b}\u{2028}\u{2029}",
        "{\"json\": [1, null]}\r\n\ttab",
        "../../../etc/passwd%00",
        "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    ];
    for text in naughty {
        let saved = core.note_save(note(Some(case_id("R8-1")), text)).unwrap();
        assert_eq!(core.note_get(RecordRef { id: saved.id }).unwrap().text, text);
        core.search(find(text)).unwrap();
    }
    drop(core);
    let texts: Vec<String> = phone.open().note_list().unwrap().into_iter().map(|n| n.text).collect();
    assert!(naughty.iter().all(|t| texts.iter().any(|s| s == t)));
}

#[test]
fn what_the_office_would_not_take_is_refused_before_it_is_queued() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let long = "あ".repeat(200_000);
    assert_eq!(code(core.note_save(note(Some(case_id("R8-1")), &long))), "record-too-large");
    assert!(core.queue(Nothing {}).unwrap().rows.is_empty());
    core.note_save(note(Some(case_id("R8-1")), &long[..300_000])).unwrap();
}

#[test]
fn an_original_leaves_the_phone_only_after_receipt_and_backup() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let taken: Vec<_> = (20..23)
        .map(|seed| {
            core.photo_add(photos(&inbox(&core, "a.jpg", &jpeg(seed)), Some(case_id("R8-1"))))
                .unwrap()
                .remove(0)
        })
        .collect();
    drop(core);
    // The office has all files of all three; it filed two and backed up one of those, long ago.
    let home = phone.home();
    home.queue()
        .write(|tx| {
            use ekitei_store::queue::uploads;
            for photo in &taken {
                for upload in uploads::of_record(tx, photo.id)? {
                    uploads::done(tx, upload.item, 1)?;
                }
            }
            Ok(())
        })
        .unwrap();
    drop(home);
    let scope = Scope::Case(case_id("R8-1"));
    let at = "2020-01-01T09:00:00+09:00";
    let office = |n: usize, more: &serde_json::Value| {
        let mut fields = json!({"taken_at": at, "sha256.original": "x", "office.original_at": at});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record(taken[n].id, kinds::PHOTO, &scope, None, n as u64 + 1, &fields)
    };
    let records = [
        office(0, &json!({"office.filed_at": at, "office.backed_up_at": at})),
        office(1, &json!({"office.filed_at": at})),
        office(2, &json!({"office.backed_up_at": at})),
    ];
    phone.receive(&scope, &records);
    phone.next_day();
    let core = phone.open();
    let has = |n: usize, variant| core.media(taken[n].id, variant).is_ok();
    assert!(!has(0, Variant::Original) && has(0, Variant::Display));
    assert!(has(1, Variant::Original) && has(2, Variant::Original));
}

/// The service in the background may be at it.
#[test]
fn a_round_asked_for_while_another_process_delivers_waits_for_it_and_says_so() {
    let phone = Phone::enrolled();
    let core = phone.open();
    let other = phone.home();
    let delivering = other.engine_lock().unwrap();
    assert!(delivering.is_some());
    let view = core.sync_now(SyncArgs { deadline_s: 1 }).unwrap();
    assert_eq!(view.fault.unwrap().code, "sync-elsewhere");
}
