//! Messaging by command.

use crate::cli::ChatVerb;
use crate::{say, show};
use ekitei_core::Core;
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::*;
use ekitei_core::bridge::chat::*;
use ekitei_model::chat::room::Type;
use ekitei_model::{Fault, RecordId};
use std::path::PathBuf;
use std::process::ExitCode;

pub fn run(core: &Core, verb: ChatVerb) -> Result<ExitCode, Fault> {
    match verb {
        ChatVerb::Rooms { json } => show::rows(&core.chat_rooms(Nothing {})?, json, room_line)?,
        ChatVerb::Open { people, name, json } => {
            let room = open(core, people, name)?;
            show::rows(&[room], json, room_line)?;
        }
        ChatVerb::Send { room, text, photos, files, urgent, reply_to, stamp, json } => {
            let message = core.chat_send(ChatSendArgs {
                room: named(core, &room)?,
                text,
                photos: copied(core, &photos)?,
                files: copied(core, &files)?,
                reply_to: reply_to.map(|id| record(&id)).transpose()?,
                mentions: Vec::new(),
                urgent,
                stamp,
                link: None,
                draft: false,
            })?;
            if json { say::json(&message)? } else { say::say("field.chat-sent", &[("room", &room)]) }
        }
        ChatVerb::Read { room, json } => {
            let room = named(core, &room)?;
            let view = core.chat_room(RoomArgs::newest(room, 1))?;
            let done = core.chat_read(ChatReadArgs { room, born: view.newest })?;
            if json {
                say::json(&done)?;
            }
        }
        ChatVerb::List { room, limit, json } => {
            let view = core.chat_room(RoomArgs::newest(named(core, &room)?, limit))?;
            show::rows(&view.messages, json, message_line)?;
        }
        ChatVerb::Unsend { id, json } => {
            let done = core.chat_unsend(RecordRef { id: record(&id)? })?;
            if json {
                say::json(&done)?;
            }
        }
        ChatVerb::Search { query, room, limit, json } => {
            let room = room.map(|r| named(core, &r)).transpose()?;
            let wanted =
                ChatSearchArgs { query, room, staff: None, from: None, to: None, photos: false, limit };
            let line =
                |hit: &ChatHit| format!("{}  {}  {}: {}", hit.at, hit.room_name, hit.by_name, hit.excerpt);
            show::rows(&core.chat_search(wanted)?, json, line)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn open(core: &Core, people: Vec<String>, name: Option<String>) -> Result<RoomRow, Fault> {
    match (name, people.as_slice()) {
        (Some(name), _) => core.chat_group(ChatGroupArgs {
            name,
            colour: String::new(),
            people,
            sections: Vec::new(),
            history: true,
        }),
        (None, [one]) => core.chat_open(ChatOpenArgs { staff: one.clone() }),
        (None, _) => Err(Fault::ask("room-name")),
    }
}

/// By id, `self`, name, or the other person's staff id.
fn named(core: &Core, name: &str) -> Result<RecordId, Fault> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let rooms = core.chat_rooms(Nothing {})?;
    let mut found = rooms.iter().filter(|r| match name {
        "self" => r.kind == Type::Own,
        name => r.name == name,
    });
    match (found.next(), found.next()) {
        (Some(room), None) => Ok(room.id),
        (Some(_), Some(_)) => Err(Fault::ask("room-ambiguous").with("name", name)),
        (None, _) => core
            .chat_open(ChatOpenArgs { staff: name.to_owned() })
            .map(|room| room.id)
            .map_err(|_| Fault::ask("room-unknown")),
    }
}

fn copied(core: &Core, files: &[PathBuf]) -> Result<Vec<String>, Fault> {
    files.iter().map(|f| core.copy_in(f).map_err(|e| e.with("name", f.display()))).collect()
}

fn record(text: &str) -> Result<RecordId, Fault> {
    text.parse().map_err(|_| Fault::ask("record-unknown"))
}

fn room_line(row: &RoomRow) -> String {
    let name = match row.kind {
        Type::Own => say::sentence("chat.self", &[]),
        _ => row.name.clone(),
    };
    let last = row.last.as_ref().map(|l| format!("  {}  {}", l.at, l.text)).unwrap_or_default();
    format!("{}  {name}  {}{last}", row.id, row.unread)
}

fn message_line(message: &MessageView) -> String {
    let state = match message.state {
        MessageState::Waiting => say::sentence("chat.state.waiting", &[]),
        MessageState::Failed => say::sentence("chat.state.failed", &[]),
        MessageState::Held => say::sentence("chat.state.held", &[]),
        MessageState::Sent => String::new(),
    };
    let stamp = message.stamp.as_ref().map(|s| say::sentence(&format!("chat.mark.{s}"), &[]));
    let words = match (message.unsent, stamp) {
        (true, _) => say::sentence("chat.unsent", &[]),
        (false, Some(stamp)) => stamp,
        (false, None) => message.text.clone(),
    };
    format!("{}  {}: {words}  {state}", message.at, message.by_name).trim_end().to_owned()
}
