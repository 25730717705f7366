//! Messages between real phones and a real office: answers lost after the commit, hours without a line, a phone that
//! begins anew. Everybody here leads a section, so that no hour of the day holds a message back.
#![allow(clippy::unwrap_used)]

#[path = "chat/feed.rs"]
mod feed;
#[path = "chat/forward.rs"]
mod forward;
#[path = "chat/hall.rs"]
mod hall;
#[path = "chat/held.rs"]
mod held;
#[path = "chat/refused.rs"]
mod refused;
#[path = "chat/rules.rs"]
mod rules;

use ekitei_core::bridge::chat::*;
use ekitei_core::bridge::{Surface, args::*};
use ekitei_core::{Core, Options};
use ekitei_model::RecordId;
use ekitei_seal::{Argon2Params, FileKeystore};
use ekitei_tests::line::{CutOnce, Line, Mode};
use ekitei_tests::office::Office;
use ekitei_tests::phone::PIN;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 係長 of 指導保安係 and of 普及係.
const ONE: &str = "s002";
const OTHER: &str = "s005";

struct World {
    dir: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
    office: Office,
    line: Line,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let office = Office::start(dir.path());
        let line = runtime.block_on(Line::to(office.addr)).unwrap();
        Self { dir, _runtime: runtime, office, line }
    }

    /// A phone whose line can be cut, or one that always has one.
    fn phone(&self, staff: &str, name: &str, cuttable: bool) -> Core {
        let core = open(&self.home(name));
        let server = if cuttable { self.line.url() } else { self.office.url() };
        let code = self.office.code(staff);
        core.enrol(EnrolArgs { server, code, pin: PIN.into(), ca_pem: None, model: None }).unwrap();
        round(&core);
        core
    }

    fn home(&self, name: &str) -> PathBuf {
        self.dir.path().join("phones").join(name)
    }
}

fn open(home: &Path) -> Core {
    open_with(home, Options::default())
}

fn open_with(home: &Path, options: Options) -> Core {
    std::fs::create_dir_all(home).unwrap();
    let keystore = FileKeystore::open_or_create(&home.join("device.key")).unwrap();
    let pin_cost = Argon2Params::TEST_ONLY;
    let options = Options { worker: false, stay_unlocked: true, auto_lock: false, pin_cost, ..options };
    Core::open(home, Arc::new(keystore), options).unwrap()
}

/// One round; what came of it is seen in the outbox.
fn round(core: &Core) {
    let _ = core.sync_now(SyncArgs { deadline_s: 60 });
}

fn unsent(core: &Core) -> usize {
    core.queue(Nothing {}).unwrap().rows.len()
}

/// Rounds until nothing waits.
fn drain(core: &Core) {
    for _ in 0..60 {
        round(core);
        if unsent(core) == 0 {
            round(core);
            return;
        }
    }
    panic!("{} operations never left", unsent(core));
}

fn words(room: RecordId, text: &str) -> ChatSendArgs {
    ChatSendArgs {
        room,
        text: text.into(),
        photos: Vec::new(),
        files: Vec::new(),
        reply_to: None,
        mentions: Vec::new(),
        urgent: None,
        stamp: None,
        link: None,
        draft: false,
    }
}

fn say(core: &Core, room: RecordId, text: &str) -> RecordId {
    core.chat_send(words(room, text)).unwrap().id
}

fn page(core: &Core, room: RecordId) -> RoomView {
    core.chat_room(RoomArgs::newest(room, 1_000)).unwrap()
}

fn texts(core: &Core, room: RecordId) -> Vec<String> {
    page(core, room).messages.into_iter().map(|m| m.text).collect()
}

#[test]
fn an_answer_lost_after_the_commit_doubles_no_message_and_keeps_each_sender_s_order() {
    let world = World::new();
    let (one, other) = (world.phone(ONE, "one", true), world.phone(OTHER, "other", false));
    let room = one.chat_open(ChatOpenArgs { staff: OTHER.into() }).unwrap().id;
    drain(&one);
    round(&other);
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for n in 0..6 {
        for part in ["a", "b", "c"] {
            mine.push(format!("{n}{part}"));
            say(&one, room, &format!("{n}{part}"));
        }
        world.line.cut_once(CutOnce::Answer);
        round(&one);
        assert!(unsent(&one) >= 3, "the answer was lost");
        theirs.push(format!("返 {n}"));
        say(&other, room, &format!("返 {n}"));
        drain(&other);
        world.line.cut_once(CutOnce::Answer);
        round(&one);
    }
    drain(&one);
    round(&other);
    for core in [&one, &other] {
        let said = texts(core, room);
        let of = |whose: &[String]| said.iter().filter(|t| whose.contains(t)).cloned().collect::<Vec<_>>();
        assert_eq!((of(&mine), of(&theirs)), (mine.clone(), theirs.clone()));
        assert_eq!(said.len(), mine.len() + theirs.len());
    }
    assert_eq!(texts(&one, room), texts(&other, room), "one order for everybody");
    assert_eq!(world.office.verify(), Ok(()));
}

