//! A call to a whole prefecture in the simulated time: thousands answer within minutes, some of them again, some
//! requests come twice or late, the office dies in between, and three phones follow over bad lines.

use ekitei_model::chat::call;
use ekitei_model::people::Role;
use ekitei_model::{Outcome, Record, RecordId, Scope, StaffId, kinds};
use ekitei_server_db::{Caller, Incoming, Rooms, Storage, TALLY_EVERY_MS};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::books::office_db;
use super::safety::{Said, create};
use super::template::{A, B, staff};
use super::world::World;

/// How long they answer, in seconds of the office's clock.
const SECONDS: usize = 300;
/// Sections that are asked, beside those of the phones' people.
const SECTIONS: usize = 40;
/// One in so many thinks again; one request in so many comes twice; one in so many comes once more, much later.
const SOME: usize = 20;

struct Crowd {
    of: RecordId,
    /// Who still answers, the last one first.
    turns: Vec<usize>,
    /// The last word of each.
    said: BTreeMap<usize, Said>,
    late: Vec<(Caller, Incoming)>,
}

fn section(n: usize) -> String {
    format!("架空振興局/総務課/第{:02}係", n % SECTIONS)
}

fn name(n: usize) -> StaffId {
    StaffId(format!("k{n:05}"))
}

/// `people` answer. Returns how often the members were told new numbers.
pub async fn answered(people: usize, dir: &Path, trace: Arc<Mutex<Vec<String>>>) -> usize {
    let mut world = World::new(people as u64, dir, trace);
    world.talks = true;
    let all: Vec<_> = (0..people).map(|n| staff(name(n).as_str(), &[&section(n)], Role::Staff)).collect();
    world.office.storage().import_staff(all, world.office.now_ms()).await.unwrap();
    for n in 0..world.phones.len() {
        world.sync(n, 0).await;
    }
    let (room, mut crowd) = world.ask(people).await;
    for n in 0..world.phones.len() {
        world.sync(n, 0).await;
    }

    let head = |world: &World| -> i64 {
        let sql = "SELECT head FROM scopes WHERE scope = ?1";
        office_db(&world.office).query_row(sql, [room.to_string()], |r| r.get(0)).unwrap()
    };
    let (begun, mut shown, mut told) = (head(&world), world.the(crowd.of), 0);
    // Of the call itself: it is new.
    let mut told_ms = world.office.now_ms();
    let each = crowd.turns.len().div_ceil(SECONDS);
    while !crowd.turns.is_empty() || told_ms + 2 * TALLY_EVERY_MS > world.office.now_ms() {
        for _ in 0..each {
            world.next_answers(&mut crowd).await;
        }
        world.goes_wrong(&mut crowd).await;
        // The office's clock, as its server runs it.
        world.office.advance(1_000);
        let now_ms = world.office.now_ms();
        world.office.storage().tally(now_ms).await.unwrap();
        let now = world.the(crowd.of);
        if now.seq != shown.seq {
            let apart = now_ms - told_ms;
            assert!(apart >= TALLY_EVERY_MS, "members were told new numbers {apart} ms after the last");
            (shown, told, told_ms) = (now, told + 1, now_ms);
        }
    }
    // Before anybody else's come: exactly the last word of each, and the room's feed moved with the numbers alone.
    assert_eq!(head(&world) - begun, told, "something else than the numbers went to the room");
    world.adds_up(&crowd, &shown);
    world.rest().await;
    for n in 0..world.phones.len() {
        world.knows_numbers_alone(n, &room);
    }
    usize::try_from(told).unwrap()
}

impl World {
    /// A head opens a disaster room and calls everybody.
    async fn ask(&mut self, people: usize) -> (Scope, Crowd) {
        let now_ms = self.office.now_ms();
        let (of, id) = (RecordId(self.mint(now_ms)), RecordId(self.mint(now_ms)));
        let room = Scope::Room(of);
        let mut sections: Vec<String> = (0..SECTIONS).map(section).collect();
        sections.extend([A.to_owned(), B.to_owned()]);
        let made = json!({"type": "disaster", "name": "大雨", "sections": sections});
        let asked = json!({"text": "無事ですか", "sections": sections, "asks": call::ASKS});
        for (id, kind, fields) in [(of, kinds::ROOM, made), (id, kinds::CALL, asked)] {
            self.console(0, id, create(kind, &room, serde_json::from_value(fields).unwrap())).await;
        }
        let mut turns: Vec<usize> = (0..people).chain((0..people).step_by(SOME)).collect();
        for n in (1..turns.len()).rev() {
            let other = self.below(n + 1);
            turns.swap(n, other);
        }
        (room, Crowd { of: id, turns, said: BTreeMap::new(), late: Vec::new() })
    }

