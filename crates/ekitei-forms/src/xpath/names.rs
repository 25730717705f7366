//! Which characters a name may hold: XML's rule without the colon, so that a form can leave as XForms.

pub fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | 'a'..='z' | '_'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
        && !is_wide_sign(c)
}

pub fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// CJK punctuation and full-width signs that XML allows in names, but that nobody means as one.
fn is_wide_sign(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{3030}' | '\u{FF01}'..='\u{FF0F}'
        | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF3E}' | '\u{FF40}' | '\u{FF5B}'..='\u{FF65}'
        | '\u{FFE0}'..='\u{FFFD}')
}

/// The first character that may not stand in a name, or `None` for a good name. An empty text yields a space.
pub fn first_bad_char(name: &str) -> Option<char> {
    let mut chars = name.chars();
    match chars.next() {
        None => Some(' '),
        Some(c) if !is_name_start(c) => Some(c),
        Some(_) => chars.find(|&c| !is_name_char(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_names_pass_and_signs_do_not() {
        for good in ["q1", "採取量", "_x.y-z", "ｶﾞ", "Q１２"] {
            assert_eq!(first_bad_char(good), None, "{good}");
        }
        for (bad, sign) in [
            ("①番", '①'),
            ("", ' '),
            ("1a", '1'),
            ("a b", ' '),
            ("a:b", ':'),
            ("数（計）", '（'),
            ("a、b", '、'),
        ] {
            assert_eq!(first_bad_char(bad), Some(sign), "{bad}");
        }
    }
}
