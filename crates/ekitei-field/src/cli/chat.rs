//! The verbs of messaging.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum ChatVerb {
    /// The rooms of this phone's person; one's own is always first.
    Rooms {
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Open the one-to-one room with a person, or a group of several; prints the room.
    Open {
        /// Staff ids.
        #[arg(required = true)]
        people: Vec<String>,
        /// Of a group.
        #[arg(long)]
        name: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Send a message. It waits in the outbox until `sync`.
    Send {
        /// The room's id or name, the other person's staff id, or `self`.
        #[arg(long)]
        room: String,
        #[arg(long, default_value = "")]
        text: String,
        /// An image file; several are shown in this order.
        #[arg(long = "photo", value_name = "FILE")]
        photos: Vec<PathBuf>,
        #[arg(long = "file", value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Why it cannot wait for working hours, in a few words.
        #[arg(long, value_name = "REASON")]
        urgent: Option<String>,
        /// The message that this one answers.
        #[arg(long, value_name = "ID")]
        reply_to: Option<String>,
        /// A work stamp instead of words: ryokai, confirmed, arrived, working, can_go, in_30, cannot.
        #[arg(long)]
        stamp: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Mark everything in a room as read.
    Read {
        #[arg(long)]
        room: String,
        #[arg(long)]
        json: bool,
    },
    /// The newest messages of a room, in its order; own ones that wait come last.
    List {
        #[arg(long)]
        room: String,
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Take an own message back.
    Unsend {
        id: String,
        #[arg(long)]
        json: bool,
    },
    /// Find messages by any part of their text.
    Search {
        query: String,
        #[arg(long)]
        room: Option<String>,
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
}

impl ChatVerb {
    /// Whether a program reads the answer.
    pub fn as_json(&self) -> bool {
        match self {
            Self::Rooms { json }
            | Self::Open { json, .. }
            | Self::Send { json, .. }
            | Self::Read { json, .. }
            | Self::List { json, .. }
            | Self::Unsend { json, .. }
            | Self::Search { json, .. } => *json,
        }
    }
}
