//! Folding and bigrams for search: what is written stays as written (髙, 﨑), only the index folds.

use unicode_normalization::UnicodeNormalization;

/// NFKC, lower case, katakana to hiragana, white space runs to one space, ends trimmed.
pub fn fold(text: &str) -> String {
    // Most texts need no tables: each character by itself decides what it becomes.
    if text.chars().all(|c| plain(c).is_some()) {
        return joined(text, text.chars().filter_map(plain));
    }
    joined(text, text.nfkc().flat_map(char::to_lowercase).nfkc())
}

/// What a character becomes that is its own normal form (or one plain character's wide form) whatever stands beside it;
/// `None`: ask the tables.
fn plain(c: char) -> Option<char> {
    match c {
        ' '..='~' => Some(c.to_ascii_lowercase()),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).map(|c| c.to_ascii_lowercase()),
        '、'..='〃'
        | '々'..='】'
        | 'ぁ'..='ゖ'
        | 'ァ'..='ー'
        | '\u{4e00}'..='\u{9fff}'
        | '\n'
        | '\u{3000}' => Some(c),
        _ => None,
    }
}

/// `folded` with white space put in order; `text` tells how much room it takes.
fn joined(text: &str, folded: impl Iterator<Item = char>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in folded {
        if c.is_whitespace() || c.is_control() {
            space = true;
            continue;
        }
        if space && !out.is_empty() {
            out.push(' ');
        }
        space = false;
        out.push(hiragana(c));
    }
    out
}

/// ァ–ヶ to ぁ–ゖ, ヽヾ to ゝゞ.
fn hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
        _ => c,
    }
}

/// One character as five letters: a plain tokenizer keeps it whole, and one character is a prefix of its bigrams.
fn push_letters(out: &mut String, c: char) {
    let n = c as u32;
    for shift in [16, 12, 8, 4, 0] {
        out.push(char::from(b'a' + ((n >> shift) & 0xf) as u8));
    }
}

/// The tokens of `text`, separated by spaces: a token for each character with its successor, and the last one alone.
pub fn index_tokens(text: &str) -> String {
    let folded = fold(text);
    let mut chars = folded.chars().peekable();
    let mut out = String::with_capacity(folded.len() * 4);
    while let Some(c) = chars.next() {
        push_letters(&mut out, c);
        if let Some(&next) = chars.peek() {
            push_letters(&mut out, next);
        }
        out.push(' ');
    }
    out
}

/// The FTS5 query that finds exactly the texts whose folded form contains the folded `query`. `None`: nothing to look for.
pub fn query_phrase(query: &str) -> Option<String> {
    let folded: Vec<char> = fold(query).chars().collect();
    match folded.as_slice() {
        [] => None,
        [only] => {
            let mut out = String::new();
            push_letters(&mut out, *only);
            out.push('*');
            Some(out)
        }
        many => {
            let mut out = String::from("\"");
            for pair in many.windows(2) {
                for &c in pair {
                    push_letters(&mut out, c);
                }
                out.push(' ');
            }
            out.pop();
            out.push('"');
            Some(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn width_case_and_kana_fold() {
        assert_eq!(fold("　ＡＢｃ　ｶﾞｲﾄﾞ\nカタカナ "), "abc がいど かたかな");
        assert_eq!(fold("髙﨑"), "髙﨑".nfkc().collect::<String>());
    }

    /// Every character that takes the short way, alone and after each kind of neighbour.
    #[test]
    fn every_plain_character_is_its_own_normal_form() {
        for c in ('\0'..=char::MAX).filter(|c| plain(*c).is_some()) {
            for s in [format!("x{c}"), format!("か{c}ハ"), format!("{c}{c}")] {
                let by_tables = joined(&s, s.nfkc().flat_map(char::to_lowercase).nfkc());
                assert_eq!(fold(&s), by_tables, "{c:?}");
            }
        }
    }

    #[test]
    fn a_query_has_the_shape_that_fts5_takes() {
        assert_eq!(query_phrase(" "), None);
        assert_eq!(query_phrase("a").as_deref(), Some("aaagb*"));
        assert_eq!(query_phrase("ab").as_deref(), Some("\"aaagbaaagc\""));
    }

    proptest! {
        /// The short way is only a short way.
        #[test]
        fn plain_characters_fold_as_the_tables_say(s in "[ -~ -】ぁ-ゖァ-ー一-\u{9fff}！-～\n]{0,40}") {
            let by_tables = joined(&s, s.nfkc().flat_map(char::to_lowercase).nfkc());
            prop_assert_eq!(fold(&s), by_tables);
        }

        #[test]
        fn folding_twice_is_folding_once(s in "\\PC{0,40}") {
            prop_assert_eq!(fold(&fold(&s)), fold(&s));
        }

        #[test]
        fn each_character_has_one_token(s in "[ぁ-んァ-ヶ一-龥a-zA-Z0-9 　]{0,60}") {
            prop_assert_eq!(index_tokens(&s).split(' ').filter(|t| !t.is_empty()).count(), fold(&s).chars().count());
        }
    }
}
