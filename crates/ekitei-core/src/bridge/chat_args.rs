//! Messaging: what screens pass in.

use ekitei_model::RecordId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! args {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize, TS)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty),* })*
    };
}

args! {
    RoomRef { room: RecordId }
    RoomArgs {
        room: RecordId,
        /// The newest so many; with `from` so many from there on.
        #[serde(default = "fifty")] #[ts(as = "Option<_>", optional)] limit: u32,
        /// The part of the room around this message.
        #[serde(default)] #[ts(optional)] at: Option<RecordId>,
        /// The part around the first unread message, where there is one.
        #[serde(default)] #[ts(as = "Option<_>", optional)] unread: bool,
        /// The part that begins at this place.
        #[serde(default)] #[ts(optional, type = "number")] from: Option<u64>,
        /// So many messages before `from`, too.
        #[serde(default)] #[ts(as = "Option<_>", optional)] back: u32,
    }
    ChatOpenArgs {
        /// Staff id; one's own: 自分宛.
        staff: String,
    }
    ChatGroupArgs {
        name: String,
        /// One of eight; empty: blue.
        #[serde(default)] #[ts(as = "Option<_>", optional)] colour: String,
        /// Staff ids, without oneself.
        people: Vec<String>,
        /// Full paths: a room of these sections (所属をまたぐ部屋), with whoever is named beside them.
        #[serde(default)] #[ts(as = "Option<_>", optional)] sections: Vec<String>,
        /// Those who join later read what was before, too.
        #[serde(default = "yes")] #[ts(as = "Option<_>", optional)] history: bool,
    }
    ChatRenameArgs {
        room: RecordId,
        name: String,
        colour: String,
        /// Absent: stays.
        #[serde(default)] #[ts(optional)] history: Option<bool>,
        /// Full paths; absent: stay.
        #[serde(default)] #[ts(optional)] sections: Option<Vec<String>>,
    }
    ChatInviteArgs { room: RecordId, people: Vec<String> }
    ChatMemberArgs {
        room: RecordId,
        staff: String,
        /// Absent: stays.
        #[serde(default)] #[ts(optional)] admin: Option<bool>,
        /// Takes the person out of the room; oneself: leaves.
        #[serde(default)] #[ts(as = "Option<_>", optional)] leaves: bool,
    }
    ChatPinRoomArgs { room: RecordId, on: bool }
    ChatSendArgs {
        room: RecordId,
        #[serde(default)] #[ts(as = "Option<_>", optional)] text: String,
        /// Names in the app's inbox, in the order they will be shown.
        #[serde(default)] #[ts(as = "Option<_>", optional)] photos: Vec<String>,
        #[serde(default)] #[ts(as = "Option<_>", optional)] files: Vec<String>,
        #[serde(default)] #[ts(optional)] reply_to: Option<RecordId>,
        /// Staff ids, or `all`.
        #[serde(default)] #[ts(as = "Option<_>", optional)] mentions: Vec<String>,
        /// 緊急: why, in a few words.
        #[serde(default)] #[ts(optional)] urgent: Option<String>,
        /// A work stamp instead of words.
        #[serde(default)] #[ts(optional)] stamp: Option<String>,
        #[serde(default)] #[ts(optional)] link: Option<ChatLink>,
        /// It is what is being written in this room: the draft goes with it. Anything else leaves the draft as it is.
        #[serde(default)] #[ts(as = "Option<_>", optional)] draft: bool,
    }
    /// Of a case, note, inspection or photo.
    ChatLink {
        kind: String,
        id: RecordId,
        label: String,
        /// Of a note or inspection: its case, which a reader may have without it.
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] case: Option<RecordId>,
    }
    ChatEditArgs {
        id: RecordId,
        text: String,
        /// Staff ids, or `all`; absent: whom it called before.
        #[serde(default)] #[ts(optional)] mentions: Option<Vec<String>>,
    }
    ChatReactArgs { id: RecordId, mark: String }
    ChatPinArgs { id: RecordId, on: bool }
    ChatReadArgs { room: RecordId, #[ts(type = "number")] born: u64 }
    ChatForwardArgs { id: RecordId, room: RecordId }
    /// Photos of one case, to a room.
    ChatAskArgs {
        room: RecordId,
        photos: Vec<RecordId>,
        text: String,
        /// 教えて: the answer belongs into the case.
        #[serde(default = "yes")] #[ts(as = "Option<_>", optional)] question: bool,
    }
    ChatAnswerArgs {
        question: RecordId,
        /// The message that answers it.
        answer: RecordId,
    }
    ChatDraftArgs {
        room: RecordId,
        text: String,
        #[serde(default)] #[ts(optional)] reply_to: Option<RecordId>,
        #[serde(default)] #[ts(as = "Option<_>", optional)] named: Vec<ChatNamed>,
        #[serde(default)] #[ts(optional)] urgent: Option<String>,
        #[serde(default)] #[ts(as = "Option<_>", optional)] attached: Vec<ChatAttached>,
        #[serde(default)] #[ts(optional)] link: Option<ChatLink>,
    }
    /// Who was chosen for a text, and by which words the text names them.
    ChatNamed { staff: String, name: String }
    /// A picture or file that goes with what is being written.
    ChatAttached {
        /// In the app's inbox.
        name: String,
        /// As the person knows it.
        label: String,
        picture: bool,
    }
    /// Every condition that is given must hold; none at all: the newest.
    ChatSearchArgs {
        #[serde(default)] #[ts(as = "Option<_>", optional)] query: String,
        #[serde(default)] #[ts(optional)] room: Option<RecordId>,
        /// Staff id of the sender.
        #[serde(default)] #[ts(optional)] staff: Option<String>,
        /// Local days, `2026-11-21`, both included.
        #[serde(default)] #[ts(optional)] from: Option<String>,
        #[serde(default)] #[ts(optional)] to: Option<String>,
        #[serde(default)] #[ts(as = "Option<_>", optional)] photos: bool,
        #[serde(default = "fifty")] #[ts(as = "Option<_>", optional)] limit: u32,
    }
    CallOpenArgs {
        /// Of a 災害ルーム; absent: a new one is made.
        #[serde(default)] #[ts(optional)] room: Option<RecordId>,
        /// Of the new one.
        #[serde(default)] #[ts(as = "Option<_>", optional)] name: String,
        text: String,
        /// Full paths of those who are asked.
        sections: Vec<String>,
        /// `safety`, `coming`
        asks: Vec<String>,
    }
    CallAnswerArgs {
        call: RecordId,
        #[serde(default)] #[ts(optional)] safety: Option<String>,
        #[serde(default)] #[ts(optional)] coming: Option<String>,
        #[serde(default)] #[ts(optional)] text: Option<String>,
    }
}

impl RoomArgs {
    /// The end of a room.
    pub fn newest(room: RecordId, limit: u32) -> Self {
        Self { room, limit, at: None, unread: false, from: None, back: 0 }
    }
}

fn yes() -> bool {
    true
}

fn fifty() -> u32 {
    50
}
