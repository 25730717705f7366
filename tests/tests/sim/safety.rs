//! 安否: a call is made at the console, answered on phones and by many people whose phones are not simulated. Whatever
//! goes wrong meanwhile, the numbers that members see are those of the answers.

use ekitei_model::chat::call;
use ekitei_model::kinds;
use ekitei_model::op::OpBody;
use ekitei_model::people::Role;
use ekitei_model::record::Fields;
use ekitei_model::{Record, RecordId, Scope, StaffId};
use ekitei_server_db::{Caller, Incoming, Rooms, Storage};
use ekitei_store::queue::About;
use rusqlite::params;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::books::office_db;
use super::rights;
use super::template::{A, B, HEADS, staff};
use super::world::World;

/// People who answer without a phone of the simulation.
const CROWD: usize = 30;
/// Calls of one seed.
const CALLS: usize = 2;

/// A person's two answers: places in [`call::SAFETY`] and [`call::COMING`].
pub type Said = (usize, usize);

fn answer((n, m): Said) -> Fields {
    [("safety", call::SAFETY[n]), ("coming", call::COMING[m])]
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .into()
}

pub fn create(kind: &str, scope: &Scope, fields: Fields) -> OpBody {
    OpBody::Create { kind: kind.into(), scope: scope.clone(), parent: None, fields }
}

impl World {
    /// A head asks one section or both, in a disaster room of theirs.
    pub async fn call_out(&mut self) {
        if self.room_records(kinds::CALL).len() >= CALLS {
            return self.crowd_answers().await;
        }
        let (head, at_ms) = (self.below(HEADS.len()), self.office.now_ms());
        let mut rooms = self.room_records(kinds::ROOM);
        rooms.retain(|r| r.text("type") == "disaster");
        let of = match self.pick(&rooms) {
            Some(of) => of.id,
            None => {
                let of = RecordId(self.mint(at_ms));
                let fields = Fields::from([
                    ("type".to_owned(), json!("disaster")),
                    ("name".to_owned(), json!("大雨")),
                    ("sections".to_owned(), json!([A, B])),
                ]);
                self.console(head, of, create(kinds::ROOM, &Scope::Room(of), fields)).await;
                of
            }
        };
        let sections: &[&str] = [&[A][..], &[B], &[A, B]][self.below(3)];
        let id = RecordId(self.mint(at_ms));
        self.say(format!("{} calls {sections:?}: {id}", HEADS[head].0));
        let fields = Fields::from([
            ("text".to_owned(), json!("無事ですか")),
            ("sections".to_owned(), json!(sections)),
            ("asks".to_owned(), json!(call::ASKS)),
        ]);
        self.console(head, id, create(kinds::CALL, &Scope::Room(of), fields)).await;
        self.fault("called");
    }

    /// Some of the many answer, some of them again, some requests come twice.
    pub async fn crowd_answers(&mut self) {
        let calls = self.room_records(kinds::CALL);
        let Some(of) = self.pick(&calls) else { return };
        let (storage, now_ms) = (self.office.storage(), self.office.now_ms());
        let count = 1 + self.below(9);
        for _ in 0..count {
            let n = self.below(CROWD);
            let id = StaffId(format!("k{n:02}"));
            // A restored office may not know them.
            if storage.staff(&id).await.unwrap().is_none() {
                let section = if n.is_multiple_of(3) { B } else { A };
                storage
                    .import_staff(vec![staff(id.as_str(), &[section], Role::Staff)], now_ms)
                    .await
                    .unwrap();
            }
            let said = (self.below(3), self.below(3));
            let (caller, line) = self.one_answers(of.id, &id, said).await;
            for _ in 0..=usize::from(self.one_in(5)) {
                storage.apply_console(&caller, line.clone(), now_ms).await.unwrap();
            }
        }
        self.say(format!("{count} of the many answer {}", of.id));
        // The office counts now and then.
        if self.one_in(2) {
            self.office.advance(6_000);
            storage.tally(self.office.now_ms()).await.unwrap();
        }
    }

