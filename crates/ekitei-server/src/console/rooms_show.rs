//! From records to what the console shows of rooms.

use super::apply::readable;
use super::calls;
use super::convert;
use super::guard::User;
use super::names::Names;
use super::rooms_people::{count_of, readers_of};
use super::views::{
    ForwardView, HeldView, LastLine, MessagePage, MessageView, NameView, QuestionView, ReactionView,
    ReplyView, RoomFile, RoomPhoto, RoomRow,
};
use crate::app::App;
use crate::fault::{Answer, Refused};
use ekitei_model::chat::readers::Readers;
use ekitei_model::chat::{message, room};
use ekitei_model::kinds::{self, Variant, photo};
use ekitei_model::{Record, RecordId, StaffId, Stamp};
use ekitei_server_db::{RoomLine, RoomPage};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// What every view of one request shares.
pub struct Show<'a> {
    pub app: &'a App,
    pub user: &'a User,
    pub names: Names<'a>,
    /// By room, once somebody's own message is shown.
    readers: Mutex<BTreeMap<RecordId, Arc<Readers>>>,
}

/// The room, if the person is in it.
///
/// # Errors
/// 404.
pub async fn open_room(app: &App, user: &User, id: &str) -> Answer<Record> {
    let found = readable(app, user, id).await?;
    if found.kind == kinds::ROOM { Ok(found) } else { Err(Refused::not_found()) }
}

/// A message or call that the person may read.
///
/// # Errors
/// 404.
pub async fn open_message(app: &App, user: &User, id: &str) -> Answer<Record> {
    let found = readable(app, user, id).await?;
    let said = found.kind == kinds::MESSAGE || found.kind == kinds::CALL;
    if said && !found.deleted { Ok(found) } else { Err(Refused::not_found()) }
}