#[test]
fn five_hundred_messages_written_without_a_line_arrive_in_their_order() {
    let world = World::new();
    let (one, other) = (world.phone(ONE, "one", true), world.phone(OTHER, "other", false));
    let room = one.chat_open(ChatOpenArgs { staff: OTHER.into() }).unwrap().id;
    drain(&one);
    world.line.set(Mode::Cut);
    let said: Vec<String> = (0..500).map(|n| format!("報告 {n}")).collect();
    for text in &said {
        say(&one, room, text);
    }
    round(&one);
    assert!(unsent(&one) >= 500);
    assert_eq!(texts(&one, room), said, "they stand at the end as they were written");
    world.line.set(Mode::Good);
    // The line breaks twice on the way.
    for _ in 0..2 {
        world.line.cut_once(CutOnce::Answer);
        round(&one);
        assert!(unsent(&one) >= 500, "the answer was lost");
    }
    drain(&one);
    round(&other);
    assert_eq!(texts(&other, room), said);
    assert_eq!(texts(&one, room), said);
    let states: Vec<_> = page(&one, room).messages.iter().map(|m| m.state).collect();
    assert!(states.iter().all(|s| *s == MessageState::Sent));
    assert_eq!(world.office.verify(), Ok(()));
}

/// What a screen says about a message, without what differs between phones.
fn shown(core: &Core, room: RecordId) -> Vec<String> {
    let line = |m: MessageView| {
        let marks: Vec<_> = m.reactions.iter().map(|r| (r.mark.clone(), r.own, r.names.clone())).collect();
        let said = (m.id, m.born, m.by, m.text, m.unsent, m.edited, m.pinned, m.reads);
        format!("{said:?} {:?} {marks:?}", m.reply.map(|q| q.id))
    };
    page(core, room).messages.into_iter().map(line).collect()
}

#[test]
fn a_phone_that_reads_from_the_beginning_shows_what_one_that_followed_shows() {
    let world = World::new();
    let (one, followed) = (world.phone(ONE, "one", true), world.phone(OTHER, "followed", false));
    let room = one.chat_open(ChatOpenArgs { staff: OTHER.into() }).unwrap().id;
    let said: Vec<RecordId> = (0..12).map(|n| say(&one, room, &format!("報告 {n}"))).collect();
    drain(&one);
    round(&followed);
    one.chat_edit(ChatEditArgs { id: said[3], text: "なおした".into(), mentions: None }).unwrap();
    one.chat_unsend(RecordRef { id: said[5] }).unwrap();
    drain(&one);
    round(&followed);
    followed.chat_react(ChatReactArgs { id: said[3], mark: "ryokai".into() }).unwrap();
    followed.chat_pin(ChatPinArgs { id: said[1], on: true }).unwrap();
    followed.chat_read(ChatReadArgs { room, born: page(&followed, room).newest }).unwrap();
    drain(&followed);
    round(&one);
    one.chat_react(ChatReactArgs { id: said[3], mark: "heart".into() }).unwrap();
    one.chat_unsend(RecordRef { id: said[11] }).unwrap();
    say(&one, room, "最後");
    drain(&one);
    round(&followed);
    let anew = world.phone(OTHER, "anew", false);
    round(&anew);
    assert_eq!(shown(&anew, room), shown(&followed, room));
    assert_eq!(shown(&followed, room).len(), 13);
    assert_eq!(world.office.verify(), Ok(()));
}

#[test]
fn who_leaves_a_group_loses_it_and_what_waits_for_it_is_kept_at_the_office() {
    let world = World::new();
    let (one, other) = (world.phone(ONE, "one", true), world.phone(OTHER, "other", false));
    let args = ChatGroupArgs {
        name: "林道".into(),
        colour: String::new(),
        people: vec![OTHER.into()],
        sections: Vec::new(),
        history: true,
    };
    let room = one.chat_group(args).unwrap().id;
    say(&one, room, "集合");
    drain(&one);
    round(&other);
    assert_eq!(texts(&other, room), ["集合"]);
    // Taken out while the other writes without a line.
    say(&other, room, "まだいます");
    one.chat_member(ChatMemberArgs { room, staff: OTHER.into(), admin: None, leaves: true }).unwrap();
    drain(&one);
    for _ in 0..5 {
        round(&other);
    }
    assert!(!other.chat_rooms(Nothing {}).unwrap().iter().any(|r| r.id == room), "the room is gone");
    assert_eq!(texts(&one, room), ["集合"], "nothing of it entered the room");
    assert_eq!(world.office.verify(), Ok(()));
}
