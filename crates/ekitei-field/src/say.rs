//! Output: sentences from the message catalogue for people, JSON for programs.

use ekitei_model::fault::Fault;
use ekitei_model::text::{self, Language};
use serde::Serialize;
use std::io::Write;

/// The language of LC_ALL, LC_MESSAGES or LANG; the first that is set decides.
pub fn language() -> Language {
    let chosen = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|v| !v.is_empty());
    match chosen {
        Some(tag) if tag.starts_with("ja") => Language::Japanese,
        _ => Language::English,
    }
}

/// One line on standard output. A reader that went away is no failure of the command.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// One sentence of the catalogue with its parameters.
pub fn sentence(key: &str, params: &[(&str, &str)]) -> String {
    text::text(language(), key, params.iter().copied())
}

pub fn say(key: &str, params: &[(&str, &str)]) {
    line(&sentence(key, params));
}

/// One JSON value on one line.
pub fn json(value: &impl Serialize) -> Result<(), Fault> {
    let text = serde_json::to_string(value).map_err(|e| Fault::ask("internal").with("detail", e))?;
    line(&text);
    Ok(())
}

/// The fault as a sentence on standard error; with `as_json` as `{"err": …}` on standard output, too.
pub fn fault(fault: &Fault, as_json: bool) {
    eprintln!("{}", text::fault_text(language(), fault));
    if as_json {
        let _ = json(&serde_json::json!({ "err": fault }));
    }
}
