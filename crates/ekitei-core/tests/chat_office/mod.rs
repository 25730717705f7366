//! An office of one phone, played by hand: it takes what waits, answers, and sends rooms back as a pull would.
#![allow(clippy::unwrap_used, dead_code)]

use crate::common::{Phone, SECTION, now_ms, record};
use ekitei_model::chat::room::{direct_id, entry_id, member_id};
use ekitei_model::merge::{Writer, as_written, patch};
use ekitei_model::wire::PushResult;
use ekitei_model::{DeviceId, Lane, OpBody, Operation, Outcome, Record, RecordId, Scope, StaffId, kinds};
use ekitei_store::queue::{Reason, answers, batch, follow};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Counts each scope as an office does, and knows what has changed since it last sent anything back.
#[derive(Default)]
pub struct Office {
    heads: BTreeMap<Scope, u64>,
    records: BTreeMap<RecordId, Record>,
    changed: BTreeSet<RecordId>,
}

fn device() -> DeviceId {
    DeviceId(RecordId::derived(&["device"]).0)
}

impl Office {
    pub fn next_in(&mut self, scope: &Scope) -> u64 {
        let head = self.heads.entry(scope.clone()).or_default();
        *head += 1;
        *head
    }

    /// A room and its entry in the person's own scope.
    pub fn makes_room(&mut self, phone: &Phone, room: RecordId, kind: &str, members: &[&str]) {
        let user = Scope::User("s001".into());
        let seq = self.next_in(&user);
        phone.receive(&user, &[room_entry(room, kind, members, seq)]);
        let scope = Scope::Room(room);
        let spans: BTreeMap<&str, Value> = members.iter().map(|who| (*who, json!([[0, null]]))).collect();
        let fields = json!({"type": kind, "office.members": members, "office.admins": [members[0]], "office.spans": spans});
        let mut all = vec![record(room, kinds::ROOM, &scope, None, self.next_in(&scope), &fields)];
        for staff in members {
            let fields = json!({"staff": staff, "role": "member", "state": "member"});
            let id = member_id(room, &StaffId::from(*staff));
            all.push(record(id, kinds::ROOM_MEMBER, &scope, None, self.next_in(&scope), &fields));
        }
        phone.receive(&scope, &all);
    }

    /// A room of everybody of a section, listed there.
    pub fn makes_room_of(&mut self, phone: &Phone, room: RecordId, section: &str) {
        let user = Scope::User("s001".into());
        let seq = self.next_in(&user);
        let fields = json!({"room": room, "type": "section", "members": 0, "sections": [section]});
        phone.receive(&user, &[record(entry_id(room, &user), kinds::ROOM_ENTRY, &user, None, seq, &fields)]);
        let scope = Scope::Room(room);
        let fields = json!({"type": "section", "name": section, "sections": [section]});
        phone.receive(&scope, &[record(room, kinds::ROOM, &scope, None, self.next_in(&scope), &fields)]);
    }

    /// Puts a record into its scope and sends it.
    pub fn says(&mut self, phone: &Phone, said: &Record) {
        self.says_all(phone, std::slice::from_ref(said));
    }

    /// Several of one scope, on one page.
    pub fn says_all(&mut self, phone: &Phone, said: &[Record]) {
        let mut page = said.to_vec();
        for record in &mut page {
            let seq = self.next_in(&record.scope.clone());
            (record.born_seq, record.seq) = (seq, seq);
            record.received_ms = 1_795_219_200_000 + i64::try_from(seq).unwrap() * 1000;
            self.records.insert(record.id, record.clone());
        }
        phone.receive(&said[0].scope, &page);
    }

    pub fn mentions(&mut self, phone: &Phone, room: RecordId, staff: &str, text: &str, who: &[&str]) {
        let mut said = other_says(room, staff, text);
        said.fields.insert("mentions".into(), json!(who));
        self.says(phone, &said);
    }

    pub fn replies(&mut self, phone: &Phone, room: RecordId, staff: &str, text: &str, to: RecordId) {
        let mut said = other_says(room, staff, text);
        said.fields.insert("reply_to".into(), json!(to));
        self.says(phone, &said);
    }

