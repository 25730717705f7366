//! What follows from a message: one that is taken back is emptied, an urgent one is listed, a marked answer goes into the
//! case that was asked about. From a call: whom it asks, hears of it.

use super::super::access::Access;
use super::super::apply::Author;
use super::super::project::made;
use super::super::{Look, Missing, Planner};
use ekitei_model::chat::message::{self, urgent_use};
use ekitei_model::chat::{call, room};
use ekitei_model::kinds::{self, note, photo};
use ekitei_model::merge;
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Operation, Outcome, Record, RecordId, Rev, Scope, Stamp};
use serde_json::json;
use std::collections::BTreeMap;

/// Of a file that an answer came with: it stays in its room.
const ATTACHED: &str = "添付";

impl Planner<'_> {
    /// After the record that `op` is about was made or changed.
    pub(in super::super) fn after_chat(
        &mut self,
        op: &Operation,
        prior: Option<&Record>,
        author: Author,
    ) -> Look<()> {
        let Some(now) = self.out.records.get(&op.record).cloned() else { return Ok(()) };
        match now.kind.as_str() {
            kinds::MESSAGE => self.after_message(&now, op, prior, author),
            kinds::CALL if prior.is_none() => self.open_to_asked(&now),
            _ => Ok(()),
        }
    }

    fn after_message(
        &mut self,
        now: &Record,
        op: &Operation,
        prior: Option<&Record>,
        author: Author,
    ) -> Look<()> {
        let taken_back = |r: &Record| r.flag(message::UNSENT);
        if taken_back(now) {
            return if prior.is_some_and(|p| !taken_back(p)) { self.empty(now, op) } else { Ok(()) };
        }
        if prior.is_none() && message::is_urgent(now) {
            self.list_urgent(now, author)?;
        }
        let answer = now.text(message::ANSWER);
        if !answer.is_empty() && prior.is_some_and(|p| p.text(message::ANSWER) != answer) {
            self.attach_answer(now, op, author)?;
        }
        Ok(())
    }

    /// Sections that a call asks and that are not in its room come into it: nobody else could hear of it.
    fn open_to_asked(&mut self, call: &Record) -> Look<()> {
        let Some(id) = call.scope.owner() else { return Ok(()) };
        let Some(of) = self.find(id)?.cloned() else { return Ok(()) };
        let mut sections = of.list(room::SECTIONS);
        for path in call.list(call::SECTIONS) {
            if !sections.contains(&path) {
                // The call itself is the first that they read.
                self.joined.entry((id, path.clone())).or_insert(call.seq);
                sections.push(path);
            }
        }
        if self.office_set(id, vec![(room::SECTIONS.to_owned(), sections.into())])? {
            self.dirty_rooms.insert(id);
        }
        Ok(())
    }

    /// 送信取消 by deleting: the message stays as one that was taken back.
    pub(in super::super) fn unsend(
        &mut self,
        op: &Operation,
        target: &Record,
        author: Author,
    ) -> Look<Outcome> {
        let scope = target.scope.clone();
        if target.flag(message::UNSENT) {
            return Ok(Outcome::Applied { scope, seq: 0 });
        }
        let mut record = target.clone();
        record.fields.insert(message::UNSENT.to_owned(), true.into());
        record.revs.insert(message::UNSENT.to_owned(), Rev { op: op.op_id, device: author.by.device });
        self.settle(record, Some(target), op.op_id)?;
        self.after_chat(op, Some(target), author)?;
        let seq = self.out.records.get(&op.record).map_or(0, |r| r.seq);
        Ok(Outcome::Applied { scope, seq })
    }

    /// Nothing of it is left in the feed: text and attachments go.
    fn empty(&mut self, now: &Record, op: &Operation) -> Look<()> {
        let attached = self.attached_to(now.id)?;
        if let Some(stored) = self.out.records.get_mut(&now.id) {
            stored.fields.retain(|name, _| !message::CONTENT.contains(&name.as_str()));
        }
        for child in attached {
            self.put(child.tombstone(), Some(child), op.op_id)?;
        }
        Ok(())
    }

    fn attached_to(&mut self, id: RecordId) -> Look<Vec<Record>> {
        let Some(stored) = self.ws.attached.get(&id) else {
            self.needs.attached.insert(id);
            return Err(Missing);
        };
        let mut now: BTreeMap<RecordId, &Record> = stored.iter().map(|r| (r.id, r)).collect();
        for (of, r) in &self.out.records {
            if r.parent == Some(id) && (r.kind == kinds::PHOTO || r.kind == kinds::FILE) {
                now.insert(*of, r);
            }
        }
        Ok(now.into_values().filter(|r| !r.deleted).cloned().collect())
    }

    /// For the head of each section of the sender.
    fn list_urgent(&mut self, now: &Record, author: Author) -> Look<()> {
        let mut sections: Vec<&str> = Vec::new();
        for section in author.rights.sections_on(self.today) {
            if !sections.contains(&section) {
                sections.push(section);
            }
        }
        let Some((first, also)) = sections.split_first() else { return Ok(()) };
        let of = now.scope.owner().map_or_else(String::new, |r| r.to_string());
        let fields = Fields::from([
            (urgent_use::MESSAGE.to_owned(), now.id.to_string().into()),
            (urgent_use::ROOM.to_owned(), of.into()),
            (urgent_use::STAFF.to_owned(), author.by.staff.as_str().into()),
            (urgent_use::REASON.to_owned(), now.text(message::URGENT).into()),
            (urgent_use::AT.to_owned(), Stamp::japan(self.now_ms).to_string().into()),
        ]);
        let mut of_first = fields.clone();
        if !also.is_empty() {
            of_first.insert(urgent_use::ALSO.to_owned(), also.into());
        }
        self.list_urgent_in(first, message::urgent_use_id(now.id), of_first)?;
        for section in also {
            self.list_urgent_in(section, message::urgent_use_also_id(now.id, section), fields.clone())?;
        }
        Ok(())
    }

    fn list_urgent_in(&mut self, section: &str, id: RecordId, fields: Fields) -> Look<()> {
        let scope = Scope::Section(section.to_owned());
        let existing = self.find(id)?.cloned();
        self.office_put(made(id, kinds::URGENT_USE, scope, None, fields, self.now_ms), existing)?;
        Ok(())
    }

    /// The answer becomes a note of the case, if who asked may write there.
    fn attach_answer(&mut self, question: &Record, op: &Operation, author: Author) -> Look<()> {
        let Some(case) = message::question_case(question) else { return Ok(()) };
        let Ok(answer) = question.text(message::ANSWER).parse::<RecordId>() else { return Ok(()) };
        let said = self.find(answer)?.filter(|m| {
            m.kind == kinds::MESSAGE && m.scope == question.scope && !m.deleted && !m.flag(message::UNSENT)
        });
        let Some(said) = said.cloned() else { return Ok(()) };
        let scope = Scope::Case(case);
        if self.access(&scope, author.rights)? != Access::Yes {
            return Ok(());
        }
        for picture in self.attached_to(answer)?.iter().filter(|r| r.kind == kinds::PHOTO) {
            self.attach_picture(question, picture, &scope, op, author)?;
        }
        let id = RecordId::derived(&["answer", &question.id.to_string(), &answer.to_string()]);
        if self.find(id)?.is_some() {
            return Ok(());
        }
        let who = match message::author(&said).cloned() {
            Some(id) => self.staff(&id)?.map_or_else(|| id.to_string(), |s| s.name.clone()),
            None => String::new(),
        };
        let at = said.created.as_ref().map_or(Stamp::japan(said.received_ms), |c| c.at);
        let words = [said.text(message::TEXT), message::stamp_word(said.text(message::STAMP))];
        let mut lines: Vec<String> =
            words.iter().filter(|w| !w.is_empty()).map(|w| (*w).to_owned()).collect();
        let files = self.attached_to(answer)?.into_iter().filter(|r| r.kind == kinds::FILE);
        lines.extend(files.map(|f| format!("{ATTACHED}: {}", f.text(message::file::NAME))));
        let text = format!("{}\n\n{who} {}", lines.join("\n"), at.wareki());
        let now = Stamp::japan(self.now_ms).to_string();
        let fields = Fields::from([
            (note::TITLE.to_owned(), message::ANSWER_TITLE.into()),
            (note::TEXT.to_owned(), text.into()),
            (note::WRITTEN_AT.to_owned(), at.to_string().into()),
            (note::FINISHED_AT.to_owned(), now.into()),
            (
                message::LINK.to_owned(),
                json!({"kind": kinds::MESSAGE, "id": answer, "room": question.scope.owner()}),
            ),
        ]);
        let record = made_by(id, kinds::NOTE, &scope, &fields, op, author);
        self.settle(record, None, op.op_id)?;
        Ok(())
    }

    /// A picture of the answer becomes one of the case, with the bytes that are here or come.
    fn attach_picture(
        &mut self,
        question: &Record,
        picture: &Record,
        case: &Scope,
        op: &Operation,
        author: Author,
    ) -> Look<()> {
        let id = RecordId::derived(&["answer", &question.id.to_string(), &picture.id.to_string()]);
        if self.find(id)?.is_some() {
            return Ok(());
        }
        let mut fields = Fields::from([(message::SOURCE.to_owned(), picture.id.to_string().into())]);
        for name in [photo::CAPTION, photo::FILE_NAME] {
            if let Some(value) = picture.fields.get(name) {
                fields.insert(name.to_owned(), value.clone());
            }
        }
        let mut record = made_by(id, kinds::PHOTO, case, &fields, op, author);
        self.bring_shared(&mut record, author)?;
        self.settle(record, None, op.op_id)?;
        Ok(())
    }
}

/// What the writer of `op` makes besides, at the same moment.
fn made_by(
    id: RecordId,
    kind: &str,
    scope: &Scope,
    fields: &Fields,
    op: &Operation,
    author: Author,
) -> Record {
    let body =
        OpBody::Create { kind: kind.to_owned(), scope: scope.clone(), parent: None, fields: fields.clone() };
    let origin = Operation { op_id: op.op_id, record: id, at: op.at, body };
    merge::created(&origin, kind, scope, None, fields, author.by)
}
