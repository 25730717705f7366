//! From the records of a message to what a screen shows of it.

use super::{Names, author, reading, rooms, scope};
use crate::bridge::chat::{
    FileView, ForwardView, LinkView, MentionView, MessageState, MessageView, QuestionView, QuoteView,
    ReactionView,
};
use crate::bridge::views::Progress;
use crate::open::Open;
use crate::usecase::cases;
use crate::view as records;
use ekitei_model::chat::message as field;
use ekitei_model::chat::readers::Readers;
use ekitei_model::kinds::{self, Variant};
use ekitei_model::record::Origin;
use ekitei_model::{Fault, Record, RecordId, Scope, Stamp};
use ekitei_store::queue::{ops, uploads};
use ekitei_store::vault::Shown;
use serde_json::Value;
use std::collections::HashMap;

const HANGING: [&str; 4] = [kinds::PHOTO, kinds::FILE, kinds::REACTION, kinds::PIN];

/// What is looked up once for a whole page.
pub(super) struct Around {
    room: RecordId,
    hanging: HashMap<RecordId, Vec<Shown>>,
    /// `None`: who has read is not known here, only how many.
    everybody: Option<Readers>,
    counted: Vec<(u64, u32)>,
    numbers: HashMap<RecordId, String>,
}

impl Around {
    pub fn of(open: &Open, known: &rooms::Known, messages: &[Shown]) -> Result<Self, Fault> {
        let (reader, room) = (open.reader(), known.id);
        let ids: Vec<RecordId> = messages.iter().map(|s| s.record.id).collect();
        let in_room = reader.record(room)?.map(|s| s.record);
        let tallied = reading::is_tallied(open, known, in_room.as_ref())?;
        let everybody = || reading::everybody(open, known, in_room.as_ref());
        Ok(Self {
            room,
            hanging: reader.hanging(&scope(room), &ids, &HANGING)?,
            everybody: (!tallied).then(everybody).transpose()?,
            counted: reading::counted(in_room.as_ref()),
            numbers: HashMap::new(),
        })
    }

    /// `None`: of an older message of a large room nobody counts it.
    fn reads(&self, record: &Record) -> Option<u32> {
        if record.born_seq == 0 {
            return Some(0);
        }
        match &self.everybody {
            None => reading::count_of(&self.counted, record.born_seq),
            Some(all) => Some(u32::try_from(all.split(record).0.len()).unwrap_or(u32::MAX)),
        }
    }

    fn case_number(&mut self, open: &Open, case: RecordId) -> String {
        let known = || cases::known(open, case).map(|s| s.record.text(kinds::case::NUMBER).to_owned());
        self.numbers.entry(case).or_insert_with(|| known().unwrap_or_default()).clone()
    }
}

/// When it came to the office, by the office's clock; until then when it was written.
pub(super) fn at(open: &Open, record: &Record) -> Stamp {
    if record.received_ms > 0 { open.now().at(record.received_ms) } else { records::stamp_of(record, "") }
}

pub(super) fn view(
    open: &Open,
    shown: &Shown,
    around: &mut Around,
    names: &mut Names,
) -> Result<MessageView, Fault> {
    let record = &shown.record;
    let hanging = around.hanging.remove(&record.id).unwrap_or_default();
    let by = author(record).to_owned();
    let own = by == open.me().as_str();
    let unsent = record.flag(field::UNSENT);
    let of_kind = |kind: &'static str| hanging.iter().filter(move |s| s.record.kind == kind && !unsent);
    let mut refused_file = false;
    let mut photos = Vec::new();
    for photo in of_kind(kinds::PHOTO) {
        let files = open.reader().files_of(photo.record.id)?;
        refused_file |= files.uploads.values().any(|parked| *parked);
        photos.push(records::photo(&photo.record, photo.into(), &files));
    }
    let mut files = Vec::new();
    for file in of_kind(kinds::FILE) {
        let shown = file_view(open, file)?;
        refused_file |= shown.progress == Progress::Parked;
        files.push(shown);
    }
    let attached = rooms::number(record, field::PHOTOS) + rooms::number(record, field::FILES);
    let here = u32::try_from(photos.len() + files.len()).unwrap_or(u32::MAX);
    let failed = own && (shown.parked || refused_file || hanging.iter().any(|s| s.parked));
    let case = field::question_case(record);
    let question = case.map(|case| QuestionView {
        case,
        case_number: around.case_number(open, case),
        answer: record.text(field::ANSWER).parse().ok(),
    });
    let reply = answered(open, record, names)?;
    let held = shown.held_until_ms.is_some();
    let text = |name: &str| Some(record.text(name)).filter(|t| !t.is_empty()).map(str::to_owned);
    Ok(MessageView {
        id: record.id,
        room: around.room,
        born: record.born_seq,
        by_name: names.of(&by)?,
        at: at(open, record),
        written_at: records::stamp_of(record, ""),
        text: record.text(field::TEXT).to_owned(),
        state: if failed { MessageState::Failed } else { state(shown, own) },
        held_until: shown
            .held_until_ms
            .filter(|_| !failed && record.born_seq == 0)
            .map(|ms| open.now().at(ms)),
        elsewhere: false,
        fault: if failed { fault(open, record.id, &hanging)? } else { None },
        unsent,
        // What the office holds nobody has seen.
        edited: !record.text(field::EDITED_AT).is_empty() && (!held || record.born_seq > 0),
        urgent: text(field::URGENT),
        stamp: text(field::STAMP),
        mentions: mentions(record, names)?,
        mentioned: !own && !unsent && field::mentions(record, open.me()),
        missing: if unsent { 0 } else { attached.saturating_sub(here) },
        reactions: reactions(open, of_kind(kinds::REACTION), names)?,
        pinned: of_kind(kinds::PIN).any(|s| !s.record.flag(field::pin::OFF)),
        link: record.fields.get(field::LINK).and_then(link),
        forward: forward(record, names)?,
        chosen: reply.as_ref().is_some_and(|(_, answer)| *answer == Some(record.id)),
        reply: reply.map(|(quote, _)| quote),
        question,
        reads: around.reads(record),
        photos,
        files,
        own,
        by,
    })
}

