//! Hours and duty: a head says when the section or one of its people works, and who is on duty, also while messages
//! wait for somebody's morning.

use ekitei_model::chat::quiet::{self, duty, hours};
use ekitei_model::op::OpBody;
use ekitei_model::record::Fields;
use ekitei_model::{Record, RecordId, Scope, Stamp, kinds};
use serde_json::{Value, json};

use super::safety::create;
use super::template::{HEADS, PEOPLE};
use super::world::World;

const HOUR_MS: i64 = 3_600_000;

impl World {
    pub async fn roster(&mut self) {
        let head = self.below(HEADS.len());
        let before = self.rosters();
        let who = ["", PEOPLE[0], PEOPLE[1], PEOPLE[2]][self.below(4)];
        if who.is_empty() || self.one_in(2) {
            self.hours(head, who).await;
        } else {
            self.duty(head, who).await;
        }
        if self.rosters() != before {
            self.fault("roster changed");
        }
    }

    fn rosters(&self) -> [Vec<Record>; 2] {
        [kinds::HOURS, kinds::DUTY].map(|kind| self.section_records(kind))
    }

    /// A span around now, over, or still to come.
    fn span(&mut self) -> [String; 2] {
        let from_ms = self.office.now_ms() + (self.below(24) as i64 - 12) * HOUR_MS;
        let to_ms = from_ms + (1 + self.below(12) as i64) * HOUR_MS;
        [from_ms, to_ms].map(|ms| Stamp::japan(ms).to_string())
    }

    async fn hours(&mut self, head: usize, who: &str) {
        let section = HEADS[head].1;
        let scope = Scope::Section(section.to_owned());
        let (days, shifts) = match self.below(3) {
            0 => (json!({"mon": [["08:45", "17:30"]], "sat": [["22:00", "07:00"]], "sun": []}), Value::Null),
            1 => (Value::Null, json!([self.span()])),
            _ => (Value::Null, json!([self.span(), self.span()])),
        };
        self.say(format!("{} sets the hours of {section}{who}: {days}{shifts}", HEADS[head].0));
        let mut fields = Fields::from([(hours::DAYS.to_owned(), days), (hours::SHIFTS.to_owned(), shifts)]);
        let id = quiet::hours_id(section, who);
        let there = self.section_records(kinds::HOURS).iter().any(|r| r.id == id);
        let body = if there {
            OpBody::Patch { base: [].into(), fields }
        } else {
            fields.insert(hours::STAFF.to_owned(), who.into());
            fields.retain(|_, value| !value.is_null());
            create(kinds::HOURS, &scope, fields)
        };
        self.console(head, id, body).await;
    }

    async fn duty(&mut self, head: usize, who: &str) {
        let scope = Scope::Section(HEADS[head].1.to_owned());
        let mut rows = self.section_records(kinds::DUTY);
        rows.retain(|r| r.scope == scope);
        if let Some(row) = self.pick(&rows).filter(|_| self.one_in(3)) {
            self.say(format!("{} ends the duty {}", HEADS[head].0, row.id));
            return self.console(head, row.id, OpBody::Delete).await;
        }
        let [from, to] = self.span();
        self.say(format!("{} puts {who} on duty from {from} to {to}", HEADS[head].0));
        let id = RecordId(self.mint(self.office.now_ms()));
        let said =
            [(duty::STAFF, who), (duty::FROM, &from), (duty::TO, &to)].map(|(n, v)| (n.to_owned(), v.into()));
        self.console(head, id, create(kinds::DUTY, &scope, Fields::from(said))).await;
    }

    fn section_records(&self, kind: &str) -> Vec<Record> {
        self.records_below("section:%", kind)
    }
}
