//! Messages: what people say in rooms, take back, and who is in them (on phones and at the console). The hours are the office's: what comes at night
//! waits for the morning.

use ekitei_model::chat::room::{self, member};
use ekitei_model::kinds;
use ekitei_model::op::OpBody;
use ekitei_model::record::Fields;
use ekitei_model::{RecordId, Scope, StaffId};
use ekitei_server_db::Rooms;
use ekitei_store::queue::{About, ops};
use ekitei_store::vault::Shown;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::books::office_db;
use super::clock::DAY_MS;
use super::rights::may_see;
use super::template::{HEADS, PEOPLE};
use super::world::World;

fn fields(pairs: &[(&str, Value)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

impl World {
    /// Rooms that the phone follows.
    pub fn rooms_of(&self, n: usize) -> Vec<RecordId> {
        let follows = self.phones[n].follows();
        follows.into_iter().filter(|(_, denied)| !denied).filter_map(|(s, _)| room_of(&s)).collect()
    }

    pub fn talk(&mut self, n: usize) {
        match self.below(12) {
            0 => self.gather(n),
            1..=3 => self.admit(n),
            4 => self.take_back(n),
            5 | 6 => self.reply_safe(n),
            _ => self.message(n),
        }
    }

    fn message(&mut self, n: usize) {
        let rooms = self.rooms_of(n);
        let Some(of) = self.pick(&rooms) else { return };
        let scope = Scope::Room(of);
        let at_ms = self.phones[n].clock.wall_ms();
        let mut changes = Vec::new();
        for _ in 0..=self.below(3) {
            let id = RecordId(self.mint(at_ms));
            let mut said = fields(&[("text", json!(format!("伝言 {}", self.below(9))))]);
            if self.one_in(5) {
                said.insert("urgent".into(), json!("河川の増水"));
            }
            let body = OpBody::Create {
                kind: kinds::MESSAGE.into(),
                scope: scope.clone(),
                parent: None,
                fields: said,
            };
            let about = About { scope: scope.clone(), kind: kinds::MESSAGE.into() };
            changes.push((self.operation(at_ms, id, body), about));
        }
        self.say(format!("{} says {} things in {scope}", self.phones[n].staff, changes.len()));
        self.write(n, &changes);
    }

    /// A new group with one other; who joins later reads all of it.
    fn gather(&mut self, n: usize) {
        let at_ms = self.phones[n].clock.wall_ms();
        let of = RecordId(self.mint(at_ms));
        let scope = Scope::Room(of);
        let me = self.phones[n].staff.clone();
        let others: Vec<StaffId> = PEOPLE.iter().map(|p| StaffId::from(*p)).filter(|p| *p != me).collect();
        let Some(other) = self.pick(&others) else { return };
        self.say(format!("{me} makes a room with {other}: {of}"));
        let made = fields(&[("type", json!("group")), ("name", json!("集まり")), ("history", json!("all"))]);
        let mut changes = vec![(of, kinds::ROOM, made)];
        for (who, role) in [(&me, member::ADMIN), (&other, member::MEMBER)] {
            let fields = fields(&[
                (member::STAFF, json!(who.as_str())),
                (member::ROLE, json!(role)),
                (member::STATE, json!(member::MEMBER)),
            ]);
            changes.push((room::member_id(of, who), kinds::ROOM_MEMBER, fields));
        }
        let changes: Vec<_> = changes
            .into_iter()
            .map(|(id, kind, fields)| {
                let body = OpBody::Create { kind: kind.into(), scope: scope.clone(), parent: None, fields };
                (self.operation(at_ms, id, body), About { scope: scope.clone(), kind: kind.into() })
            })
            .collect();
        self.write(n, &changes);
    }

    fn seen(&mut self, n: usize, kind: &str, fits: impl Fn(&Shown) -> bool) -> Option<ekitei_model::Record> {
        let rooms = self.rooms_of(n);
        let of = self.pick(&rooms)?;
        let mut shown = self.phones[n].shown(&Scope::Room(of), kind);
        shown.retain(fits);
        self.pick(&shown).map(|s| s.record)
    }

    /// Takes somebody out of a group that the person looks after, or in again, or leaves one; whether they may is the
    /// office's to say.
    fn admit(&mut self, n: usize) {
        let me = self.phones[n].staff.clone();
        let looks_after = |s: &Shown| {
            let made = s.record.created.as_ref().is_some_and(|c| c.staff == me);
            made || s.record.list(room::ADMINS).iter().any(|a| a == me.as_str())
        };
        let mut people = Vec::new();
        for of in self.rooms_of(n) {
            let scope = Scope::Room(of);
            let own = self.phones[n].shown(&scope, kinds::ROOM).iter().any(looks_after);
            let mut here = self.phones[n].shown(&scope, kinds::ROOM_MEMBER);
            here.retain(|s| own || s.record.text(member::STAFF) == me.as_str());
            people.extend(here.into_iter().map(|s| s.record));
        }
        let Some(of) = self.pick(&people) else { return self.gather(n) };
        let inside = of.text(member::STATE) != member::LEFT;
        let state = if inside { member::LEFT } else { member::MEMBER };
        self.say(format!("{me} sets {} ({}) to {state}", of.id, of.text(member::STAFF)));
        self.patch_shown(n, &of, fields(&[(member::STATE, json!(state))]));
    }

    /// At the console: a head makes a group of everybody, takes somebody out, lets them in again.
    pub async fn look_after(&mut self) {
        let (head, at_ms) = (self.below(HEADS.len()), self.office.now_ms());
        let me = HEADS[head].0;
        let mut own = self.room_records(kinds::ROOM);
        own.retain(|r| {
            r.text(room::TYPE) == "group" && r.created.as_ref().is_some_and(|c| c.staff.as_str() == me)
        });
        let of = match self.pick(&own) {
            Some(of) => of.id,
            None => {
                let of = RecordId(self.mint(at_ms));
                let made = fields(&[
                    ("type", json!("group")),
                    ("name", json!("係長の集まり")),
                    ("history", json!("all")),
                ]);
                self.say(format!("{me} makes a room with everybody: {of}"));
                self.console(head, of, create(of, kinds::ROOM, made)).await;
                for who in PEOPLE {
                    let fields =
                        fields(&[(member::STAFF, json!(who)), (member::STATE, json!(member::MEMBER))]);
                    let id = room::member_id(of, &who.into());
                    self.console(head, id, create(of, kinds::ROOM_MEMBER, fields)).await;
                }
                return;
            }
        };
        let who = StaffId::from(PEOPLE[self.below(PEOPLE.len())]);
        let id = room::member_id(of, &who);
        let there = self.room_records(kinds::ROOM_MEMBER).into_iter().find(|m| m.id == id);
        let inside = there.as_ref().is_some_and(|m| m.text(member::STATE) != member::LEFT);
        let state = json!(if inside { member::LEFT } else { member::MEMBER });
        self.say(format!("{me} sets {who} in {of} to {state}"));
        let body = match there {
            Some(_) => OpBody::Patch { base: [].into(), fields: fields(&[(member::STATE, state)]) },
            None => create(
                of,
                kinds::ROOM_MEMBER,
                fields(&[(member::STAFF, json!(who.as_str())), (member::STATE, state)]),
            ),
        };
        self.console(head, id, body).await;
    }

    /// Who came into a room or went since the last step, by whatever way.
    pub fn note_members(&mut self) {
        let members = self.room_records(kinds::ROOM_MEMBER).into_iter();
        let now: BTreeMap<RecordId, (Scope, String)> =
            members.map(|m| (m.id, (m.scope.clone(), m.text(member::STATE).to_owned()))).collect();
        let known = |of: &Scope| self.members.values().any(|(room, _)| room == of);
        let changed = now.iter().any(|(id, member)| match self.members.get(id) {
            Some(before) => before != member,
            None => known(&member.0),
        });
        if changed {
            self.fault("membership changed");
        }
        self.members = now;
    }

    /// After a meeting over a good line: who is out of a room follows it no more, and has nothing of it.
    pub fn rooms_are_lost(&mut self, n: usize, before: &[RecordId]) {
        let db = office_db(&self.office);
        let staff = self.phones[n].staff.clone();
        let now = self.rooms_of(n);
        for of in &now {
            let sees = may_see(&db, &staff, &Scope::Room(*of));
            assert_ne!(sees, Some(false), "{staff} still follows room {of} after a meeting");
        }
        if before.iter().any(|of| !now.contains(of)) {
            self.fault("room lost");
        }
    }

    /// 送信取消, or of one that waits: nobody hears of it.
    fn take_back(&mut self, n: usize) {
        let me = self.phones[n].staff.clone();
        let own = |s: &Shown| s.record.created.as_ref().is_some_and(|c| c.staff == me);
        let Some(m) = self.seen(n, kinds::MESSAGE, own) else { return };
        self.say(format!("{me} takes {} back", m.id));
        let phone = &mut self.phones[n];
        if let Ok(true) = phone.home.queue().write(|tx| ops::cancel_record(tx, m.id)) {
            let queued = phone.queued();
            let _ = phone.replay();
            self.books.promises.retain(|op, p| p.record != m.id || p.phone != n || queued.contains(op));
            return;
        }
        if phone.fuse.is_dead() {
            return;
        }
        let at_ms = phone.clock.wall_ms();
        let op = self.operation(at_ms, m.id, OpBody::Delete);
        self.write(n, &[(op, About::record(&m))]);
    }

    /// Retention of one room, as if its days had been over some seconds ago.
    pub async fn forget(&mut self) {
        let rooms = self.room_records(kinds::ROOM);
        let Some(of) = self.pick(&rooms).map(|r| r.id) else { return };
        let (storage, now_ms) = (self.office.storage(), self.office.now_ms());
        let before_ms = now_ms - 1_000 * self.below(12) as i64;
        let (mut after, mut gone) = (Some(0), 0);
        while let Some(from) = after {
            let done = storage.forget_messages(of, before_ms, from, now_ms, 3).await.unwrap();
            (gone, after) = (gone + done.messages, done.next);
        }
        if gone > 0 {
            self.say(format!("{gone} messages of {of} are removed"));
            self.fault("messages removed");
        }
    }

    /// A morning comes for whatever is held.
    pub async fn morning(&mut self) {
        self.office.advance(20 * DAY_MS);
        self.release_held().await;
    }

    /// The office's clock comes round to what is held; says how much went.
    pub async fn release_held(&mut self) -> u64 {
        let mut gone = 0;
        loop {
            let done = self.office.storage().release_held(self.office.now_ms()).await.unwrap();
            gone += done.count;
            if done.count == 0 {
                break;
            }
        }
        if gone > 0 {
            self.say(format!("{gone} held messages go"));
            self.fault("message held");
        }
        gone
    }
}

fn create(of: RecordId, kind: &str, fields: Fields) -> OpBody {
    OpBody::Create { kind: kind.into(), scope: Scope::Room(of), parent: None, fields }
}

fn room_of(scope: &Scope) -> Option<RecordId> {
    match scope {
        Scope::Room(id) => Some(*id),
        _ => None,
    }
}