pub(super) fn state(shown: &Shown, own: bool) -> MessageState {
    match (own && shown.record.born_seq == 0, shown.waiting, shown.held_until_ms) {
        (false, _, _) => MessageState::Sent,
        (true, true, _) => MessageState::Waiting,
        (true, false, Some(_)) => MessageState::Held,
        (true, false, None) => MessageState::Sent,
    }
}

/// Why something of it was refused: the message first, then what hangs on it and the bytes of that.
pub(super) fn fault(open: &Open, id: RecordId, hanging: &[Shown]) -> Result<Option<Fault>, Fault> {
    let ids: Vec<RecordId> = std::iter::once(id).chain(hanging.iter().map(|s| s.record.id)).collect();
    open.queue_read(|c| {
        for id in ids {
            let mut faults = ops::of_record(c, id)?.into_iter().filter_map(|q| q.fault);
            if let Some(fault) = faults.next_back() {
                return Ok(Some(fault));
            }
            if let Some(fault) = uploads::of_record(c, id)?.into_iter().find_map(|u| u.fault) {
                return Ok(Some(fault));
            }
        }
        Ok(None)
    })
}

/// A message in a word or two.
pub(super) fn quote(open: &Open, record: &Record, names: &mut Names) -> Result<QuoteView, Fault> {
    let unsent = record.flag(field::UNSENT);
    let text = |name: &str| if unsent { String::new() } else { record.text(name).to_owned() };
    let files = rooms::number(record, field::FILES);
    let mut file_name = None;
    // Looked up only where nothing else says what it is.
    if files > 0 && !unsent && record.text(field::TEXT).is_empty() {
        let hanging = open.reader().hanging(&record.scope, &[record.id], &[kinds::FILE])?;
        let first = hanging.into_values().flatten().next();
        file_name = first.map(|s| s.record.text(field::file::NAME).to_owned());
    }
    Ok(QuoteView {
        id: record.id,
        by_name: names.of(author(record))?,
        text: text(field::TEXT),
        stamp: Some(text(field::STAMP)).filter(|s| !s.is_empty()),
        photos: rooms::number(record, field::PHOTOS),
        files,
        file_name,
        unsent,
        question: record.fields.contains_key(field::QUESTION),
        own: author(record) == open.me().as_str(),
    })
}

/// What it answers, and which answer was chosen there.
fn answered(
    open: &Open,
    record: &Record,
    names: &mut Names,
) -> Result<Option<(QuoteView, Option<RecordId>)>, Fault> {
    let Some(id) = field::reply_to(record) else { return Ok(None) };
    let Some(to) = open.reader().record(id)?.map(|s| s.record) else { return Ok(None) };
    Ok(Some((quote(open, &to, names)?, to.text(field::ANSWER).parse().ok())))
}

fn mentions(record: &Record, names: &mut Names) -> Result<Vec<MentionView>, Fault> {
    let named = record.list(field::MENTIONS).into_iter().take(field::CALLED_SHOWN);
    named
        .map(|staff| {
            let name = if staff == field::EVERYBODY { String::new() } else { names.of(&staff)? };
            Ok(MentionView { staff, name })
        })
        .collect()
}

