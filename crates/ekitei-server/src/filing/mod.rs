//! Out of the register into the shared folder, where people work with files.

pub mod note_text;
pub mod place;
