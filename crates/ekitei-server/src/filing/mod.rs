//! Out of the register into the shared folder, where people work with files.

pub mod names;
pub mod note_text;
pub mod place;
