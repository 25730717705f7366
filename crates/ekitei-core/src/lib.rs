//! The field app's use cases and the one typed call surface (the bridge) that every shell carries.
//!
//! Opens by itself from a directory: no Tauri, no JNI, no terminal. Decides; shells only translate.
//! May call the store, the engine, photo and seal; may not hold SQL, HTTP or text for people.
//!
//! - [`Core`] answers every call of [`bridge::Surface`]; `usecase/` has one file a use case.
//! - `change` makes operations, `reader` reads mirror plus overlay, `view` makes what screens show (pure).
//! - `worker` is the thread that delivers by itself; [`background`] delivers in a process without screens.

pub mod background;
pub mod bridge;
mod change;
mod clock;
mod core;
mod delivery;
pub mod facts;
mod idle;
mod inbox;
pub mod managed;
mod media;
mod open;
mod reader;
mod shared;
mod surface;
mod usecase;
mod view;
mod worker;

pub use crate::core::{Core, Options};
pub use bridge::Event;
pub use inbox::{Incoming, MAX_FILE_BYTES};
pub use media::{HandedOut, Media};
pub use usecase::ImportedNote;
