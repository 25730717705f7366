//! What is being typed, one draft a room. It carries the id of the message that it will become: after a kill between the
//! sending and the forgetting of the draft, the draft is known to be sent.

use super::{Names, view};
use crate::bridge::chat::{ChatAttached, ChatDraft, ChatDraftArgs, ChatLink, ChatNamed};
use crate::change::mint;
use crate::open::Open;
use ekitei_model::{Fault, RecordId};
use serde::{Deserialize, Serialize};

/// As it lies in the vault; an older program kept less. Pictures and files lie in the inbox, here are their names.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub message: RecordId,
    text: String,
    reply_to: Option<RecordId>,
    #[serde(default)]
    named: Vec<ChatNamed>,
    urgent: Option<String>,
    #[serde(default)]
    attached: Vec<ChatAttached>,
    #[serde(default)]
    link: Option<ChatLink>,
}

impl Kept {
    /// What the list of rooms shows of it.
    pub fn line(self) -> String {
        match self.link {
            _ if !self.text.is_empty() => self.text,
            Some(link) => link.label,
            None => self.attached.into_iter().map(|a| a.label).collect::<Vec<_>>().join(" "),
        }
    }
}

fn key(room: RecordId) -> String {
    format!("chat:{room}")
}

/// An empty one is forgotten.
pub fn save(open: &Open, args: ChatDraftArgs) -> Result<(), Fault> {
    let nothing = args.text.is_empty()
        && args.reply_to.is_none()
        && args.urgent.is_none()
        && args.attached.is_empty()
        && args.link.is_none();
    if nothing {
        return forget(open, args.room);
    }
    let message = load(open, args.room)?.map_or_else(mint, |d| d.message);
    let kept = Kept {
        message,
        text: args.text,
        reply_to: args.reply_to,
        named: args.named,
        urgent: args.urgent,
        attached: args.attached,
        link: args.link,
    };
    let value = serde_json::to_value(kept).map_err(|e| Fault::ask("internal").with("detail", e))?;
    open.draft_save(&key(args.room), &value)
}

/// `None`: there is none, or it was sent.
pub(super) fn load(open: &Open, room: RecordId) -> Result<Option<Kept>, Fault> {
    let Some(value) = open.draft_load(&key(room))? else { return Ok(None) };
    let Ok(draft) = serde_json::from_value::<Kept>(value) else { return Ok(None) };
    if open.reader().record(draft.message)?.is_some() {
        forget(open, room)?;
        return Ok(None);
    }
    Ok(Some(draft))
}

/// As its room shows it. Copies in the inbox are not kept for ever: what has gone is named.
pub(super) fn shown(open: &Open, room: RecordId, names: &mut Names) -> Result<Option<ChatDraft>, Fault> {
    let Some(kept) = load(open, room)? else { return Ok(None) };
    let answered = kept.reply_to.map(|id| open.reader().record(id)).transpose()?.flatten();
    let here = |a: &ChatAttached| open.inbox().path(&a.name).is_ok_and(|path| path.is_file());
    let (attached, lost): (Vec<_>, Vec<_>) = kept.attached.into_iter().partition(here);
    Ok(Some(ChatDraft {
        message: kept.message,
        text: kept.text,
        reply: answered.map(|s| view::quote(open, &s.record, names)).transpose()?,
        reply_to: kept.reply_to,
        named: kept.named,
        urgent: kept.urgent,
        attached,
        lost: lost.into_iter().map(|a| a.label).collect(),
        link: kept.link,
    }))
}

pub(super) fn forget(open: &Open, room: RecordId) -> Result<(), Fault> {
    open.draft_drop(&key(room))
}
