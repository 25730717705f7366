//! The office loses its disk and comes back from a backup, with the real programs: phones that it knows, and phones that
//! came in after the backup.
#![allow(clippy::unwrap_used)]

use ekitei_core::bridge::{Surface, args::*};
use ekitei_core::{Core, Options};
use ekitei_seal::FileKeystore;
use ekitei_tests::office::Office;
use ekitei_tests::phone::{PIN, Phone};
use ekitei_tests::shots;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;

const CASE: &str = "R8-砂利-014";

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

    fn backup(&self) -> PathBuf {
        let to = self.folder.path().join("backup");
        self.office.backup(&to);
        to
    }

    /// A phone that follows the case.
    fn phone(&self, staff: &str) -> Phone {
        let home = self.folder.path().join("phones").join(staff);
        let phone = Phone::enrolled(&home, &self.office.url(), &self.office.code(staff));
        phone.sync();
        phone.must(&["case", "follow", CASE]);
        phone.sync();
        phone
    }

    fn shot(&self, n: u64) -> PathBuf {
        shots::small(self.folder.path(), n)
    }
}

fn core(phone: &Phone) -> Core {
    let keystore = FileKeystore::open_or_create(&phone.home.join("device.key")).unwrap();
    let options = Options { worker: false, stay_unlocked: true, ..Options::default() };
    Core::open(&phone.home, Arc::new(keystore), options).unwrap()
}

