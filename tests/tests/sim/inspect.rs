//! Inspections: answered on phones and at the console at once, finished, circulated, opened again, accepted, amended.
//! Phones write what the core writes; every answer is a text of its own, so that it can be found again.

use std::collections::BTreeMap;

use ekitei_model::inspection::State;
use ekitei_model::kinds::{self, amendment, inspection as field};
use ekitei_model::op::OpBody;
use ekitei_model::record::Fields;
use ekitei_model::{Record, RecordId, Scope};
use ekitei_store::queue::About;
use serde_json::{Value, json};

use super::books::office_db;
use super::rights::section_of;
use super::template::{HEADS, heads};
use super::world::World;

const QUESTIONS: usize = 5;

fn question(n: usize) -> String {
    format!("{}q{n}", field::ANSWER)
}

impl World {
    /// A text that nobody has written yet.
    fn answer(&mut self) -> Value {
        self.answers += 1;
        json!(format!("答{:05}", self.answers))
    }

    /// A person does something with an inspection on this phone. There are few of them, so that people meet in them.
    pub fn inspect(&mut self, n: usize) {
        let scopes: Vec<Scope> = self.scopes_of(n).into_iter().filter(|s| s.case().is_some()).collect();
        let shown = scopes.iter().flat_map(|s| self.phones[n].shown(s, kinds::INSPECTION));
        let mut shown: Vec<Record> = shown.map(|s| s.record).collect();
        shown.truncate(2);
        match (self.pick(&shown), self.below(12)) {
            (None, _) | (_, 0) => {
                if let Some(scope) = self.pick(&scopes) {
                    self.begin(n, &scope);
                }
            }
            (Some(record), 1..=4) => self.reply(n, &record),
            (Some(record), 5) => self.rest_conforms(n, &record),
            (Some(record), 6) => self.unheard_of(n, &record),
            (Some(record), _) => self.next_state(n, &record),
        }
    }

    /// Begun with a first answer, or made from the beginning to the circulation before the queue was ever sent: then it
    /// travels as one.
    fn begin(&mut self, n: usize, scope: &Scope) {
        let at_ms = self.phones[n].clock.wall_ms();
        let id = RecordId(self.mint(at_ms));
        let state = if self.one_in(2) { "circulated" } else { "draft" };
        let said = self.answer();
        self.say(format!("{} begins inspection {id} ({state}) in {scope}: {said}", self.phones[n].staff));
        let fields = Fields::from([(field::STATE.into(), json!(state)), (question(0), said)]);
        let body = OpBody::Create {
            kind: kinds::INSPECTION.into(),
            scope: scope.clone(),
            parent: None,
            fields: fields.clone(),
        };
        let op = self.operation(at_ms, id, body);
        if self.write(n, &[(op, About { scope: scope.clone(), kind: kinds::INSPECTION.into() })]) {
            self.books.inspections.told(n, id, &fields);
        }
    }

    /// Open: an answer; finished: a proposal. The office decides which it is.
    fn reply(&mut self, n: usize, record: &Record) {
        let fields: Fields =
            (0..1 + self.below(2)).map(|_| (question(self.below(QUESTIONS)), self.answer())).collect();
        self.say(format!(
            "{} answers {} ({}): {fields:?}",
            self.phones[n].staff,
            record.id,
            record.text(field::STATE)
        ));
        self.say_to(n, record, &fields);
    }

    /// 「残りはすべて適」
    fn rest_conforms(&mut self, n: usize, record: &Record) {
        if !State::of(record).is_open() {
            return self.reply(n, record);
        }
        let open: Vec<String> =
            (0..QUESTIONS).map(question).filter(|q| !record.fields.contains_key(q)).collect();
        let fields: Fields = open.into_iter().map(|q| (q, self.answer())).collect();
        if !fields.is_empty() {
            self.say(format!("{} rules the rest of {}: {fields:?}", self.phones[n].staff, record.id));
            self.say_to(n, record, &fields);
        }
    }

    fn say_to(&mut self, n: usize, record: &Record, fields: &Fields) {
        if self.patch_shown(n, record, fields.clone()) {
            self.books.inspections.told(n, record.id, fields);
        }
    }

    /// A state of some other version, which the office refuses for good: what it put aside must be brought again after
    /// a restore.
    fn unheard_of(&mut self, n: usize, record: &Record) {
        self.say(format!("{} calls {} what nobody knows", self.phones[n].staff, record.id));
        self.patch_shown(n, record, Fields::from([(field::STATE.into(), json!("perhaps"))]));
        self.fault("state of another version");
    }