    pub fn marks(&mut self, phone: &Phone, room: RecordId, staff: &str, born: u64) {
        let scope = Scope::Room(room);
        let id = kinds::mark_id(&scope, &StaffId::from(staff));
        let said = by(staff, record(id, kinds::MARK, &scope, None, 0, &json!({"value": born})));
        self.says(phone, &said);
    }

    /// How many have read the newest messages of a large room, by their places.
    pub fn counts(&mut self, phone: &Phone, room: RecordId, section: &str, reads: &[(u64, u32)]) {
        let scope = Scope::Room(room);
        let fields =
            json!({"type": "section", "name": section, "sections": [section], "office.reads": reads});
        phone.receive(&scope, &[record(room, kinds::ROOM, &scope, None, self.next_in(&scope), &fields)]);
    }

    pub fn calls(&mut self, phone: &Phone, room: RecordId, section: &str) -> RecordId {
        let id = RecordId::derived(&["test call"]);
        let fields = json!({"text": "震度5弱", "sections": [section], "asks": ["safety", "coming"]});
        self.says(phone, &by("s009", record(id, kinds::CALL, &Scope::Room(room), None, 0, &fields)));
        id
    }

    /// The person is taken out of the room.
    pub fn takes_out(&mut self, phone: &Phone, room: RecordId) {
        // Pages by hand follow their scope for good; a phone follows a room by its entry alone.
        let by_hand = |tx: &ekitei_store::Transaction| {
            follow::unfollow(tx, &Scope::Room(room), Reason::Standing).map(drop)
        };
        phone.home().queue().write(by_hand).unwrap();
        let user = Scope::User("s001".into());
        let seq = self.next_in(&user);
        phone.receive(&user, &[room_entry(room, "direct", &[], seq).tombstone()]);
    }

    /// Everything that waits goes into a batch, and the line breaks.
    pub fn freezes(&mut self, phone: &Phone) {
        let home = phone.home();
        for lane in Lane::OPS {
            home.queue().write(|tx| batch::batch(tx, lane, 500, 512 * 1024)).unwrap();
        }
    }

    /// What a broken line left without an answer is refused; the rest was not sent yet.
    pub fn refuses_what_is_in_flight(&mut self, phone: &Phone) {
        let (home, lane) = (phone.home(), Lane::Chat);
        let sent = home.queue().write(|tx| batch::batch(tx, lane, 1, 64)).unwrap().unwrap();
        let outcome = Outcome::Quarantined { reason: "not-allowed".to_owned() };
        let result = |op_id| PushResult { op_id, outcome: outcome.clone(), written_ms: None };
        let results: Vec<PushResult> = sent.ops.iter().map(|op| result(op.op_id)).collect();
        let taken = |tx: &ekitei_store::Transaction| {
            answers::record_outcomes(tx, lane, sent.generation, &results, now_ms())
        };
        assert_eq!(home.queue().write(taken).unwrap(), 1);
    }

    /// Applies everything that waits, lane by lane; nothing is sent back yet.
    pub fn takes(&mut self, phone: &Phone) -> Vec<Operation> {
        let mut taken = Vec::new();
        self.each(phone, |office, op| {
            taken.push(op.clone());
            office.apply(op)
        });
        taken
    }

    pub fn answers(&mut self, phone: &Phone, outcome: impl Fn(&Operation) -> Outcome) -> Vec<Operation> {
        let mut taken = Vec::new();
        self.each(phone, |_, op| {
            taken.push(op.clone());
            outcome(op)
        });
        taken
    }

    fn each(&mut self, phone: &Phone, mut outcome: impl FnMut(&mut Self, &Operation) -> Outcome) {
        let home = phone.home();
        for lane in Lane::OPS {
            while let Some(sent) = home.queue().write(|tx| batch::batch(tx, lane, 500, 512 * 1024)).unwrap() {
                let results: Vec<PushResult> = sent
                    .ops
                    .iter()
                    .map(|op| {
                        let operation: Operation = serde_json::from_slice(&op.bytes).unwrap();
                        PushResult { op_id: op.op_id, outcome: outcome(self, &operation), written_ms: None }
                    })
                    .collect();
                home.queue()
                    .write(|tx| answers::record_outcomes(tx, lane, sent.generation, &results, now_ms()))
                    .unwrap();
            }
        }
    }

