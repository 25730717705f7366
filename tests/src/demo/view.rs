//! What the stage page shows, as one value that is sent whole whenever it changed.

use serde::Serialize;
use std::collections::BTreeMap;
use tokio::sync::watch;

/// A text of the stage's catalogue with its parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Say {
    pub key: String,
    pub params: BTreeMap<String, String>,
}

impl Say {
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned(), params: BTreeMap::new() }
    }

    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    #[default]
    Preparing,
    /// The story waits for somebody to look.
    Waiting,
    Playing,
    /// Played; everything goes on working.
    Open,
    Failed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    #[default]
    Todo,
    Doing,
    Done,
    Failed,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StepView {
    /// `step.KEY` in the catalogue.
    pub key: String,
    pub state: StepState,
    /// How long it took.
    pub seconds: Option<f64>,
    /// What was seen.
    pub seen: Option<Say>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PhoneView {
    /// `a` | `b`
    pub id: String,
    pub staff: String,
    pub person: String,
    pub url: String,
    /// Where its screen should be now (`#/case/…`); the page leads the frame there when this changes.
    pub screen: String,
    /// Each start of the program counts; the page loads the frame anew.
    pub starts: u32,
    pub running: bool,
    pub locked: bool,
    /// `good` | `weak` | `cut`
    pub line: String,
    pub waiting_items: u64,
    pub waiting_bytes: u64,
    pub up_bytes: u64,
    pub down_bytes: u64,
    pub battery_percent: u8,
    pub charging: bool,
    pub hotspot: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Account {
    pub staff: String,
    pub name: String,
    /// `role.KEY` in the catalogue.
    pub role: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OfficeView {
    pub url: String,
    pub password: String,
    pub accounts: Vec<Account>,
    /// Where the shared folder lies.
    pub share: String,
    /// The case of the story, as the console's address.
    pub screen: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileView {
    pub path: String,
    pub bytes: u64,
    /// Came since the story began.
    pub new: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// `table.KEY` in the catalogue.
    pub label: String,
    pub items: Option<u64>,
    pub bytes: Option<u64>,
    pub seconds: Option<f64>,
    pub place: Say,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct View {
    pub phase: Phase,
    pub doing: Option<Say>,
    pub pin: String,
    pub phones: Vec<PhoneView>,
    pub office: Option<OfficeView>,
    pub steps: Vec<StepView>,
    pub files: Vec<FileView>,
    pub table: Vec<Row>,
    pub failure: Option<String>,
}

/// Shared by everything that moves; the page listens.
#[derive(Clone)]
pub struct Board(watch::Sender<View>);

impl Board {
    pub fn new() -> Self {
        Self(watch::channel(View { pin: super::PIN.to_owned(), ..View::default() }).0)
    }

    /// Listeners hear of it only when something is different.
    pub fn change(&self, change: impl FnOnce(&mut View)) {
        self.0.send_if_modified(|view| {
            let before = view.clone();
            change(view);
            before != *view
        });
    }

    pub fn phone(&self, id: &str, change: impl FnOnce(&mut PhoneView)) {
        self.change(|view| {
            if let Some(phone) = view.phones.iter_mut().find(|p| p.id == id) {
                change(phone);
            }
        });
    }

    pub fn read<T>(&self, look: impl FnOnce(&View) -> T) -> T {
        look(&self.0.borrow())
    }

    pub fn listen(&self) -> watch::Receiver<View> {
        self.0.subscribe()
    }

    /// Somebody has the page open.
    pub fn watched(&self) -> bool {
        self.0.receiver_count() > 0
    }
}
