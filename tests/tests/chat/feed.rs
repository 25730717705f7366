//! Whoever follows the office live and whoever reads everything from the beginning see the same: messages, edits, what was
//! taken back, reactions, members who come and go, what the office holds. `EKITEI_CHAT_SEED` repeats a run,
//! `EKITEI_CHAT_STEPS` says how long it is.

use super::hall::{EVENING, HOUR_MS, Hall};
use super::{page, round, say, words};
use ekitei_core::Core;
use ekitei_core::bridge::chat::*;
use ekitei_core::bridge::{Surface, args::*};
use ekitei_model::RecordId;
use ekitei_model::chat::room::Type;
use ekitei_tests::kill::number;
use ekitei_tests::line::CutOnce;
use ekitei_tests::scenes::Dice;
use std::collections::BTreeMap;

const PEOPLE: [&str; 3] = ["s001", "s004", "s006"];
const MARKS: [&str; 4] = ["heart", "ryokai", "confirmed", "bow"];

struct Talk {
    hall: Hall,
    dice: Dice,
    /// One that writes for each of the people.
    writers: Vec<Core>,
    /// Another phone of each, which only follows.
    followers: Vec<Core>,
    said: u64,
    met: BTreeMap<&'static str, u64>,
}

impl Talk {
    fn new(seed: u64) -> Self {
        let hall = Hall::at(EVENING - 6 * HOUR_MS);
        let writers: Vec<Core> = PEOPLE.iter().map(|p| hall.phone(p, p)).collect();
        let followers = PEOPLE.iter().map(|p| hall.phone(p, &format!("{p} follows"))).collect();
        let others = |me: usize| PEOPLE.iter().filter(move |p| **p != PEOPLE[me]).map(|p| (*p).to_owned());
        for (me, history) in [(0, true), (1, false)] {
            let (name, colour) = (format!("集まり {me}"), String::new());
            let people = others(me).take(1).collect();
            writers[me]
                .chat_group(ChatGroupArgs { name, colour, people, sections: Vec::new(), history })
                .unwrap();
        }
        writers[0].chat_open(ChatOpenArgs { staff: PEOPLE[1].into() }).unwrap();
        Self { hall, dice: Dice::new(seed), writers, followers, said: 0, met: BTreeMap::new() }
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        if all.is_empty() {
            return None;
        }
        Some(all[self.dice.below(all.len())].clone())
    }

    fn met(&mut self, what: &'static str, done: bool) {
        if done {
            *self.met.entry(what).or_default() += 1;
        }
    }

    fn step(&mut self) {
        let me = self.dice.below(PEOPLE.len());
        match self.dice.below(24) {
            0..=2 => {
                if self.dice.below(5) == 0 {
                    self.hall.line.cut_once(CutOnce::Answer);
                }
                round(&self.writers[me]);
            }
            3 | 4 => round(&self.followers[me]),
            5 => {
                // As after a kill.
                self.writers.remove(me);
                self.writers.insert(me, self.hall.open(PEOPLE[me]));
            }
            6 => {
                let hours = 1 + i64::try_from(self.dice.below(9)).unwrap();
                self.hall.clock.advance(hours * HOUR_MS);
            }
            7 => self.hall.restart(),
            _ => self.write(me),
        }
    }

    fn write(&mut self, me: usize) {
        let rooms: Vec<RoomRow> = self.writers[me].chat_rooms(Nothing {}).unwrap();
        let Some(row) = self.pick(&rooms) else { return };
        let room = row.id;
        let view = page(&self.writers[me], room);
        let own: Vec<RecordId> = view.messages.iter().filter(|m| m.own && !m.unsent).map(|m| m.id).collect();
        let all: Vec<RecordId> = view.messages.iter().filter(|m| !m.unsent).map(|m| m.id).collect();
        self.said += 1;
        let text = format!("{} {}", PEOPLE[me], self.said);
        match self.dice.below(15) {
            0 => {
                let Some(id) = self.pick(&own) else { return };
                let done = self.writers[me].chat_edit(ChatEditArgs { id, text, mentions: None });
                self.met("edit", done.is_ok());
            }
            1 => {
                let Some(id) = self.pick(&own) else { return };
                let done = self.writers[me].chat_unsend(RecordRef { id });
                self.met("unsend", done.is_ok());
            }
            2 | 3 => {
                let (Some(id), Some(mark)) = (self.pick(&all), self.pick(&MARKS)) else { return };
                let done = self.writers[me].chat_react(ChatReactArgs { id, mark: mark.into() });
                self.met("react", done.is_ok());
            }
            4 => {
                let Some(id) = self.pick(&all) else { return };
                let on = self.dice.below(2) == 0;
                let done = self.writers[me].chat_pin(ChatPinArgs { id, on });
                self.met("pin", done.is_ok());
            }
            5 => {
                let done = self.writers[me].chat_read(ChatReadArgs { room, born: view.newest });
                self.met("read", done.is_ok());
            }
            6 | 12..=14 => self.move_members(me, &row),
            7 => {
                let Some(id) = self.pick(&all) else { return };
                let reply = ChatSendArgs { reply_to: Some(id), ..words(room, &text) };
                let done = self.writers[me].chat_send(reply);
                self.met("reply", done.is_ok());
            }
            8 => {
                let urgent = ChatSendArgs { urgent: Some("河川の増水".into()), ..words(room, &text) };
                let done = self.writers[me].chat_send(urgent);
                self.met("urgent", done.is_ok());
            }
            _ => {
                say(&self.writers[me], room, &text);
                self.met("say", true);
            }
        }
    }

