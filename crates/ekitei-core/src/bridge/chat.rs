//! Messaging: what screens pass in and what they show.

use super::views::{PhotoView, Progress};
use ekitei_model::chat::room::Type;
use ekitei_model::{Fault, RecordId, Stamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use super::chat_args::*;

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize, TS)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty),* })*
    };
}

/// How far an own message has come; a message of another is `sent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// Not at the office yet, or there without the room that it is for.
    Waiting,
    /// At the office, which delivers it when the receivers work again.
    Held,
    Sent,
    /// A person must look: `fault` says why.
    Failed,
}

views! {
    /// A room of the list. 自分宛 is always there, the others as soon as they have come.
    RoomRow {
        id: RecordId,
        #[serde(rename = "type")] kind: Type,
        /// Of a one-to-one room the other's name; empty: 自分宛.
        name: String,
        colour: String,
        /// People by name; members by section are not counted.
        members: u32,
        #[ts(type = "number")] unread: u64,
        /// Of these, the ones that call on oneself.
        #[ts(type = "number")] mentions: u64,
        /// Put on top of the list on this phone.
        pinned: bool,
        /// What is being typed; empty: nothing.
        draft: String,
        /// Own messages and calls that nobody else can have yet.
        #[ts(type = "number")] waiting: u64,
        #[ts(type = "number")] failed: u64,
        /// Why the office did not make it: nothing of it leaves this phone.
        fault: Option<Fault>,
        last: Option<LastLine>,
    }
    LastLine {
        /// Empty: it has no words (pictures, a stamp), or was taken back.
        text: String,
        by: String,
        by_name: String,
        own: bool,
        at: Stamp,
        photos: u32,
        files: u32,
        stamp: Option<String>,
        unsent: bool,
    }
    ChatBadge {
        #[ts(type = "number")] unread: u64,
        #[ts(type = "number")] mentions: u64,
        #[ts(type = "number")] failed: u64,
    }
    RoomView {
        room: RoomRow,
        /// In the room's order; own waiting ones at the end.
        messages: Vec<MessageView>,
        /// There are older ones: ask from the first with `back`, or for more of the newest.
        older: bool,
        /// There are newer ones: what is shown is a part in the middle. Own waiting ones stand at the end alone.
        newer: bool,
        /// Up to where oneself has read.
        #[ts(type = "number")] read: u64,
        /// Place of the first unread message, shown or not.
        #[ts(type = "number | null")] unread_from: Option<u64>,
        /// Of the newest message that has a place in the room: what `chat_read` is told.
        #[ts(type = "number")] newest: u64,
        /// 「ここから未読」, where that message is among those shown.
        first_unread: Option<RecordId>,
        pins: Vec<QuoteView>,
        draft: Option<ChatDraft>,
        /// 安否・参集, newest first.
        calls: Vec<CallView>,
        /// Oneself looks after the room.
        admin: bool,
        /// Outside working hours: what is not urgent may be delivered in the morning only.
        quiet: bool,
    }
    MessageView {
        id: RecordId,
        room: RecordId,
        /// Its place in the room; 0: none yet.
        #[ts(type = "number")] born: u64,
        by: String,
        by_name: String,
        own: bool,
        /// When it came to the office; until then, when it was written.
        at: Stamp,
        written_at: Stamp,
        text: String,
        state: MessageState,
        held_until: Option<Stamp>,
        /// Another of one's devices wrote it and the office holds it: here it can be read and taken back alone.
        elsewhere: bool,
        fault: Option<Fault>,
        /// Taken back: nothing of it is left.
        unsent: bool,
        edited: bool,
        /// 緊急: why.
        urgent: Option<String>,
        stamp: Option<String>,
        reply: Option<QuoteView>,
        mentions: Vec<MentionView>,
        /// Calls on oneself.
        mentioned: bool,
        photos: Vec<PhotoView>,
        files: Vec<FileView>,
        /// Pictures and files that have not come yet.
        missing: u32,
        reactions: Vec<ReactionView>,
        pinned: bool,
        link: Option<LinkView>,
        forward: Option<ForwardView>,
        question: Option<QuestionView>,
        /// It is the answer that the asker chose.
        chosen: bool,
        /// How many others have read it; absent: nobody counts it.
        reads: Option<u32>,
    }
    /// A message in a word or two: what it says, or else what it carries.
    QuoteView {
        id: RecordId,
        by_name: String,
        text: String,
        stamp: Option<String>,
        photos: u32,
        files: u32,
        /// Of its first file, where that has come.
        file_name: Option<String>,
        unsent: bool,
        question: bool,
        /// One's own words.
        own: bool,
    }
    MentionView { staff: String, name: String }
    FileView {
        id: RecordId,
        name: String,
        #[ts(type = "number")] bytes: u64,
        media_type: String,
        progress: Progress,
        on_phone: bool,
    }
    ReactionView { mark: String, own: bool, names: Vec<String> }
    LinkView { kind: String, id: RecordId, label: String, case: Option<RecordId> }
    ForwardView { by_name: String, at: Option<Stamp>, room_name: String }
    /// 教えて, about a case.
    QuestionView {
        case: RecordId,
        case_number: String,
        /// The message that answered it.
        answer: Option<RecordId>,
    }
    MemberView { staff: String, name: String, section: String, admin: bool, by_section: bool }
    MembersView {
        room: RoomRow,
        members: Vec<MemberView>,
        admin: bool,
        /// Those who join later read what was before, too.
        history: bool,
        /// Full paths of those whose people are in it.
        sections: Vec<String>,
        /// Oneself may say which those are.
        chooses_sections: bool,
    }
    SectionsView {
        /// Oneself may make a room of several sections.
        may_make: bool,
        /// Full paths, of everybody in the directory.
        sections: Vec<String>,
    }
    /// Who has read a message, and who has not.
    ReadersView {
        read: Vec<MemberView>,
        /// Empty where it is not known.
        unread: Vec<MemberView>,
        /// Both lists are whole. In a large room they are not.
        complete: bool,
        /// In a large room how many have read one of its newest messages; of an older one nobody counts that.
        count: Option<u32>,
    }
    CallView {
        id: RecordId,
        room: RecordId,
        text: String,
        at: Stamp,
        by_name: String,
        sections: Vec<String>,
        /// `safety`, `coming`
        asks: Vec<String>,
        own: bool,
        /// Of the call; never `held`.
        state: MessageState,
        fault: Option<Fault>,
        /// Oneself is asked.
        asked: bool,
        closed: bool,
        safety: Option<String>,
        coming: Option<String>,
        comment: String,
        /// Of one's own answer.
        progress: Option<Progress>,
        /// Why that was refused.
        answer_fault: Option<Fault>,
    }
    ChatHit {
        id: RecordId,
        room: RecordId,
        room_name: String,
        by: String,
        by_name: String,
        /// Around the first match.
        excerpt: String,
        at: Stamp,
        photos: u32,
    }
}

/// What is being typed in a room. It carries the id that the message will have: sent twice, it is one message.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChatDraft {
    pub message: RecordId,
    pub text: String,
    pub reply_to: Option<RecordId>,
    /// What it answers.
    pub reply: Option<QuoteView>,
    pub named: Vec<ChatNamed>,
    pub urgent: Option<String>,
    /// As far as they are still on this phone.
    pub attached: Vec<ChatAttached>,
    /// As the person knows them: what was attached and is not on this phone any more.
    pub lost: Vec<String>,
    pub link: Option<ChatLink>,
}