    /// Finishes what is open; circulates what is finished, or opens it again.
    fn next_state(&mut self, n: usize, record: &Record) {
        let state = State::of(record);
        let now = json!("2026-11-21T10:00:00.000+09:00");
        let reopen = || {
            let times = record.fields.get(field::REOPENED).and_then(Value::as_u64).unwrap_or(0) + 1;
            let mut fields = Fields::from([
                (field::STATE.into(), json!("draft")),
                (field::REOPENED.into(), json!(times)),
                (field::FINISHED_AT.into(), Value::Null),
                (field::CIRCULATED_AT.into(), Value::Null),
                (field::LEFT_OUT.into(), Value::Null),
            ]);
            let calculated = record.fields.keys().filter(|k| k.starts_with(field::CALCULATED));
            fields.extend(calculated.map(|k| (k.clone(), Value::Null)));
            fields
        };
        let fields = match state {
            State::Draft | State::Returned => Fields::from([
                (field::STATE.into(), json!("finished")),
                (field::FINISHED_AT.into(), now),
                (field::LEFT_OUT.into(), json!([])),
                (format!("{}sum", field::CALCULATED), json!(self.below(9))),
            ]),
            State::Finished if !self.one_in(4) => {
                Fields::from([(field::STATE.into(), json!("circulated")), (field::CIRCULATED_AT.into(), now)])
            }
            State::Finished => reopen(),
            State::Circulated if self.one_in(3) => reopen(),
            State::Circulated | State::Accepted => return self.reply(n, record),
        };
        self.say(format!(
            "{} moves {} from {} to {}",
            self.phones[n].staff,
            record.id,
            state.as_str(),
            fields[field::STATE]
        ));
        self.patch_shown(n, record, fields);
    }

    // ── at the console ──

    /// The console's person of the section that owns the case; sometimes it is the wrong one.
    fn leader(&mut self, scope: &Scope) -> usize {
        let db = office_db(&self.office);
        let section = scope.case().and_then(|case| section_of(&db, case)).unwrap_or_default();
        let right = HEADS.iter().position(|(_, own)| *own == section).unwrap_or(0);
        if self.one_in(8) { heads(right) } else { right }
    }

    /// Somebody at a PC answers, decides about what was circulated, or about what was proposed.
    pub async fn desk_inspects(&mut self) {
        match self.below(5) {
            0 | 1 => self.desk_answers().await,
            2 | 3 => self.desk_decides().await,
            _ => self.desk_amends().await,
        }
    }

    async fn desk_answers(&mut self) {
        let Some(record) = self.office_record(kinds::INSPECTION) else { return };
        let (name, said) = (question(self.below(QUESTIONS)), self.answer());
        self.say(format!("the console answers {} ({}): {name} {said}", record.id, record.text(field::STATE)));
        let mut base: BTreeMap<_, _> = record.rev(&name).map(|r| (name.clone(), r.op)).into_iter().collect();
        if self.one_in(3) {
            base.clear(); // a page that was opened long ago
        }
        let body = OpBody::Patch { base, fields: Fields::from([(name, said)]) };
        let head = self.leader(&record.scope);
        self.console(head, record.id, body).await;
        self.fault("edited on a PC");
    }

    async fn desk_decides(&mut self) {
        // Mostly what waits; sometimes what does not.
        let mut all = self.office_records(kinds::INSPECTION);
        if !self.one_in(5) {
            all.retain(|r| State::of(r) == State::Circulated);
        }
        let Some(record) = self.pick(&all) else { return };
        let accept = self.one_in(2);
        let state = if accept { "accepted" } else { "returned" };
        self.say(format!("the console calls {} ({}) {state}", record.id, record.text(field::STATE)));
        let base = record.rev(field::STATE).map(|r| (field::STATE.to_owned(), r.op)).into_iter().collect();
        let mut fields = Fields::from([(field::STATE.into(), json!(state))]);
        if !accept {
            fields.insert(field::RETURNED_REASON.into(), json!("写真が足りない"));
        }
        let head = self.leader(&record.scope);
        self.console(head, record.id, OpBody::Patch { base, fields }).await;
        self.fault("decided by the head");
    }

    async fn desk_amends(&mut self) {
        let mut all = self.office_records(kinds::AMENDMENT);
        if !self.one_in(5) {
            all.retain(|r| r.text(amendment::STATE) == "proposed");
        }
        let Some(record) = self.pick(&all) else { return };
        let state = if self.one_in(3) { "rejected" } else { "accepted" };
        self.say(format!(
            "the console calls amendment {} ({}) {state}",
            record.id,
            record.text(amendment::STATE)
        ));
        let base =
            record.rev(amendment::STATE).map(|r| (amendment::STATE.to_owned(), r.op)).into_iter().collect();
        let fields = Fields::from([(amendment::STATE.into(), json!(state))]);
        let head = self.leader(&record.scope);
        self.console(head, record.id, OpBody::Patch { base, fields }).await;
        self.fault("amendment decided");
    }
}