fn texts(phone: &Phone) -> Vec<String> {
    let mut all: Vec<String> =
        phone.list("notes").iter().map(|n| n["text"].as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}

fn filed(photos: &[Value], count: usize) -> bool {
    photos.len() == count && photos.iter().all(|p| p["progress"] == "filed")
}

fn device(phone: &Phone) -> Value {
    phone.json(&["status"])["device_id"].clone()
}

fn waiting(phone: &Phone) -> u64 {
    phone.json(&["status"])["waiting"]["items"].as_u64().unwrap()
}

#[test]
fn a_phone_that_came_in_after_the_backup_comes_back_with_everything() {
    let mut world = World::new();
    let old = world.phone("s001");
    old.note(CASE, "before the backup");
    old.drain(5);
    let backup = world.backup();
    // All of this the office had, and loses.
    let young = world.phone("s002");
    young.note(CASE, "delivered before the fire");
    young.photo(CASE, &world.shot(1), "delivered");
    young.drain(10);
    old.note(CASE, "after the backup");
    old.drain(5);
    // And this it has never seen.
    world.office.kill();
    young.note(CASE, "unsent");
    young.photo(CASE, &world.shot(2), "unsent");
    let before = waiting(&young);
    assert!(before >= 2);
    world.office.restore(&backup, false);

    // The phone says what is the matter and what to do; nothing is given up, and a new enrolment is no way out.
    assert!(!young.sync());
    let status = young.json(&["status"]);
    assert_eq!(status["last_fault"]["code"], "device-unknown");
    assert_eq!(waiting(&young), before);
    let said = String::from_utf8(young.try_run(&["sync"]).stderr).unwrap();
    assert!(said.contains("enrolment code"), "{said}");
    let anew =
        young.try_run(&["enrol", "--server", &world.office.url(), "--code", &world.office.code("s002")]);
    assert_eq!(anew.status.code(), Some(1));

    // Neither a colleague's code nor a locked phone.
    let again = |code: &str| young.try_run(&["enrol-again", "--code", code]);
    let colleague = again(&world.office.code("s001"));
    assert_eq!(colleague.status.code(), Some(1));
    let said = String::from_utf8(colleague.stderr).unwrap();
    assert!(said.contains("another person"), "{said}");
    young.must(&["lock"]);
    let code = world.office.code("s002");
    assert_eq!(again(&code).status.code(), Some(3), "the PIN comes first");
    young.must(&["unlock"]);
    let id = device(&young);
    young.must(&["enrol-again", "--code", &code]);
    // The answer is lost, the person tries once more: the same phone.
    young.must(&["enrol-again", "--code", &code]);
    assert_eq!(device(&young), id, "it is the same phone");
    young.drain(10);
    young.sync_until("its photos", |p| filed(&p.list("photos"), 2));
    assert_eq!(young.json(&["status"])["last_fault"], Value::Null);

    // Both have everything, and the office agrees with itself.
    let all = ["after the backup", "before the backup", "delivered before the fire", "unsent"];
    old.sync_until("everything", |p| texts(p) == all && filed(&p.list("photos"), 2));
    young.sync_until("everything", |p| texts(p) == all);
    world.office.verify().unwrap();
    assert!(young.list("queue").is_empty() && old.list("queue").is_empty());
}

#[test]
fn with_the_pin_lost_as_well_one_code_brings_the_unsent_work_to_an_office_that_moved() {
    let mut world = World::new();
    let backup = world.backup();
    let phone = world.phone("s001");
    phone.note(CASE, "delivered");
    phone.drain(5);
    world.office.kill();
    phone.note(CASE, "unsent");
    phone.photo(CASE, &world.shot(3), "unsent");
    let app = core(&phone);
    let id = app.status(Nothing {}).unwrap().device_id;
    app.forget_pin(Nothing {}).unwrap();
    world.office.restore(&backup, true);
    let args = EnrolArgs {
        server: world.office.url(),
        code: world.office.code("s001"),
        pin: PIN.into(),
        ca_pem: None,
        model: None,
    };
    let status = app.enrol(args).unwrap();
    assert!(status.enrolled && !status.locked);
    assert_eq!((status.device_id, status.server), (id, Some(world.office.url())));
    drop(app);
    phone.drain(10);
    phone.sync_until("its photo", |p| filed(&p.list("photos"), 1));
    // What was delivered and lost had only the vault, and that went with the PIN.
    assert_eq!(texts(&phone), ["unsent"]);
    world.office.verify().unwrap();
}

#[test]
fn a_phone_finds_an_office_that_moved() {
    let mut world = World::new();
    let phone = world.phone("s001");
    let backup = world.backup();
    world.office.kill();
    phone.note(CASE, "unsent");
    world.office.restore(&backup, true);
    assert!(!phone.sync(), "nobody answers there any more");
    // One that the office knows may say the new address in the same way.
    let (code, url) = (world.office.code("s001"), world.office.url());
    phone.must(&["enrol-again", "--code", &code, "--server", &url]);
    phone.drain(5);
    assert_eq!(phone.json(&["status"])["server"], url);
    world.office.verify().unwrap();
}

/// What the office refused before the fire is asked again: its quarantine went with the disk.
#[test]
fn what_lay_in_quarantine_is_brought_again() {
    let mut world = World::new();
    let phone = world.phone("s001");
    let colleague = world.phone("s002");
    phone.note(CASE, "to be deleted");
    phone.drain(5);
    colleague.sync_until("the note", |p| p.list("notes").len() == 1);
    let backup = world.backup();
    // Deleted at one phone, changed at the other: the change finds nothing any more.
    let app = core(&phone);
    let id = app.note_list().unwrap()[0].id;
    app.note_delete(RecordRef { id }).unwrap();
    drop(app);
    let other = core(&colleague);
    let text = NoteSaveArgs {
        id: Some(id),
        case: None,
        visit: None,
        title: None,
        text: Some("changed".into()),
        strokes: None,
        template: None,
    };
    other.note_save(text).unwrap();
    drop(other);
    phone.drain(5);
    colleague.drain(5);
    let parked = |p: &Phone| p.json(&["status"])["waiting"]["parked"].as_u64().unwrap();
    assert_eq!(parked(&colleague), 1);
    world.office.restore(&backup, false);
    // The office of the backup still has the note, so the change has a place again.
    colleague.sync_until("the change is taken", |p| parked(p) == 0 && texts(p) == ["changed"]);
    world.office.verify().unwrap();
}
