//! An answer as a person reads it. Labels come from the form; the few words of rulings from `words.json`, the part of the
//! message catalogue that the engine needs (a test holds it equal), so that the WASM does not carry the whole of it.

use crate::compile::{Form, Node};
use crate::date;
use crate::def::{ItemType, Scale};
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// By language and key of the catalogue: `ja.form.ruling.good.ok`.
type Words = BTreeMap<String, String>;

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| serde_json::from_str(include_str!("words.json")).expect("checked by a test"))
}

/// A word in `language`, else Japanese; an unknown key comes back as itself.
fn word(language: &str, key: &str) -> String {
    let found = [language, "ja"].iter().find_map(|l| words().get(&format!("{l}.{key}")));
    found.map_or(key, String::as_str).to_owned()
}

/// 適, 否 or 該当なし; 良, 不良 or 該当なし. An unknown ruling stays as it is.
pub fn ruling(scale: Scale, value: &str, language: &str) -> String {
    let scale = match scale {
        Scale::Conform => "conform",
        Scale::Good => "good",
    };
    match value {
        "ok" | "fail" | "na" => word(language, &format!("form.ruling.{scale}.{value}")),
        other => other.to_owned(),
    }
}

pub(crate) fn shown(form: &Form, node: &Node, value: &Value, language: &str) -> String {
    let plain = value.text();
    if plain.is_empty() {
        return String::new();
    }
    match node.kind() {
        ItemType::Ruling => ruling(node.scale, &plain, language),
        kind if kind.is_choice() => {
            let Some(list) = node.list.map(|l| &form.lists[l as usize]) else { return plain.into_owned() };
            let label = |word: &str| {
                list.row_of(word).map_or(word.to_owned(), |r| list.label(r, language).to_owned())
            };
            match kind {
                ItemType::SelectOne => label(&plain),
                _ => plain.split(' ').map(label).collect::<Vec<_>>().join(if language == "en" {
                    ", "
                } else {
                    "、"
                }),
            }
        }
        ItemType::Date => match date::parse_iso(&plain) {
            Some(day) if language != "en" => day.wareki(),
            _ => plain.into_owned(),
        },
        ItemType::DateTime => {
            let day = plain.get(..10).and_then(date::parse_iso);
            match (day, plain.get(11..16)) {
                (Some(day), Some(clock)) if language != "en" => format!("{} {clock}", day.wareki()),
                (Some(day), Some(clock)) => format!("{day} {clock}"),
                _ => plain.into_owned(),
            }
        }
        ItemType::Acknowledge => word(language, "form.acknowledged"),
        kind if kind.is_attachment() => plain.split(' ').count().to_string(),
        ItemType::Integer | ItemType::Decimal => {
            let unit = node.item.unit.get(language);
            if unit.is_empty() { plain.into_owned() } else { format!("{plain} {unit}") }
        }
        _ => plain.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ekitei_model::text::{Language, text};

    #[test]
    fn the_words_are_the_catalogue_s() {
        for (key, word) in words() {
            let (code, key) = key.split_once('.').expect("a language first");
            let language = if code == "en" { Language::English } else { Language::Japanese };
            assert_eq!(*word, text(language, key, []), "{code} {key}");
            assert!(words().contains_key(&format!("ja.{key}")) && words().contains_key(&format!("en.{key}")));
        }
    }
}