    /// Who looks after a group takes somebody in or out; anybody leaves.
    fn move_members(&mut self, me: usize, row: &RoomRow) {
        if row.kind != Type::Group {
            return;
        }
        let (room, core) = (row.id, &self.writers[me]);
        let inside = core.chat_members(RoomRef { room }).unwrap();
        let Some(who) = self.pick(&PEOPLE) else { return };
        let core = &self.writers[me];
        let there = inside.members.iter().any(|m| m.staff == who);
        if !inside.admin && (who != PEOPLE[me] || self.dice.below(3) > 0) {
            return;
        }
        let done = if there && who != PEOPLE[me] || !inside.admin {
            let leaves = ChatMemberArgs { room, staff: who.into(), admin: None, leaves: true };
            core.chat_member(leaves).is_ok()
        } else if there {
            return;
        } else {
            core.chat_invite(ChatInviteArgs { room, people: vec![who.into()] }).is_ok()
        };
        self.met(if there { "out" } else { "in" }, done);
    }

    /// Everything is delivered; what is held stays held, and what was refused is given up.
    fn drained(&mut self) {
        for core in &self.writers {
            for _ in 0..60 {
                round(core);
                if core.status(Nothing {}).unwrap().waiting.items == 0 {
                    break;
                }
            }
            let rows = core.queue(Nothing {}).unwrap().rows;
            for row in &rows {
                assert!(row.parked.is_some(), "it never left: {row:?}");
                // One may take others along.
                let _ = core.queue_cancel(QueueItemRef { item: Some(row.item.clone()) });
            }
        }
        for core in self.writers.iter().chain(&self.followers) {
            for _ in 0..3 {
                round(core);
            }
        }
    }

    /// A third phone of each reads from the beginning.
    fn compare(&mut self, seed: u64, time: &str) -> usize {
        let mut held = 0;
        for (n, who) in PEOPLE.iter().enumerate() {
            let anew = self.hall.phone(who, &format!("{who} {time}"));
            round(&anew);
            let wanted = look(&anew);
            for (core, what) in [(&self.followers[n], "follows"), (&self.writers[n], "writes")] {
                let seen = look(core);
                assert_eq!(seen, wanted, "{who} {what}, {time}, seed {seed}");
            }
            held += wanted.values().flatten().filter(|line| line.contains("Held")).count();
        }
        held
    }
}

/// What the screens of a phone say of its rooms, without what differs between phones.
fn look(core: &Core) -> BTreeMap<RecordId, Vec<String>> {
    let mut out = BTreeMap::new();
    for row in core.chat_rooms(Nothing {}).unwrap() {
        let view = page(core, row.id);
        let mut lines = vec![format!("{:?} {} {} {}", row.kind, row.name, row.unread, row.mentions)];
        let members = core.chat_members(RoomRef { room: row.id }).unwrap().members;
        let mut members: Vec<_> = members.into_iter().map(|m| (m.staff, m.admin)).collect();
        members.sort();
        // What hangs on a message that is held waits for it at the office.
        let placed: Vec<RecordId> = view.messages.iter().filter(|m| m.born > 0).map(|m| m.id).collect();
        let pins: Vec<RecordId> = view.pins.iter().map(|p| p.id).filter(|id| placed.contains(id)).collect();
        lines.push(format!("{members:?} {pins:?}"));
        for m in view.messages {
            let marks = m.reactions.iter().filter(|_| m.born > 0);
            let mut marks: Vec<_> = marks.map(|r| (r.mark.clone(), r.own, r.names.clone())).collect();
            marks.sort();
            // What is held can be quoted where it was written alone.
            let reply = m.reply.filter(|_| m.born > 0).map(|q| q.id);
            let said = (m.id, m.born, m.by, m.text, m.unsent, m.edited, m.pinned && m.born > 0, m.reads);
            let until = m.held_until.map(|s| s.utc_ms);
            lines.push(format!("{said:?} {:?} {until:?} {reply:?} {:?} {marks:?}", m.state, m.urgent));
        }
        out.insert(row.id, lines);
    }
    out
}

#[test]
fn a_feed_read_from_the_beginning_is_the_feed_that_was_followed() {
    let seed = number("EKITEI_CHAT_SEED", 20_261_122);
    let steps = number("EKITEI_CHAT_STEPS", 240);
    let mut talk = Talk::new(seed);
    let mut held = 0;
    for part in 0..3 {
        for _ in 0..steps / 3 {
            talk.step();
        }
        // In the evening, so that something is held.
        let day_ms = 24 * HOUR_MS;
        let since = (talk.hall.clock.now_ms() - EVENING).div_euclid(day_ms) + 1;
        talk.hall.go_to(EVENING + since * day_ms);
        for me in 0..PEOPLE.len() {
            talk.write(me);
        }
        talk.drained();
        held += talk.compare(seed, &format!("evening {part}"));
    }
    talk.hall.clock.advance(20 * 24 * HOUR_MS);
    talk.hall.until("nothing is held", &talk.writers[0], |_| {
        talk.writers.iter().all(|core| {
            round(core);
            look(core).values().flatten().all(|line| !line.contains("Held"))
        })
    });
    talk.drained();
    assert_eq!(talk.compare(seed, "at last"), 0);
    for what in ["edit", "unsend", "react", "pin", "read", "reply", "urgent", "say", "in", "out"] {
        assert!(talk.met.contains_key(what), "nothing met: {what} in {:?}, seed {seed}", talk.met);
    }
    assert!(held > 0, "nothing was held, seed {seed}");
    println!("{steps} steps, {held} held, {:?}, seed {seed}", talk.met);
    talk.hall.verify();
}