    /// The call as the office has it.
    fn the(&self, of: RecordId) -> Record {
        let sql = "SELECT body FROM records WHERE id = ?1";
        let body: String = office_db(&self.office).query_row(sql, [of.0.into_bytes()], |r| r.get(0)).unwrap();
        serde_json::from_str(&body).unwrap()
    }

    /// The next one of the many answers; some requests come twice, some will come once more later.
    async fn next_answers(&mut self, crowd: &mut Crowd) {
        let Some(n) = crowd.turns.pop() else { return };
        let said = (self.below(3), self.below(3));
        let (storage, now_ms, who) = (self.office.storage(), self.office.now_ms(), name(n));
        let scope = Scope::Tally(crowd.of);
        let (caller, line) = self.one_answers(crowd.of, &who, said).await;
        for _ in 0..=usize::from(self.one_in(SOME)) {
            let applied = storage.apply_console(&caller, line.clone(), now_ms).await.unwrap();
            assert!(matches!(applied.outcome, Outcome::Applied { .. }), "{:?}", applied.outcome);
            let others = applied.changed.touched.iter().find(|(s, _)| *s != scope);
            assert!(others.is_none(), "an answer went around: {others:?}");
        }
        crowd.said.insert(n, said);
        if self.one_in(SOME) {
            crowd.late.push((caller, line));
        }
    }

    async fn goes_wrong(&mut self, crowd: &mut Crowd) {
        let n = self.below(self.phones.len());
        match self.below(40) {
            0..=3 => {
                let percent = [0, 15, 30, 60][self.below(4)];
                self.sync(n, percent).await;
            }
            4 | 5 => self.reply_safe(n),
            6 => {
                self.office.restart();
                self.fault("office killed");
            }
            7 | 8 => {
                self.deliver_ghost().await;
            }
            9..=15 => {
                // Taken long ago: whatever was said since stands.
                let at = self.below(crowd.late.len().max(1));
                if at < crowd.late.len() {
                    let (caller, line) = crowd.late.swap_remove(at);
                    let now_ms = self.office.now_ms();
                    self.office.storage().apply_console(&caller, line, now_ms).await.unwrap();
                }
            }
            _ => {}
        }
    }

    /// The numbers are those of the last words; those of the phones' people may stand beside them.
    fn adds_up(&self, crowd: &Crowd, shown: &Record) {
        let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
        for (safety, coming) in crowd.said.values() {
            for name in ["answered", call::SAFETY[*safety], call::COMING[*coming]] {
                *expected.entry(name).or_default() += 1;
            }
        }
        let numbers = &shown.fields[call::TALLY];
        let phones = numbers["answered"].as_u64().unwrap() - expected["answered"];
        assert!(phones <= self.answered.len() as u64, "{numbers} for {expected:?}");
        for (name, count) in expected {
            let more = numbers[name].as_u64().unwrap().checked_sub(count);
            assert!(more.is_some_and(|more| more <= phones), "{name}: {numbers} instead of {count}");
        }
    }

    /// Of all that was answered a phone has the numbers, and what its own person said.
    fn knows_numbers_alone(&self, n: usize, room: &Scope) {
        let phone = &self.phones[n];
        let calls = phone.shown(room, kinds::CALL);
        assert!(calls.iter().any(|c| c.record.fields[call::TALLY]["answered"].as_u64() > Some(0)));
        let sql = "SELECT count(*) FROM mirror WHERE kind = 'call_answer'";
        let vault = phone.vault.as_ref().unwrap();
        let kept: i64 = vault.read(|c| Ok(c.query_row(sql, [], |r| r.get(0))?)).unwrap();
        assert_eq!(kept, 0, "answers of others on the phone of {}", phone.staff);
    }
}
