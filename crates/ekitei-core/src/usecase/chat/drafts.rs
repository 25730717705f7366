//! What is being typed, one draft a room. It carries the id of the message that it will become: after a kill between the
//! sending and the forgetting of the draft, the draft is known to be sent.

use crate::bridge::chat::{ChatDraft, ChatDraftArgs};
use crate::change::mint;
use crate::open::Open;
use ekitei_model::{Fault, RecordId};

fn key(room: RecordId) -> String {
    format!("chat:{room}")
}

/// An empty one is forgotten.
pub fn save(open: &Open, args: ChatDraftArgs) -> Result<(), Fault> {
    let nothing = args.text.is_empty() && args.reply_to.is_none() && args.urgent.is_none();
    if nothing {
        return forget(open, args.room);
    }
    let message = load(open, args.room)?.map_or_else(mint, |d| d.message);
    let draft = ChatDraft {
        message,
        text: args.text,
        reply_to: args.reply_to,
        mentions: args.mentions,
        urgent: args.urgent,
    };
    let value = serde_json::to_value(draft).map_err(|e| Fault::ask("internal").with("detail", e))?;
    open.draft_save(&key(args.room), &value)
}

/// `None`: there is none, or it was sent.
pub(super) fn load(open: &Open, room: RecordId) -> Result<Option<ChatDraft>, Fault> {
    let Some(value) = open.draft_load(&key(room))? else { return Ok(None) };
    let Ok(draft) = serde_json::from_value::<ChatDraft>(value) else { return Ok(None) };
    if open.reader().record(draft.message)?.is_some() {
        forget(open, room)?;
        return Ok(None);
    }
    Ok(Some(draft))
}

pub(super) fn forget(open: &Open, room: RecordId) -> Result<(), Fault> {
    open.draft_drop(&key(room))
}