    /// What arrives when `who`, whose phone is not played, answers the call `of`.
    pub async fn one_answers(&mut self, of: RecordId, who: &StaffId, said: Said) -> (Caller, Incoming) {
        let (storage, now_ms) = (self.office.storage(), self.office.now_ms());
        let token = self.mint(now_ms).to_string();
        let device = storage.open_session(who, &token, now_ms, i64::MAX).await.unwrap();
        let body = create(kinds::CALL_ANSWER, &Scope::Tally(of), answer(said));
        let op = self.operation(now_ms, call::answer_id(of, who), body);
        let line = Incoming::parse(&serde_json::to_vec(&op).unwrap()).unwrap();
        (self.office.caller(device, who), line)
    }

    /// One tap on a phone.
    pub fn reply_safe(&mut self, n: usize) {
        let rooms = self.rooms_of(n);
        let calls: Vec<Record> = rooms
            .into_iter()
            .flat_map(|of| self.phones[n].shown(&Scope::Room(of), kinds::CALL))
            .map(|s| s.record)
            .collect();
        let Some(of) = self.pick(&calls) else { return };
        if !self.answered.insert((n, of.id)) {
            return;
        }
        let (me, at_ms) = (self.phones[n].staff.clone(), self.phones[n].clock.wall_ms());
        let scope = Scope::Tally(of.id);
        let body = create(kinds::CALL_ANSWER, &scope, answer((self.below(3), self.below(3))));
        let op = self.operation(at_ms, call::answer_id(of.id, &me), body);
        self.say(format!("{me} answers {}", of.id));
        self.write(n, &[(op, About { scope, kind: kinds::CALL_ANSWER.into() })]);
    }

    /// The office's clock comes round to each call.
    pub async fn count(&self) {
        for of in self.room_records(kinds::CALL) {
            let sql = "SELECT changed_ms FROM records WHERE id = ?1";
            let changed_ms: i64 =
                office_db(&self.office).query_row(sql, [of.id.0.into_bytes()], |r| r.get(0)).unwrap();
            self.office.storage().tally(changed_ms + 6_000).await.unwrap();
        }
    }

    /// At rest: every call shows the numbers of its answers, worked out a second time.
    pub fn numbers_hold(&mut self) {
        let db = office_db(&self.office);
        for of in self.room_records(kinds::CALL) {
            let asked: Vec<StaffId> = {
                let mut find = db.prepare("SELECT id FROM staff").unwrap();
                let all = find.query_map([], |r| r.get::<_, String>(0)).unwrap();
                let sections = of.list(call::SECTIONS);
                all.map(|id| StaffId(id.unwrap()))
                    .filter(|id| rights::sections(&db, id).iter().any(|s| sections.contains(s)))
                    .collect()
            };
            let sql = "SELECT body FROM records WHERE scope = ?1 AND kind = 'call_answer' AND deleted = 0";
            let mut find = db.prepare(sql).unwrap();
            let rows =
                find.query_map(params![Scope::Tally(of.id).to_string()], |r| r.get::<_, String>(0)).unwrap();
            let mut expected: BTreeMap<&str, usize> =
                ["safe", "hurt", "help", "can_go", "in_30", "cannot", "answered"]
                    .map(|name| (name, 0))
                    .into();
            expected.insert("asked", asked.len());
            for text in rows {
                let given: Value = serde_json::from_str(&text.unwrap()).unwrap();
                let who = given["created"]["staff"].as_str().unwrap();
                if !asked.iter().any(|id| id.as_str() == who) {
                    continue;
                }
                *expected.get_mut("answered").unwrap() += 1;
                for field in ["safety", "coming"] {
                    *expected.get_mut(given["fields"][field].as_str().unwrap()).unwrap() += 1;
                }
            }
            let shown = &of.fields[call::TALLY];
            for (name, count) in &expected {
                assert_eq!(shown[name], json!(count), "{name} of {}: {shown} for {expected:?}", of.id);
            }
            if expected["answered"] > 0 {
                self.fault("answers counted");
            }
        }
    }
}
