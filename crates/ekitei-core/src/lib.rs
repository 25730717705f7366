//! The field app's use cases and the one typed call surface (the bridge) that every shell carries.
//!
//! Opens by itself from a directory: no Tauri, no JNI, no terminal. Decides; shells only translate.
//! May call the store, the engine, photo and seal; may not hold SQL, HTTP or text for people.

pub mod bridge;
