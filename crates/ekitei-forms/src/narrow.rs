//! Wide and half-width letters made one, for what people type into numbers and dates and for searching in lists. A small
//! part of NFKC: the full tables would be a quarter of the engine in a browser. Stored texts are never touched.

/// Half-width katakana from ｡ (U+FF61) to ﾝ (U+FF9D).
const KATAKANA: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

/// The two-letter era behind a square one (㍻, ㋿).
fn square_era(c: char) -> Option<&'static str> {
    Some(match c {
        '㋿' => "令和",
        '㍻' => "平成",
        '㍼' => "昭和",
        '㍽' => "大正",
        '㍾' => "明治",
        _ => return None,
    })
}

/// With a following ﾞ or ﾟ. The voiced letter stands one, the half-voiced two places behind the plain one.
fn voiced(c: char, mark: char) -> Option<char> {
    let plain = matches!(
        c,
        'カ' | 'キ'
            | 'ク'
            | 'ケ'
            | 'コ'
            | 'サ'
            | 'シ'
            | 'ス'
            | 'セ'
            | 'ソ'
            | 'タ'
            | 'チ'
            | 'ツ'
            | 'テ'
            | 'ト'
    );
    let h = matches!(c, 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ');
    match mark {
        'ﾞ' if c == 'ウ' => Some('ヴ'),
        'ﾞ' if plain || h => char::from_u32(c as u32 + 1),
        'ﾟ' if h => char::from_u32(c as u32 + 2),
        _ => None,
    }
}

/// Full-width ASCII to ASCII, half-width katakana to katakana, the wide space to a space, square eras to letters.
pub fn narrow(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{FF01}'..='\u{FF5E}' => out.extend(char::from_u32(c as u32 - 0xFEE0)),
            '\u{3000}' | '\u{A0}' => out.push(' '),
            '\u{FF61}'..='\u{FF9D}' => {
                let plain = KATAKANA.chars().nth((c as u32 - 0xFF61) as usize).unwrap_or(c);
                match chars.peek().and_then(|mark| voiced(plain, *mark)) {
                    Some(letter) => {
                        chars.next();
                        out.push(letter);
                    }
                    None => out.push(plain),
                }
            }
            'ﾞ' => out.push('゛'),
            'ﾟ' => out.push('゜'),
            c => match square_era(c) {
                Some(era) => out.push_str(era),
                None => out.push(c),
            },
        }
    }
    out
}

/// For comparing only: narrow, lower case, katakana as hiragana, runs of white space as one space, ends trimmed.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in narrow(text).chars().flat_map(char::to_lowercase) {
        if c.is_whitespace() || c.is_control() {
            space = true;
            continue;
        }
        if space && !out.is_empty() {
            out.push(' ');
        }
        space = false;
        out.push(match c {
            'ァ'..='ヶ' | 'ヽ' | 'ヾ' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
            other => other,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_whole_table_is_there() {
        assert_eq!(KATAKANA.chars().count(), 0xFF9D - 0xFF61 + 1);
        assert_eq!(narrow("Ｒ４．３．５　ﾊﾟﾋﾞﾌﾟｳﾞｶﾞｷ ㋿㍻"), "R4.3.5 パビプヴガキ 令和平成");
    }

    proptest! {
        /// What Japanese keyboards yield folds as in the search of the whole program.
        #[test]
        fn it_is_the_model_s_folding(text in "[a-zA-Z0-9 -~ａ-ｚＡ-Ｚ０-９！-～　ぁ-んァ-ヶｦ-ﾝ一-龥]{0,30}") {
            prop_assert_eq!(fold(&text), ekitei_model::fold::fold(&text));
        }
    }
}
