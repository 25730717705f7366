//! What the terminal says, from the stage's own catalogue; Japanese where the terminal is, else English.

use super::view::Say;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

pub const TEXTS: &str = include_str!("../stage/texts.json");
/// Nobody should wonder for longer whether it still works.
const SILENCE: Duration = Duration::from_secs(8);

type Catalogue = BTreeMap<String, BTreeMap<String, String>>;

fn catalogue() -> &'static Catalogue {
    static TEXT: OnceLock<Catalogue> = OnceLock::new();
    TEXT.get_or_init(|| serde_json::from_str(TEXTS).expect("the catalogue is checked by a test"))
}

fn language() -> &'static str {
    let set = |name| std::env::var(name).ok().filter(|v: &String| !v.is_empty());
    let lang =
        set("EKITEI_LANG").or_else(|| set("LC_ALL")).or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG"));
    if lang.is_some_and(|l| l.starts_with("ja")) { "ja" } else { "en" }
}

/// The sentence; an unknown key comes back as itself.
pub fn sentence(say: &Say) -> String {
    let text =
        catalogue().get(language()).and_then(|t| t.get(&say.key)).cloned().unwrap_or_else(|| say.key.clone());
    say.params.iter().fold(text, |t, (name, value)| t.replace(&format!("{{{name}}}"), value))
}

pub fn word(key: &str) -> String {
    sentence(&Say::new(key))
}

/// Standard output that is never silent for long while something is under way.
pub struct Terminal {
    begun: Instant,
    said: Mutex<(Instant, Option<String>)>,
}

impl Terminal {
    pub fn new() -> Self {
        let now = Instant::now();
        Self { begun: now, said: Mutex::new((now, None)) }
    }

    /// What is done now; repeated until something else is.
    pub fn doing(&self, say: &Say) {
        let text = sentence(say);
        self.line(&format!("{:>6.1} s  {text}", self.begun.elapsed().as_secs_f64()));
        self.said.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(text);
    }

    /// The same without a line of its own: heard only when it takes long.
    pub fn still(&self, say: &Say) {
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = (Instant::now(), Some(sentence(say)));
    }

    /// How far it has come; heard with the next repetition.
    pub fn progress(&self, say: &Say) {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(sentence(say));
    }

    pub fn idle(&self) {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).1 = None;
    }

    pub fn line(&self, text: &str) {
        use std::io::Write as _;
        // A closed terminal is no reason to stop.
        let _ = writeln!(std::io::stdout(), "{text}");
        self.said.lock().unwrap_or_else(PoisonError::into_inner).0 = Instant::now();
    }

    /// Repeats what is under way when it takes long.
    pub async fn reassure(&self) {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let (at, doing) = self.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(doing) = doing.filter(|_| at.elapsed() >= SILENCE) {
                self.line(&format!("{:>6.1} s  … {doing}", self.begun.elapsed().as_secs_f64()));
            }
        }
    }
}

/// Columns in a terminal: wide characters take two.
pub fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| if (c as u32) < 0x1100 || (0x2000..0x2e80).contains(&(c as u32)) { 1 } else { 2 })
        .sum()
}

pub fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_languages_say_the_same_things() {
        let texts = catalogue();
        assert_eq!(texts["ja"].keys().collect::<Vec<_>>(), texts["en"].keys().collect::<Vec<_>>());
        let params = |t: &str| {
            let mut p: Vec<String> =
                t.split('{').skip(1).filter_map(|s| s.split_once('}').map(|(n, _)| n.to_owned())).collect();
            p.sort();
            p
        };
        for (key, ja) in &texts["ja"] {
            assert_eq!(params(ja), params(&texts["en"][key]), "{key}");
        }
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!((columns("駅逓"), columns("ab"), columns("…")), (4, 2, 1));
    }
}
