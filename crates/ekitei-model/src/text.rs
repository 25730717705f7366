//! The one message catalogue (assets/messages), for command lines and for names the server writes.

use crate::fault::Fault;
use std::collections::BTreeMap;
use std::sync::OnceLock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Japanese,
    English,
}

type Catalogue = BTreeMap<String, String>;

fn catalogue(language: Language) -> &'static Catalogue {
    static JA: OnceLock<Catalogue> = OnceLock::new();
    static EN: OnceLock<Catalogue> = OnceLock::new();
    let (cell, source) = match language {
        Language::Japanese => (&JA, include_str!("../../../assets/messages/ja.json")),
        Language::English => (&EN, include_str!("../../../assets/messages/en.json")),
    };
    cell.get_or_init(|| serde_json::from_str(source).expect("the catalogue is checked by a test"))
}

/// The text of `key` with `{param}` filled in. An unknown key comes back as itself, so nothing is ever silent.
pub fn text<'a>(
    language: Language,
    key: &str,
    params: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let Some(pattern) = catalogue(language).get(key) else { return key.to_owned() };
    params.into_iter().fold(pattern.clone(), |t, (name, value)| t.replace(&format!("{{{name}}}"), value))
}

/// The sentence for a person: what happened and what to do.
pub fn fault_text(language: Language, fault: &Fault) -> String {
    let key = format!("error.{}", fault.code);
    text(language, &key, fault.params.iter().map(|(k, v)| (k.as_str(), v.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params_of(text: &str) -> Vec<&str> {
        let mut p: Vec<&str> =
            text.split('{').skip(1).filter_map(|s| s.split_once('}').map(|(name, _)| name)).collect();
        p.sort_unstable();
        p
    }

    #[test]
    fn both_languages_have_the_same_keys_and_parameters() {
        let (ja, en) = (catalogue(Language::Japanese), catalogue(Language::English));
        assert_eq!(ja.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
        for (key, t) in ja {
            assert_eq!(params_of(t), params_of(&en[key]), "{key}");
        }
    }
}
