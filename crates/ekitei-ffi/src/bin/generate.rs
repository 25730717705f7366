//! Writes the Kotlin that the phone compiles, from the built library: `generate-bindings LIBRARY`. What changes in the
//! surface of this crate changes that file; a test says when it was forgotten.

#[path = "../generate.rs"]
mod generate;

use std::process::ExitCode;
use uniffi_bindgen::bindings::TargetLanguage;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const KOTLIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../android/src/main/java");

fn main() -> ExitCode {
    let library = std::env::args().nth(1).unwrap_or_default();
    match generate::generate(ROOT, TargetLanguage::Kotlin, &library, KOTLIN) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