    fn apply(&mut self, op: &Operation) -> Outcome {
        let me = StaffId::from("s001");
        let by = Writer { device: device(), staff: &me };
        match &op.body {
            OpBody::Create { scope, .. } => {
                let seq = self.next_in(scope);
                let made = as_written(op, by, seq, 1_795_219_200_000).unwrap();
                self.changed.insert(made.id);
                self.records.insert(made.id, made);
                Outcome::Applied { scope: scope.clone(), seq }
            }
            OpBody::Patch { base, fields } => {
                let mut record = self.records[&op.record].clone();
                let seq = self.next_in(&record.scope);
                record = patch(&record, op, base, fields, by).record;
                record.seq = seq;
                let scope = record.scope.clone();
                self.changed.insert(record.id);
                self.records.insert(record.id, record);
                Outcome::Applied { scope, seq }
            }
            OpBody::Mark { scope, .. } => Outcome::Applied { scope: scope.clone(), seq: 0 },
            _ => Outcome::Applied { scope: Scope::User(me.clone()), seq: 0 },
        }
    }

    /// What a pull would bring of it.
    pub fn sends_back(&mut self, phone: &Phone) {
        let mut by_scope: BTreeMap<Scope, Vec<Record>> = BTreeMap::new();
        for id in std::mem::take(&mut self.changed) {
            let record = self.records[&id].clone();
            by_scope.entry(record.scope.clone()).or_default().push(record);
        }
        for (scope, mut records) in by_scope {
            records.sort_by_key(|r| r.seq);
            phone.receive(&scope, &records);
        }
    }
}

pub fn kind_of(op: &Operation) -> Option<String> {
    match &op.body {
        OpBody::Create { kind, .. } => Some(kind.clone()),
        _ => None,
    }
}

/// A phone that is in a one-to-one room with another, which the office knows.
pub fn one_to_one(other: &str) -> (Phone, Office, RecordId) {
    let phone = Phone::enrolled();
    phone.receive(&Scope::All, &[staff_entry(other, "見本 花子", SECTION)]);
    let room = direct_id(&"s001".into(), &other.into());
    let mut office = Office::default();
    office.makes_room(&phone, room, "direct", &["s001", other]);
    drop(phone.open());
    (phone, office, room)
}

pub fn room_entry(room: RecordId, kind: &str, members: &[&str], seq: u64) -> Record {
    let user = Scope::User("s001".into());
    let with = members.iter().find(|m| **m != "s001").copied().unwrap_or_default();
    let fields = json!({"room": room, "type": kind, "members": members.len(), "with": with});
    record(entry_id(room, &user), kinds::ROOM_ENTRY, &user, None, seq, &fields)
}

pub fn by(staff: &str, mut record: Record) -> Record {
    record.created.as_mut().unwrap().staff = staff.into();
    record
}

pub fn other_says(room: RecordId, staff: &str, text: &str) -> Record {
    let id = RecordId::derived(&["said", staff, text]);
    let fields: Value = json!({"text": text});
    by(staff, record(id, kinds::MESSAGE, &Scope::Room(room), None, 0, &fields))
}

/// One's own message, released by the office.
pub fn own_says(_: &Phone, room: RecordId, id: RecordId, text: &str) -> Record {
    let mut said = other_says(room, "s001", text);
    said.id = id;
    let origin = said.created.as_mut().unwrap();
    (origin.op, origin.device) = (ekitei_model::OpId(id.0), device());
    said
}

pub fn staff_entry(staff: &str, name: &str, section: &str) -> Record {
    let id = kinds::staff_record_id(&staff.into());
    let fields = json!({"id": staff, "name": name, "kana": "みほん", "extension": "2101",
        "posts": [{"section": section, "role": "staff"}]});
    record(id, kinds::STAFF, &Scope::All, None, 1, &fields)
}
