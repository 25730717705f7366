//! Messaging as the office plans it: who may do what in a room, what is held, what follows from a message.

mod export;
mod files;
mod follow;
mod forget;
mod held;
mod quiet;
mod rooms;
mod tally;

pub(crate) use export::export_step;
pub(crate) use forget::{ANSWERS_AT_ONCE, forget};
pub(crate) use held::{due_of, release_held};
pub(crate) use rooms::section_rooms;
pub(crate) use tally::tally;

use super::access::Access;
use super::apply::{Author, barred, quarantined};
use super::{Look, Missing, Planner, office_rev};
use ekitei_model::chat::quiet::duty;
use ekitei_model::chat::{self, code, message, room};
use ekitei_model::kinds::{self, Variant, photo};
use ekitei_model::merge;
use ekitei_model::people::Staff;
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Operation, Outcome, Record, RecordId, Scope};
use serde_json::Value;

impl Planner<'_> {
    /// What messaging says against an operation whose scope may be read; `target` is what it changes.
    pub(super) fn refuse_chat(
        &mut self,
        op: &Operation,
        target: Option<&Record>,
        author: Author,
    ) -> Look<Option<Outcome>> {
        let by = author.by.staff;
        if let Some(reason) = chat::refuse(op, target, by, author.rights, self.today) {
            return Ok(Some(quarantined(reason)));
        }
        let scope = match (&op.body, target) {
            (OpBody::Create { scope, .. }, _) => scope,
            (_, Some(of)) => &of.scope,
            _ => return Ok(None),
        };
        if let Scope::Section(path) = scope {
            let strange = self.is_of_another_section(op, target, path)?;
            return Ok(strange.then(|| quarantined(code::NOT_OF_SECTION)));
        }
        let Scope::Room(id) = scope else { return Ok(None) };
        if op.record == *id {
            return Ok(None);
        }
        let Some(of) = self.find(*id)?.cloned() else {
            return Ok(Some(Outcome::WaitingParent { needs: *id }));
        };
        let admin = self.is_admin_now(&of, author.rights);
        if let Some(reason) = chat::refuse_in_room(op, target, &of, by, admin) {
            return Ok(Some(quarantined(reason)));
        }
        if self.overfills(&of, op, target) {
            return Ok(Some(quarantined(code::ROOM_FULL)));
        }
        if target.is_some() { Ok(None) } else { self.refuse_child(op, author) }
    }

    /// Whether a row of a section's times is about somebody who does not work there and is not going to: nobody would look
    /// for it there.
    fn is_of_another_section(&mut self, op: &Operation, target: Option<&Record>, path: &str) -> Look<bool> {
        let (kind, fields) = match &op.body {
            OpBody::Create { kind, fields, .. } => (kind.as_str(), fields),
            OpBody::Patch { fields, .. } => (target.map_or("", |t| t.kind.as_str()), fields),
            _ => return Ok(false),
        };
        if kind != kinds::DUTY && kind != kinds::HOURS {
            return Ok(false);
        }
        let Some(who) = fields.get(duty::STAFF).and_then(Value::as_str).filter(|w| !w.is_empty()) else {
            return Ok(false);
        };
        let today = self.today;
        let works = |s: &Staff| {
            s.posts.iter().any(|p| p.section == path && p.to.as_deref().is_none_or(|to| to >= today))
        };
        Ok(!self.staff(&who.into())?.is_some_and(works))
    }

    /// What hangs on a message needs the message: attachments their author's, and nothing hangs on one that was taken back.
    fn refuse_child(&mut self, op: &Operation, author: Author) -> Look<Option<Outcome>> {
        let OpBody::Create { kind, parent, fields, .. } = &op.body else { return Ok(None) };
        if ![kinds::PHOTO, kinds::FILE, kinds::REACTION, kinds::PIN].contains(&kind.as_str()) {
            return Ok(None);
        }
        let Some(parent) = *parent else { return Ok(Some(quarantined(code::CHAT_FIELD))) };
        let Some(of) = self.find(parent)?.cloned() else {
            return Ok(Some(Outcome::WaitingParent { needs: parent }));
        };
        // Cancelled before it was sent, or taken back since: there is nothing left to hang on.
        if of.kind == kinds::MESSAGE && (of.deleted || of.flag(message::UNSENT)) {
            return Ok(Some(Outcome::Voided));
        }
        if of.kind != kinds::MESSAGE && of.kind != kinds::CALL {
            return Ok(Some(quarantined(code::CHAT_FIELD)));
        }
        let attached = kind == kinds::PHOTO || kind == kinds::FILE;
        if attached && message::author(&of) != Some(author.by.staff) {
            return Ok(Some(quarantined(code::NOT_AUTHOR)));
        }
        if kind == kinds::FILE && self.overloads(op.record, parent, fields)? {
            return Ok(Some(quarantined(code::FILES_TOO_LARGE)));
        }
        let Some(source) = fields.get(message::SOURCE) else { return Ok(None) };
        let source = source.as_str().and_then(|s| s.parse::<RecordId>().ok());
        let readable = match source {
            // Messages go before the records of a case: a photo that was just taken is still on its way.
            Some(id) if self.find(id)?.is_none() => return Ok(Some(Outcome::WaitingParent { needs: id })),
            Some(id) => self.shared(id, author)?.is_some(),
            None => false,
        };
        Ok((!readable).then(|| quarantined(code::SOURCE_UNREADABLE)))
    }

    /// A photo that is shared into a room, if the person may read it.
    fn shared(&mut self, id: RecordId, author: Author) -> Look<Option<Record>> {
        let Some(found) = self.find(id)?.filter(|r| r.kind == kinds::PHOTO && !r.deleted).cloned() else {
            return Ok(None);
        };
        let may =
            self.access(&found.scope, author.rights)? == Access::Yes && self.is_shown(&found, author)?;
        Ok(may.then_some(found))
    }

    fn is_shown(&mut self, record: &Record, author: Author) -> Look<bool> {
        let Scope::Room(id) = record.scope else { return Ok(true) };
        let today = self.today;
        Ok(self.find(id)?.is_some_and(|of| room::shows(record, &room::spans(of, author.rights, today))))
    }

    /// A create of what is there already, under an id that both writers derived: it becomes so.
    pub(super) fn meet(
        &mut self,
        op: &Operation,
        there: &Record,
        fields: &Fields,
        author: Author,
    ) -> Look<Outcome> {
        let scope = there.scope.clone();
        if let Some(outcome) = barred(self.access(&scope, author.rights)?) {
            return Ok(outcome);
        }
        if there.kind == kinds::ROOM {
            return Ok(Outcome::Applied { scope, seq: 0 });
        }
        if let Some(outcome) = self.refuse_chat(op, None, author)? {
            return Ok(outcome);
        }
        let mut wanted = fields.clone();
        match there.kind.as_str() {
            kinds::ROOM_MEMBER => {
                wanted.entry(room::member::STATE.to_owned()).or_insert_with(|| room::member::MEMBER.into());
            }
            kinds::REACTION | kinds::PIN => {
                wanted.entry(message::reaction::OFF.to_owned()).or_insert(Value::Null);
            }
            kinds::HOURS => {
                for name in [chat::quiet::hours::DAYS, chat::quiet::hours::SHIFTS] {
                    wanted.entry(name.to_owned()).or_insert(Value::Null);
                }
            }
            _ => {}
        }
        let base = wanted.keys().filter_map(|k| Some((k.clone(), there.rev(k)?.op))).collect();
        let patched = merge::patch(there, op, &base, &wanted, author.by);
        let seq = if patched.changed { self.settle(patched.record, Some(there), op.op_id)? } else { 0 };
        Ok(Outcome::Applied { scope, seq })
    }

    /// Before a record of messaging is made: a message may be held, what the office adds is added.
    pub(super) fn before_chat(
        &mut self,
        op: &Operation,
        record: &mut Record,
        author: Author,
    ) -> Look<Option<Outcome>> {
        match record.kind.as_str() {
            kinds::ROOM => {
                let maker = author.by.staff.as_str();
                let mut spans = serde_json::Map::new();
                spans.insert(maker.to_owned(), serde_json::json!([[0, null]]));
                for (name, value) in [
                    (room::MEMBERS, Value::from(vec![maker])),
                    (room::ADMINS, Value::from(vec![maker])),
                    (room::SPANS, Value::from(spans)),
                ] {
                    record.fields.insert(name.to_owned(), value);
                }
            }
            kinds::MESSAGE => return self.hold_or_pass(op, record, author),
            kinds::PHOTO if record.fields.contains_key(message::SOURCE) => {
                self.bring_shared(record, author)?
            }
            _ => {}
        }
        Ok(None)
    }

    /// A shared photo has the bytes of its source, which are here (or come with the source).
    pub(super) fn bring_shared(&mut self, record: &mut Record, author: Author) -> Look<()> {
        let Ok(id) = record.text(message::SOURCE).parse::<RecordId>() else { return Ok(()) };
        let Some(source) = self.shared(id, author)? else { return Ok(()) };
        let shown = [photo::WIDTH, photo::HEIGHT, photo::FORMAT, photo::TAKEN_AT, photo::MARKS, photo::BOARD];
        for name in shown {
            if let (false, Some(value)) = (record.fields.contains_key(name), source.fields.get(name)) {
                record.fields.insert(name.to_owned(), value.clone());
            }
        }
        for variant in Variant::ALL {
            for name in [photo::sha256(variant), photo::bytes(variant)] {
                if let Some(value) = source.fields.get(&name) {
                    record.fields.insert(name, value.clone());
                }
            }
        }
        let Some(arrivals) = self.ws.arrivals.get(&id) else {
            self.needs.arrivals.insert(id);
            return Err(Missing);
        };
        let Some(own) = self.ws.arrivals.get(&record.id) else {
            self.needs.arrivals.insert(record.id);
            return Err(Missing);
        };
        for arrival in arrivals {
            if !own.contains(arrival) {
                self.out.arrivals.push((record.id, arrival.clone()));
            }
        }
        // What comes later for the source, or for what the source itself was shared from, comes for this one too.
        self.out.shared.push((id, record.id));
        if let Ok(root) = source.text(message::SOURCE).parse() {
            self.out.shared.push((root, record.id));
        }
        Ok(())
    }

    /// Bytes that came for a photo are there for those that were shared from it, too.
    pub(super) fn pass_on(&mut self, source: RecordId) -> Look<()> {
        let Some(copies) = self.ws.copies.get(&source) else {
            self.needs.copies.insert(source);
            return Err(Missing);
        };
        for id in copies {
            let Some(prior) = self.find(*id)?.filter(|r| !r.deleted).cloned() else { continue };
            let Some(arrivals) = self.ws.arrivals.get(&source) else {
                self.needs.arrivals.insert(source);
                return Err(Missing);
            };
            let Some(own) = self.ws.arrivals.get(id) else {
                self.needs.arrivals.insert(*id);
                return Err(Missing);
            };
            let news = arrivals.iter().filter(|a| !own.contains(a));
            self.out.arrivals.extend(news.map(|a| (*id, a.clone())));
            let mut next = prior.clone();
            let rev = office_rev(*id, prior.seq);
            if self.note_arrivals(&mut next, rev)? {
                let seq = self.put(next, Some(prior.clone()), rev.op)?;
                self.make_jobs(*id, Some(&prior), seq);
            }
        }
        Ok(())
    }
}
