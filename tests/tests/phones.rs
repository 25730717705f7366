//! Phones and their office with the real programs: a lost PIN, a wiped phone, two writers of one note, wrong codes,
//! and what comes to a phone by itself.
#![allow(clippy::unwrap_used)]

use ekitei_core::bridge::{Surface, args::*};
use ekitei_core::{Core, ImportedNote, Options};
use ekitei_model::wire::DeviceState;
use ekitei_seal::FileKeystore;
use ekitei_tests::office::Office;
use ekitei_tests::phone::{PIN, Phone};
use ekitei_tests::shots;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;

const CASE: &str = "R8-砂利-014";

/// An office and phones in one folder that goes with them.
struct World {
    folder: tempfile::TempDir,
    office: Office,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let office = Office::start(folder.path());
        Self { folder, office }
    }

    fn home(&self, name: &str) -> PathBuf {
        self.folder.path().join("phones").join(name)
    }

    fn phone(&self, staff: &str) -> Phone {
        Phone::enrolled(&self.home(staff), &self.office.url(), &self.office.code(staff))
    }
}

/// The same phone in this process.
fn core(phone: &Phone) -> Core {
    let keystore = FileKeystore::open_or_create(&phone.home.join("device.key")).unwrap();
    let options = Options { worker: false, stay_unlocked: true, ..Options::default() };
    Core::open(&phone.home, Arc::new(keystore), options).unwrap()
}

fn every(rows: &[Value], field: &str, value: &str) -> bool {
    !rows.is_empty() && rows.iter().all(|r| r[field] == value)
}

#[test]
fn assigned_cases_come_by_themselves_and_restricted_ones_stay_with_their_members() {
    let world = World::new();
    let phone = world.phone("s006");
    phone.sync();
    let cases = phone.list("cases");
    assert_eq!(cases.len(), 2);
    assert!(cases.iter().all(|c| c["followed"] == true && c["assigned"] == true), "{cases:?}");
    // A colleague of the section who has no part in it sees neither name nor number.
    let colleague = world.phone("s007");
    let seen = colleague.list("cases");
    assert_eq!(seen.iter().map(|c| c["number"].as_str().unwrap()).collect::<Vec<_>>(), ["R8-支援-0451"]);
    assert_eq!(colleague.try_run(&["case", "follow", "R8-支援-0467"]).status.code(), Some(1));
    assert!(colleague.json(&["search", "四六七号"]).as_array().unwrap().is_empty());
}

#[test]
fn after_a_lost_pin_everything_is_delivered_and_the_phone_begins_anew() {
    let mut world = World::new();
    let phone = world.phone("s001");
    world.office.kill();
    phone.note(CASE, "must not be lost");
    phone.photo(CASE, &shots::small(world.folder.path(), 4), "");
    let core = core(&phone);
    let former = core.status(Nothing {}).unwrap().device_id;
    assert!(!core.forget_pin(Nothing {}).unwrap().enrolled);

    let anew = |world: &World, code: &str| EnrolArgs {
        server: world.office.url(),
        code: code.to_owned(),
        pin: PIN.into(),
        ca_pem: None,
        model: None,
    };
    let refused = core.enrol(anew(&world, "AAAAA-AAAAA")).unwrap_err();
    assert_eq!(refused.code, "queue-not-drained", "nothing unsent is given up for a new enrolment");
    world.office.restart();
    let status = core.enrol(anew(&world, &world.office.code("s001"))).unwrap();
    assert!(status.enrolled && !status.locked && status.device_id != former);
    drop(core);
    phone.sync_until("the old device's photo", |p| every(&p.list("photos"), "progress", "filed"));
    let notes = phone.list("notes");
    assert_eq!((notes.len(), &notes[0]["text"]), (1, &"must not be lost".into()));
}

/// Changes the only note on this phone.
fn change(phone: &Phone, text: &str) {
    let core = core(phone);
    let id = core.note_list().unwrap()[0].id;
    let nothing = NoteSaveArgs {
        id: Some(id),
        case: None,
        visit: None,
        title: None,
        text: None,
        strokes: None,
        template: None,
    };
    core.note_save(NoteSaveArgs { text: Some(text.into()), ..nothing }).unwrap();
}

#[test]
fn two_phones_that_change_one_note_get_a_conflict_that_a_person_resolves() {
    let world = World::new();
    let (a, b) = (world.phone("s001"), world.phone("s002"));
    let made = core(&a);
    let case = made.case_by_number(CASE).unwrap();
    let note = ImportedNote { case, title: None, text: "first".into(), created_at: None, finished: false };
    made.note_import(&[note]).unwrap();
    drop(made);
    a.sync();
    b.must(&["case", "follow", CASE]);
    b.sync();
    change(&a, "from a");
    change(&b, "from b");
    a.sync();
    b.sync();
    let text = |phone: &Phone| phone.list("notes")[0]["text"].as_str().unwrap().to_owned();
    b.sync_until("the first arrival stays", |p| text(p) == "from a");
    assert_eq!(text(&a), "from a");
    b.sync_until("a conflict", |p| p.list("conflicts").len() == 1);
    let own = b.list("conflicts").remove(0);
    assert_eq!(
        (&own["mine"], &own["theirs"], &own["own"]),
        (&"from b".into(), &"from a".into(), &true.into())
    );

    let resolving = core(&b);
    let conflict = resolving.conflicts(Nothing {}).unwrap().remove(0);
    resolving.conflict_resolve(ConflictResolveArgs { id: conflict.id, choice: "both".into() }).unwrap();
    drop(resolving);
    for phone in [&b, &a, &b] {
        let resolved = |p: &Phone| p.list("conflicts").is_empty() && text(p).ends_with("\nfrom b");
        phone.sync_until("resolved everywhere", resolved);
    }
    assert!(text(&a) == text(&b) && text(&a).starts_with("from a\n"));
}

