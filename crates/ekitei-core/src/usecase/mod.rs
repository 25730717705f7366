//! One file a use case. Each is a handful of functions over [`crate::open::Open`] (unlocked) or [`crate::shared::Shared`]
//! (works locked); [`crate::surface`] routes the bridge's calls here.

pub mod calendar;
pub mod captures;
pub mod cases;
pub mod chat;
pub mod checklists;
pub mod codes;
pub mod conflicts;
pub mod directory;
pub mod drafts;
pub mod enrol;
pub mod forget;
pub mod help;
pub mod inspections;
pub mod line_check;
pub mod lock;
pub mod notes;
pub mod phones;
pub mod photo_layer;
pub mod photo_place;
pub mod photos;
pub mod queue;
pub mod search;
pub mod settings;
pub mod status;
pub mod sync;
pub mod today;
pub mod visits;
pub mod wipe;

pub use notes::ImportedNote;
