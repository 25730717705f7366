//! Who would hear of a message, and whether it waits for them.

use super::super::apply::Author;
use super::super::{Look, Missing, Planner};
use ekitei_model::calendar::{Holidays, holidays_id};
use ekitei_model::chat::quiet::{Heard, Receiver, Verdict, answers_urgent, verdict};
use ekitei_model::chat::{message, room};
use ekitei_model::people::Staff;
use ekitei_model::{Record, RecordId, StaffId, kinds};
use std::collections::{BTreeMap, BTreeSet};

impl Planner<'_> {
    /// The rule of quiet hours for a message that has just come. `None`: it passes whoever works.
    pub(super) fn judge(&mut self, record: &Record, author: Author) -> Look<Option<Verdict>> {
        let Some(of) = record.scope.owner() else { return Ok(None) };
        let Some(of) = self.find(of)?.cloned() else { return Ok(None) };
        let Some(kind) = room::Type::of(&of) else { return Ok(None) };
        let replied = self.message(message::reply_to(record), &of)?;
        let before = match &replied {
            Some(m) => self.message(message::reply_to(m), &of)?,
            None => None,
        };
        let heard = Heard {
            urgent: message::is_urgent(record),
            answers_urgent: answers_urgent(replied.as_ref(), before.as_ref(), self.now_ms),
        };
        let none = Holidays::default();
        // Nobody needs to be asked.
        if verdict(kind, heard, &[Receiver::default()], &none, self.now_ms) == Verdict::Pass {
            return Ok(None);
        }
        let holidays = self.find(holidays_id())?.map(Holidays::of).unwrap_or_default();
        let others = self.receivers(&of, author.by.staff)?;
        Ok(Some(verdict(kind, heard, &others, &holidays, self.now_ms)))
    }

    fn message(&mut self, id: Option<RecordId>, of: &Record) -> Look<Option<Record>> {
        let Some(id) = id else { return Ok(None) };
        Ok(self.find(id)?.filter(|m| m.kind == kinds::MESSAGE && m.scope == of.scope).cloned())
    }

    /// Everybody in the room but the sender.
    fn receivers(&mut self, of: &Record, sender: &StaffId) -> Look<Vec<Receiver>> {
        let mut whole = Ok(());
        let mut people: BTreeMap<StaffId, Staff> = BTreeMap::new();
        for id in self.members_now(of).into_keys() {
            match self.staff(&id) {
                Ok(found) => people.extend(found.map(|s| (id, s.clone()))),
                Err(Missing) => whole = Err(Missing),
            }
        }
        let today = self.today;
        for path in of.list(room::SECTIONS) {
            match self.ws.section_people.get(&path) {
                Some(there) => {
                    let now = there.iter().filter(|s| s.sections_on(today).any(|p| p == path));
                    people.extend(now.map(|s| (s.id.clone(), s.clone())));
                }
                None => {
                    self.needs.section_people.insert(path);
                    whole = Err(Missing);
                }
            }
        }
        if whole.is_err() {
            return Err(Missing);
        }
        people.remove(sender);
        let sections: BTreeSet<&str> = people.values().flat_map(|s| s.sections_on(today)).collect();
        let mut times: BTreeMap<&str, Vec<Record>> = BTreeMap::new();
        for path in sections {
            match self.times_of(path) {
                Ok(rows) => {
                    times.insert(path, rows);
                }
                Err(Missing) => whole = Err(Missing),
            }
        }
        whole?;
        let receiver = |s: &Staff| {
            let rows = s.sections_on(today).filter_map(|p| times.get(p)).flatten();
            Receiver::of(s, today, rows)
        };
        Ok(people.values().map(receiver).collect())
    }

    /// Hours and duty roster of a section as this plan has left them.
    fn times_of(&mut self, path: &str) -> Look<Vec<Record>> {
        let Some(stored) = self.ws.section_times.get(path) else {
            self.needs.section_times.insert(path.to_owned());
            return Err(Missing);
        };
        let mut rows: BTreeMap<RecordId, &Record> = stored.iter().map(|r| (r.id, r)).collect();
        for (id, r) in &self.out.records {
            let times = r.kind == kinds::HOURS || r.kind == kinds::DUTY;
            if times && matches!(&r.scope, ekitei_model::Scope::Section(p) if p == path) {
                rows.insert(*id, r);
            }
        }
        Ok(rows.into_values().filter(|r| !r.deleted).cloned().collect())
    }
}