/// One entry a mark, in the order in which they first came.
fn reactions<'a>(
    open: &Open,
    hanging: impl Iterator<Item = &'a Shown>,
    names: &mut Names,
) -> Result<Vec<ReactionView>, Fault> {
    let mut out: Vec<ReactionView> = Vec::new();
    for record in hanging.map(|s| &s.record).filter(|r| !r.flag(field::reaction::OFF)) {
        let mark = record.text(field::reaction::MARK);
        let (name, own) = (names.of(author(record))?, author(record) == open.me().as_str());
        match out.iter_mut().find(|r| r.mark == mark) {
            Some(there) => {
                there.names.push(name);
                there.own |= own;
            }
            None => out.push(ReactionView { mark: mark.to_owned(), own, names: vec![name] }),
        }
    }
    Ok(out)
}

fn file_view(open: &Open, shown: &Shown) -> Result<FileView, Fault> {
    let record = &shown.record;
    let files = open.reader().files_of(record.id)?;
    let parked = shown.parked || files.uploads.get(&Variant::Original) == Some(&true);
    Ok(FileView {
        id: record.id,
        name: record.text(field::file::NAME).to_owned(),
        bytes: record.fields.get(field::file::BYTES).and_then(Value::as_u64).unwrap_or(0),
        media_type: record.text(field::file::TYPE).to_owned(),
        progress: match (parked, record.text(field::file::ARRIVED).is_empty()) {
            (true, _) => Progress::Parked,
            (false, true) => Progress::Waiting,
            (false, false) => Progress::Arrived,
        },
        on_phone: files.on_phone.contains(&Variant::Original),
    })
}

fn link(value: &Value) -> Option<LinkView> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let label = text("label").unwrap_or_default().to_owned();
    let case = text("case").and_then(|id| id.parse().ok());
    Some(LinkView { kind: text("kind")?.to_owned(), id: text("id")?.parse().ok()?, label, case })
}

fn forward(record: &Record, names: &mut Names) -> Result<Option<ForwardView>, Fault> {
    let Some(origin) = record.fields.get(field::FORWARD) else { return Ok(None) };
    let text = |name: &str| origin.get(name).and_then(Value::as_str).unwrap_or_default();
    Ok(Some(ForwardView {
        by_name: names.of(text("from_staff"))?,
        at: text("at").parse().ok(),
        room_name: text("room_name").to_owned(),
    }))
}

/// One's own messages that the office keeps back and that another device of the person wrote.
pub(super) fn held_elsewhere(
    open: &Open,
    known: &rooms::Known,
    shown: &[Shown],
    names: &mut Names,
) -> Result<Vec<MessageView>, Fault> {
    let mut held = open.reader().in_scope(&Scope::User(open.me().clone()), &[kinds::HELD])?;
    // As they came to the office, and will come to the room.
    held.sort_by_key(|s| s.record.born_seq);
    let mut out = Vec::new();
    for Shown { record, sort_ms, .. } in held {
        let Ok(id) = record.text(field::held::MESSAGE).parse::<RecordId>() else { continue };
        let here = record.text(field::held::ROOM) == known.id.to_string();
        // Of this phone's own the overlay knows more; one that was released has its place by now.
        // One that was refused is failed here, too, and waits in the queue.
        let refused = record.fields.contains_key(field::held::REFUSED);
        if !here || refused || shown.iter().any(|s| s.record.id == id) || open.has_written(id)? {
            continue;
        }
        let fields = record.fields.get(field::held::FIELDS).cloned().unwrap_or_default();
        let message = Record {
            id,
            kind: kinds::MESSAGE.to_owned(),
            scope: scope(known.id),
            parent: None,
            fields: serde_json::from_value(fields).unwrap_or_default(),
            revs: std::collections::BTreeMap::new(),
            born_seq: 0,
            seq: 0,
            // The office made the record that says so; the words are one's own.
            created: record.created.clone().map(|origin| Origin { staff: open.me().clone(), ..origin }),
            ..record.clone()
        };
        let until = record.text(field::held::UNTIL).parse::<Stamp>().ok();
        let held_until_ms = Some(until.map_or(0, |s| s.utc_ms));
        let shown =
            Shown { record: message, waiting: false, parked: false, held_until_ms, written: 0, sort_ms };
        let mut around = Around::of(open, known, std::slice::from_ref(&shown))?;
        out.push(MessageView { elsewhere: true, ..view(open, &shown, &mut around, names)? });
    }
    Ok(out)
}
