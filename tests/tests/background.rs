//! What Android starts while no screen is open: the core opened from its directory alone, locked, with the real office.
#![allow(clippy::unwrap_used)]

use ekitei_core::Options;
use ekitei_core::background::{Background, LineEvent};
use ekitei_seal::FileKeystore;
use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use ekitei_tests::shots;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const CASE: &str = "R8-砂利-014";
/// Far above what anything here takes.
const NEVER: Duration = Duration::from_secs(120);

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

    fn phone(&self, staff: &str) -> Phone {
        let home = self.folder.path().join("phones").join(staff);
        Phone::enrolled(&home, &self.office.url(), &self.office.code(staff))
    }
}

/// As the `:sync` process opens it.
fn background(home: &Path) -> Background {
    let keystore = FileKeystore::open_or_create(&home.join("device.key")).unwrap();
    Background::open(home, Arc::new(keystore), Options::default()).unwrap()
}

/// Everything of the vault, out of reach until it is put back.
struct Hidden(Vec<(PathBuf, PathBuf)>);

fn hide_vault(home: &Path) -> Hidden {
    let names = ["vault.db", "vault.db-wal", "vault.db-shm"];
    let there = names.map(|name| home.join(name)).into_iter().filter(|path| path.exists());
    Hidden(
        there
            .map(|path| {
                let aside = path.with_extension("aside");
                std::fs::rename(&path, &aside).unwrap();
                (path, aside)
            })
            .collect(),
    )
}

impl Hidden {
    fn put_back(self) {
        for (path, aside) in self.0 {
            assert!(!path.exists(), "{} was made anew", path.display());
            std::fs::rename(aside, path).unwrap();
        }
    }
}

#[test]
fn a_locked_phone_delivers_without_its_vault() {
    let mut world = World::new();
    let phone = world.phone("s001");
    world.office.kill();
    phone.note(CASE, "written where no line was");
    phone.photo(CASE, &shots::small(world.folder.path(), 3), "");
    phone.must(&["lock"]);
    let vault = hide_vault(&phone.home);
    world.office.restart();

    let background = background(&phone.home);
    let before = background.waiting().unwrap();
    assert!(before.items >= 2 && before.bytes > 0 && before.since_ms.is_some(), "{before:?}");
    let mut steps = Vec::new();
    let outcome = background.sync_once(60_000, |waiting| steps.push(waiting)).unwrap();
    assert!(outcome.drained && outcome.fault.is_none(), "{outcome:?}");
    assert_eq!(outcome.waiting, ekitei_core::background::Waiting::default());
    assert!(outcome.sent >= before.items && outcome.received > 0, "{outcome:?}");
    assert!(steps.iter().any(|w| w.items < before.items), "{steps:?}");
    drop(background);

    vault.put_back();
    phone.must(&["unlock"]);
    phone.sync_until("the note is filed", |p| p.list("notes")[0]["progress"] == "filed");
}

#[test]
fn without_a_line_it_says_when_to_come_back_and_a_stop_ends_it_at_once() {
    let mut world = World::new();
    let phone = world.phone("s001");
    let addr = world.office.addr;
    world.office.kill();
    phone.note(CASE, "waits");
    let background = background(&phone.home);
    let outcome = background.sync_once(60_000, |_| {}).unwrap();
    assert!(!outcome.drained && outcome.fault.is_some() && outcome.next_wake_ms.is_some(), "{outcome:?}");

    // Something answers the call and says nothing, for ever.
    let silent = TcpListener::bind(addr).unwrap();
    background.line_changed();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| background.sync_once(3_600_000, |_| {}).unwrap());
        let _taken = silent.accept().unwrap();
        background.stop();
        let outcome = run.join().unwrap();
        assert_eq!(outcome.fault.unwrap().code, "stopped");
        assert!(outcome.waiting.items > 0);
    });
    drop(silent);
    world.office.restart();
    background.line_changed();
    assert!(background.sync_once(60_000, |_| {}).unwrap().drained, "what was stopped goes on");
}

fn next(events: &Receiver<LineEvent>, wanted: impl Fn(&LineEvent) -> bool) -> LineEvent {
    loop {
        let event = events.recv_timeout(NEVER).expect("the event comes");
        if wanted(&event) {
            return event;
        }
    }
}

#[test]
fn the_live_line_hints_answers_pings_and_comes_back() {
    let mut world = World::new();
    let phone = world.phone("s001");
    phone.must(&["case", "follow", CASE]);
    let other = world.phone("s002");
    let background = background(&phone.home);
    let (tell, events) = channel();
    // So long that only what is asked for goes over the line.
    let line = background.live(1_800_000, move |event| tell.send(event).unwrap_or_default()).unwrap();
    next(&events, |e| *e == LineEvent::Connected);
    other.note(CASE, "something new");
    other.sync();
    let hint = next(&events, |e| matches!(e, LineEvent::Hint { .. }));
    assert!(matches!(&hint, LineEvent::Hint { scope, urgent: false } if scope.contains(':')), "{hint:?}");
    line.ping();
    next(&events, |e| matches!(e, LineEvent::Kept { .. }));

    world.office.kill();
    next(&events, |e| matches!(e, LineEvent::Lost { silent_ms: None, .. }));
    world.office.restart();
    next(&events, |e| *e == LineEvent::Connected);
    line.set_every_ms(10_000);
    drop(line);
    drop(background);
    assert!(
        std::iter::from_fn(|| events.recv_timeout(NEVER).ok()).count() < 100,
        "the listener is let go with its line"
    );
}

#[test]
fn a_phone_that_is_not_enrolled_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let background = background(folder.path());
    assert_eq!(background.sync_once(1_000, |_| {}).unwrap_err().code, "not-enrolled");
    assert_eq!(background.live(60_000, |_| {}).err().unwrap().code, "not-enrolled");
}
