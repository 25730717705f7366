//! Messages: what people say in rooms, take back, and who is in them. The hours are the office's: what comes at night
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

use super::clock::DAY_MS;
use super::template::PEOPLE;
use super::world::World;

fn fields(pairs: &[(&str, Value)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

impl World {
    /// Rooms that the phone follows.
    fn rooms_of(&self, n: usize) -> Vec<RecordId> {
        let follows = self.phones[n].follows();
        follows.into_iter().filter(|(_, denied)| !denied).filter_map(|(s, _)| room_of(&s)).collect()
    }

    pub fn talk(&mut self, n: usize) {
        match self.below(8) {
            0 => self.gather(n),
            1 => self.admit(n),
            2 => self.take_back(n),
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

    /// Takes somebody out of a group, or in again; whether they may is the office's to say.
    fn admit(&mut self, n: usize) {
        let me = self.phones[n].staff.clone();
        let others = |s: &Shown| s.record.text(member::STAFF) != me.as_str();
        let Some(of) = self.seen(n, kinds::ROOM_MEMBER, others) else { return };
        let inside = of.text(member::STATE) != member::LEFT;
        let state = if inside { member::LEFT } else { member::MEMBER };
        self.say(format!("{me} sets {} to {state}", of.id));
        self.patch_shown(n, &of, fields(&[(member::STATE, json!(state))]));
        self.fault("membership changed");
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

fn room_of(scope: &Scope) -> Option<RecordId> {
    match scope {
        Scope::Room(id) => Some(*id),
        _ => None,
    }
}
