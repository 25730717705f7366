//! The command line. It is stable: other programs script it. Verbs and options are only added.

mod chat;
mod checklist;
mod happening;
mod inspection;

pub use chat::ChatVerb;
pub use checklist::{ChecklistVerb, LineVerb, SiteKind};
use clap::{Parser, Subcommand, ValueEnum};
pub use happening::{CalendarVerb, DirectoryVerb, HelpVerb};
pub use inspection::{InspectionVerb, PictureRole};
use std::net::SocketAddr;
use std::path::PathBuf;

const AFTER: &str = "\
Exit codes:
  0   done; for `sync`: nothing waits any more
  1   refused or failed; the reason is on standard error (with --json as {\"err\": …})
  2   `sync` ended and something still waits
  3   the home is locked: `unlock` first
  4   the home is not enrolled: `enrol` first
  64  the command line was not understood

The PIN is read from EKITEI_PIN, or asked for on a terminal. Human output is Japanese when LC_ALL, LC_MESSAGES or
LANG begins with `ja`, English otherwise.

While a home is unlocked, the key of its vault lies in HOME/unlocked.key, wrapped by the device key store, so that
each command can open the vault. `lock` removes it. On a phone the key stays in memory only.";

/// The field app without a phone: its core as commands, and as a loopback host for its screens.
#[derive(Debug, Parser)]
#[command(name = "ekitei-field", version, after_help = AFTER, arg_required_else_help = true, disable_help_subcommand = true)]
pub struct Cli {
    /// The folder of this installation: databases, sealed files, key store.
    #[arg(long, value_name = "DIR", env = "EKITEI_HOME")]
    pub home: PathBuf,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Join an office with a one-time code, set the PIN, fetch directory and case headers.
    Enrol {
        /// `https://…`, or `http://127.0.0.1:PORT` in development.
        #[arg(long, value_name = "URL")]
        server: String,
        #[arg(long)]
        code: String,
        /// PEM file of the office's own certificate authority.
        #[arg(long, value_name = "FILE")]
        ca: Option<PathBuf>,
        /// What the office sees in its list of phones.
        #[arg(long)]
        model: Option<String>,
    },
    /// Join the same office again with a new code after it was restored and has forgotten this phone. Needs an unlocked
    /// home; everything unsent stays and is delivered under the same id.
    EnrolAgain {
        #[arg(long)]
        code: String,
        /// Where the office is now; absent: where it was.
        #[arg(long, value_name = "URL")]
        server: Option<String>,
        /// With --server: PEM file of the office's own certificate authority.
        #[arg(long, value_name = "FILE", requires = "server")]
        ca: Option<PathBuf>,
        /// What the office sees in its list of phones.
        #[arg(long)]
        model: Option<String>,
    },
    /// Write notes.
    #[command(subcommand)]
    Note(NoteVerb),
    /// Take photographs.
    #[command(subcommand)]
    Photo(PhotoVerb),
    /// Choose cases.
    #[command(subcommand)]
    Case(CaseVerb),
    /// Fill in a published form.
    #[command(subcommand)]
    Inspection(InspectionVerb),
    /// People of the prefecture.
    #[command(subcommand)]
    Directory(DirectoryVerb),
    /// What to do when a phone is lost, stolen or damaged, or the carrier is down.
    #[command(subcommand)]
    Help(HelpVerb),
    /// Appointments from the groupware's calendar.
    #[command(subcommand)]
    Calendar(CalendarVerb),
    /// Go through a checklist.
    #[command(subcommand)]
    Checklist(ChecklistVerb),
    /// Measure the line to the office.
    #[command(subcommand)]
    Line(LineVerb),
    /// Rooms and messages.
    #[command(subcommand)]
    Chat(ChatVerb),
    /// Show what is on this phone.
    List {
        what: Listed,
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Find notes, captions, visits and cases.
    Search {
        query: String,
        #[arg(long, default_value_t = 50)]
        limit: u32,
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Close the vault. What waits is still delivered by `sync`.
    Lock,
    /// Open the vault with the PIN.
    Unlock,
    /// Deliver and fetch now. Works locked: then it delivers, and keeps what it fetches sealed.
    Sync {
        /// Go on trying for so many seconds, also when the line fails. Without it: end when the line fails.
        #[arg(long, value_name = "N")]
        deadline_s: Option<u32>,
        #[arg(long)]
        json: bool,
    },
    /// What waits, the line, who is enrolled.
    Status {
        #[arg(long)]
        json: bool,
    },
    /// The phone's screens in a browser of this machine, over the same core.
    Serve {
        /// A loopback address; port 0 takes a free one.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// The built screens; default: `ui` beside this program, or ui/phone/dist of the source tree.
        #[arg(long, value_name = "DIR")]
        ui: Option<PathBuf>,
        /// Photographs that the browser phone offers instead of a camera.
        #[arg(long, value_name = "DIR")]
        ready_shots: Option<PathBuf>,
        /// The one loopback origin whose pages may show the screens in a frame (for the demo).
        #[arg(long, value_name = "ORIGIN")]
        frame_origin: Option<String>,
    },
}

impl Verb {
    /// Whether a program reads the answer.
    pub fn as_json(&self) -> bool {
        match self {
            Self::Note(NoteVerb::Add { json, .. } | NoteVerb::Import { json, .. })
            | Self::Photo(PhotoVerb::Add { json, .. })
            | Self::Case(CaseVerb::Follow { json, .. })
            | Self::List { json, .. }
            | Self::Search { json, .. }
            | Self::Sync { json, .. }
            | Self::Status { json } => *json,
            Self::Inspection(verb) => verb.as_json(),
            Self::Checklist(verb) => verb.as_json(),
            Self::Line(verb) => verb.as_json(),
            Self::Chat(verb) => verb.as_json(),
            Self::Directory(verb) => verb.as_json(),
            Self::Help(verb) => verb.as_json(),
            Self::Calendar(verb) => verb.as_json(),
            _ => false,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum NoteVerb {
    /// Write one finished note.
    Add {
        /// The case's number.
        #[arg(long, value_name = "NUMBER")]
        case: String,
        #[arg(long)]
        text: String,
        #[arg(long)]
        title: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Take notes from a file of one JSON object a line: case, text, created_at; optional title, and finished
    /// (true: it will be filed). Lines that cannot be taken are reported and change nothing.
    Import {
        file: PathBuf,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum PhotoVerb {
    /// Take image files (JPEG, PNG, WebP) as photographs. The files themselves stay where they are.
    Add {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The case's number.
        #[arg(long, value_name = "NUMBER")]
        case: Option<String>,
        #[arg(long, default_value = "")]
        caption: String,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum CaseVerb {
    /// Keep the case's records on this phone.
    Follow {
        number: String,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    Cases,
    Visits,
    Notes,
    Photos,
    Inspections,
    Queue,
    Conflicts,
}
