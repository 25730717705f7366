//! The fixed words of papers: they come from the one message catalogue, in Japanese, as the papers are.

use ekitei_model::text::{Language, text};

pub(crate) fn label(key: &str) -> String {
    text(Language::Japanese, &format!("report.{key}"), [])
}

pub(crate) fn label_with<'a>(key: &str, params: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    text(Language::Japanese, &format!("report.{key}"), params)
}