fn number(of: &Record, field: &str) -> u64 {
    of.fields.get(field).and_then(Value::as_u64).unwrap_or(0)
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl<'a> Show<'a> {
    pub fn new(app: &'a App, user: &'a User) -> Self {
        Self { app, user, names: Names::new(&*app.storage), readers: Mutex::default() }
    }

    /// Of others' messages nobody asks who has read them.
    async fn split(&self, m: &Record) -> Answer<(u64, u64)> {
        let Some(id) = m.scope.owner().filter(|_| message::author(m) == Some(&self.user.staff.id)) else {
            return Ok((0, 0));
        };
        let mut known = self.readers.lock().await;
        let readers = match known.get(&id) {
            Some(readers) => Arc::clone(readers),
            None => readers_of(self.app, &open_room(self.app, self.user, &id.to_string()).await?).await?,
        };
        known.insert(id, Arc::clone(&readers));
        let (read, unread) = readers.split(m);
        Ok((read.len() as u64, (read.len() + unread.len()) as u64))
    }

    async fn author(&self, of: &Record) -> Answer<NameView> {
        self.names.of(message::author(of).map_or("", StaffId::as_str)).await
    }

    /// # Errors
    /// The database did not answer.
    pub async fn row(&self, line: &RoomLine) -> Answer<RoomRow> {
        let of = convert::record(&line.room)?;
        let last = line.last.as_deref().map(convert::record).transpose()?;
        let me = &self.user.staff;
        let other = of.list(room::MEMBERS).into_iter().find(|m| m != me.id.as_str());
        let with = match other.filter(|_| room::Type::of(&of) == Some(room::Type::Direct)) {
            Some(id) => Some(self.names.of(&id).await?),
            None => None,
        };
        let members = count_of(self.app, &of).await?;
        let head = last.as_ref().map_or(0, |m| m.born_seq);
        let last = match &last {
            Some(m) => Some(LastLine {
                id: m.id.to_string(),
                text: m.text(message::TEXT).to_owned(),
                author: self.author(m).await?,
                received_ms: m.received_ms,
                unsent: m.flag(message::UNSENT),
                photos: number(m, message::PHOTOS),
                files: number(m, message::FILES),
                stamp: given(m.text(message::STAMP)),
            }),
            None => None,
        };
        Ok(RoomRow {
            id: of.id.to_string(),
            kind: of.text(room::TYPE).to_owned(),
            name: of.text(room::NAME).to_owned(),
            colour: of.text(room::COLOUR).to_owned(),
            with,
            sections: of.list(room::SECTIONS),
            members: members as u64,
            unread: line.unread,
            mentioned: line.mentioned,
            last,
            held: line.held,
            may_manage: room::is_admin(&of, me, &self.user.caller.today),
            read_to: line.read_to,
            head,
        })
    }

    /// # Errors
    /// The database did not answer.
    pub async fn page(&self, page: RoomPage) -> Answer<MessagePage> {
        let [said, attached] = [&page.messages, &page.attached]
            .map(|texts| texts.iter().map(|text| convert::record(text)).collect::<Answer<Vec<Record>>>());
        let (said, attached) = (said?, attached?);
        let authors = said.iter().chain(&attached).filter_map(message::author);
        self.names.learn(authors.map(StaffId::as_str)).await?;
        let mut messages = Vec::with_capacity(said.len());
        for m in &said {
            messages.push(self.message(m, &attached, page.pinned.contains(&m.id)).await?);
        }
        let mut held = Vec::with_capacity(page.held.len());
        for text in &page.held {
            held.push(self.held(&convert::record(text)?).await?);
        }
        Ok(MessagePage {
            messages,
            older: page.older,
            newer: page.newer,
            read_to: page.read_to,
            held,
            pins: page.pinned.iter().map(ToString::to_string).collect(),
        })
    }

    /// One message with what hangs on it.
    ///
    /// # Errors
    /// The database did not answer.
    pub async fn alone(&self, m: &Record) -> Answer<MessageView> {
        let attached = self.app.storage.office_children(m.id).await?;
        let pinned = attached.iter().any(|c| c.kind == kinds::PIN && !c.flag(message::pin::OFF));
        self.message(m, &attached, pinned).await
    }

    async fn message(&self, m: &Record, attached: &[Record], pinned: bool) -> Answer<MessageView> {
        let me = &self.user.staff.id;
        let mine = message::author(m) == Some(me);
        let of_it: Vec<&Record> = attached.iter().filter(|c| c.parent == Some(m.id)).collect();
        let (readers, read_of) = self.split(m).await?;
        let call = if m.kind == kinds::CALL { Some(calls::view(self, m).await?) } else { None };
        Ok(MessageView {
            id: m.id.to_string(),
            room: m.scope.owner().map_or_else(String::new, |r| r.to_string()),
            born_seq: m.born_seq,
            author: self.author(m).await?,
            mine,
            written_at: m.created.as_ref().map_or_else(String::new, |c| c.at.to_string()),
            received_ms: m.received_ms,
            text: m.text(message::TEXT).to_owned(),
            stamp: given(m.text(message::STAMP)),
            urgent: given(m.text(message::URGENT)),
            reply: self.reply(m).await?,
            mentions: self.names.all(&called(m)).await?,
            mentions_all: m.list(message::MENTIONS).iter().any(|s| s == message::EVERYBODY),
            mentions_me: message::mentions(m, me),
            link: m.fields.get(message::LINK).cloned(),
            forward: self.forward(m).await?,
            photos_expected: number(m, message::PHOTOS),
            files_expected: number(m, message::FILES),
            photos: of_it.iter().filter(|c| c.kind == kinds::PHOTO).map(|p| a_photo(p)).collect(),
            files: of_it.iter().filter(|c| c.kind == kinds::FILE).map(|f| a_file(f)).collect(),
            question: question(m, mine),
            answer_to: given(m.text(message::ANSWER_TO)),
            edited: m.revs.contains_key(message::TEXT),
            unsent: m.flag(message::UNSENT),
            reactions: self.reactions(&of_it).await?,
            pinned,
            readers,
            read_of,
            call,
            revs: revs(m, &[message::TEXT, message::MENTIONS, message::UNSENT, message::ANSWER]),
        })
    }

    async fn reply(&self, m: &Record) -> Answer<Option<ReplyView>> {
        let Some(id) = message::reply_to(m) else { return Ok(None) };
        let Some(text) = self.app.storage.record(&self.user.caller, id).await? else { return Ok(None) };
        let to = convert::record(&text)?;
        let (wordless, files) = (to.text(message::TEXT).is_empty(), number(&to, message::FILES));
        let file_name = match wordless && files > 0 {
            true => {
                self.app.storage.office_children(id).await?.iter().find(|c| c.kind == kinds::FILE).cloned()
            }
            false => None,
        };
        Ok(Some(ReplyView {
            id: id.to_string(),
            author: self.author(&to).await?,
            text: to.text(message::TEXT).to_owned(),
            unsent: to.flag(message::UNSENT) || to.deleted,
            stamp: given(to.text(message::STAMP)),
            photos: number(&to, message::PHOTOS),
            files,
            file_name: file_name.and_then(|f| given(f.text(message::file::NAME))),
            unanswered: message::author(&to) == Some(&self.user.staff.id)
                && question(&to, true).is_some_and(|q| q.answered.is_none()),
        }))
    }

    /// An own message that waits, whole: what will hang on it waits for it.
    async fn held(&self, of: &Record) -> Answer<HeldView> {
        let until = of.text(message::held::UNTIL).parse::<Stamp>();
        let fields = of.fields.get(message::held::FIELDS).cloned().unwrap_or_default();
        let mut said = of.clone();
        said.fields = serde_json::from_value(fields).unwrap_or_default();
        let children = match of.text(message::held::MESSAGE).parse::<RecordId>() {
            Ok(id) => self.app.storage.kept_children(&self.user.staff.id, id).await?,
            Err(_) => Vec::new(),
        };
        Ok(HeldView {
            message: of.text(message::held::MESSAGE).to_owned(),
            text: of.text(message::held::TEXT).to_owned(),
            until_ms: until.map_or(0, |s| s.utc_ms),
            refused: given(of.text(message::held::REFUSED)),
            stamp: given(said.text(message::STAMP)),
            urgent: given(said.text(message::URGENT)),
            reply: self.reply(&said).await?,
            mentions: self.names.all(&called(&said)).await?,
            mentions_all: said.list(message::MENTIONS).iter().any(|s| s == message::EVERYBODY),
            link: said.fields.get(message::LINK).cloned(),
            forward: self.forward(&said).await?,
            question: question(&said, true),
            photos_expected: number(&said, message::PHOTOS),
            files_expected: number(&said, message::FILES),
            photos: children.iter().filter(|c| c.kind == kinds::PHOTO).map(a_photo).collect(),
            files: children.iter().filter(|c| c.kind == kinds::FILE).map(a_file).collect(),
        })
    }

    async fn forward(&self, m: &Record) -> Answer<Option<ForwardView>> {
        let Some(from) = m.fields.get(message::FORWARD) else { return Ok(None) };
        let part = |name: &str| from.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
        let (at, room_name) = (part("at"), part("room_name"));
        Ok(Some(ForwardView { from: self.names.of(&part("from_staff")).await?, at, room_name }))
    }

    async fn reactions(&self, of_it: &[&Record]) -> Answer<Vec<ReactionView>> {
        let mut out: Vec<ReactionView> = Vec::new();
        let set = |c: &&&Record| c.kind == kinds::REACTION && !c.flag(message::reaction::OFF);
        for r in of_it.iter().filter(set) {
            let mark = r.text(message::reaction::MARK);
            let mine = message::author(r) == Some(&self.user.staff.id);
            let who = self.author(r).await?;
            match out.iter_mut().find(|v| v.mark == mark) {
                Some(known) => {
                    known.people.push(who);
                    known.mine |= mine;
                }
                None => out.push(ReactionView { mark: mark.to_owned(), people: vec![who], mine }),
            }
        }
        Ok(out)
    }
}

/// The first of those whom a message calls.
fn called(m: &Record) -> Vec<String> {
    let people = m.list(message::MENTIONS).into_iter().filter(|s| s != message::EVERYBODY);
    people.take(message::CALLED_SHOWN).collect()
}

/// Base revisions of these fields.
pub fn revs(of: &Record, fields: &[&str]) -> BTreeMap<String, String> {
    fields.iter().filter_map(|f| Some(((*f).to_owned(), of.rev(f)?.op.to_string()))).collect()
}

fn question(of: &Record, mine: bool) -> Option<QuestionView> {
    let case = message::question_case(of)?.to_string();
    Some(QuestionView { case, answered: given(of.text(message::ANSWER)), may_mark: mine })
}

fn a_photo(of: &Record) -> RoomPhoto {
    let here = |variant| !of.text(&photo::arrived(variant)).is_empty();
    RoomPhoto {
        id: of.id.to_string(),
        width: number(of, photo::WIDTH),
        height: number(of, photo::HEIGHT),
        thumb: here(Variant::Thumb),
        display: here(Variant::Display),
        original: here(Variant::Original),
        file_name: of.text(photo::FILE_NAME).to_owned(),
        bytes: number(of, &photo::bytes(Variant::Original)),
    }
}

fn a_file(of: &Record) -> RoomFile {
    RoomFile {
        id: of.id.to_string(),
        name: of.text(message::file::NAME).to_owned(),
        bytes: number(of, message::file::BYTES),
        kind: of.text(message::file::TYPE).to_owned(),
        here: !of.text(message::file::ARRIVED).is_empty(),
    }
}

/// Whether the id of a message is one of the person's own that waits.
///
/// # Errors
/// The database did not answer.
pub async fn own_held(app: &App, user: &User, id: RecordId) -> Answer<Option<Record>> {
    let found = app.storage.record(&user.caller, message::held_id(id)).await?;
    let found = found.map(|text| convert::record(&text)).transpose()?;
    Ok(found.filter(|h| !h.deleted))
}