#[test]
fn wrong_and_used_codes_cost_nothing() {
    let world = World::new();
    let url = world.office.url();
    let try_code = |name: &str, code: &str| {
        let phone = Phone { home: world.home(name) };
        let output = phone.try_run(&["enrol", "--server", &url, "--code", code]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap(), phone)
    };
    let (status, said, phone) = try_code("one", "AAAAA-AAAAA");
    assert!(status == Some(1) && !said.contains("error."), "a sentence, not a key: {said}");
    let code = world.office.code("s001");
    assert_eq!(try_code("one", &code).0, Some(0));
    let (status, _, second) = try_code("two", &code);
    assert_eq!(status, Some(1));
    assert_eq!(second.json(&["status"])["enrolled"], false);
    let (status, said, _) = try_code("one", &world.office.code("s001"));
    assert!(status == Some(1) && said.contains("already"), "{said}");
    assert_eq!(phone.json(&["status"])["enrolled"], true);
}

#[test]
fn a_phone_that_the_office_wipes_keeps_nothing() {
    let world = World::new();
    let phone = world.phone("s001");
    phone.photo(CASE, &shots::small(world.folder.path(), 5), "");
    let id = phone.json(&["status"])["device_id"].as_str().unwrap().parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let file = world.office.data.join("office.db");
        let storage = ekitei_server_db::open(ekitei_server_db::Database::File(&file)).await.unwrap();
        assert!(storage.set_device_state(id, DeviceState::Wiped).await.unwrap());
    });
    phone.sync();
    let status = phone.json(&["status"]);
    assert_eq!((&status["enrolled"], &status["waiting"]["items"]), (&false.into(), &0.into()));
    assert_eq!(status["notices"][0]["code"], "device-wiped");
    assert!(!phone.home.join("vault.db").exists());
    assert!(std::fs::read_dir(phone.home.join("blobs")).unwrap().next().is_none());
}

/// Open with its worker, as an app is.
fn app(phone: &Phone) -> Core {
    let keystore = FileKeystore::open_or_create(&phone.home.join("device.key")).unwrap();
    let options = Options { worker: true, stay_unlocked: true, ..Options::default() };
    Core::open(&phone.home, Arc::new(keystore), options).unwrap()
}

/// Reads again with each hint, as a screen does, until it likes what it sees.
fn watch(core: &Core, what: &str, done: impl Fn(&Core) -> bool) {
    let mut hints = core.subscribe();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let seen = runtime.block_on(async {
        tokio::time::timeout(std::time::Duration::from_secs(60), async {
            while !done(core) {
                // A hint that was lost in a burst is followed by another.
                let _ = hints.recv().await;
            }
        })
        .await
    });
    assert!(seen.is_ok(), "never: {what}; {:?}", core.status(Nothing {}));
}

#[test]
fn open_apps_exchange_without_anyone_asking() {
    let mut world = World::new();
    let (a, b) = (world.phone("s001"), world.phone("s002"));
    let (app_a, app_b) = (app(&a), app(&b));
    app_b.case_follow(NumberArgs { number: CASE.into() }).unwrap();
    let case = app_a.case_by_number(CASE).unwrap();
    app_a.note_add(case, None, "by itself".into()).unwrap();
    watch(&app_b, "the note on the other phone", |c| {
        c.note_list().unwrap().iter().any(|n| n.text == "by itself")
    });
    let filed = |c: &Core| {
        c.case_card(CaseCardArgs { case, limit: None, before: None }).unwrap().entries.iter().any(|e| {
            e.note.as_ref().is_some_and(|n| n.progress == ekitei_core::bridge::views::Progress::Filed)
        })
    };
    watch(&app_a, "the receipt, by a hint of the office", filed);

    // A command of another process in the same home rings no bell, and is noticed all the same.
    a.note(CASE, "from a command");
    watch(&app_b, "the command's note", |c| c.note_list().unwrap().len() == 2);

    // The line goes and comes; a person taps.
    world.office.kill();
    app_a.note_add(case, None, "while it was down".into()).unwrap();
    let view = app_a.sync_now(SyncArgs { deadline_s: 20 }).unwrap();
    assert!(!view.drained && view.fault.is_some(), "{view:?}");
    world.office.restart();
    let view = app_a.sync_now(SyncArgs { deadline_s: 20 }).unwrap();
    assert!(view.drained, "{view:?}");
    app_b.line_changed();
    watch(&app_b, "what was written meanwhile", |c| c.note_list().unwrap().len() == 3);
}
