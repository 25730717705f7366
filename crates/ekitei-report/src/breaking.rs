//! Japanese line breaking (禁則処理) by measured widths, after JIS X 4051: what may not begin a line is pushed to the
//! next line together with its neighbour (追い出し), full stops may hang (ぶら下げ), Latin words and numbers stay whole.

use std::ops::Range;

/// How lines are broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaking {
    /// 、。，． may stand beyond the right edge instead of moving to the next line.
    pub hang: bool,
}

/// May not begin a line (行頭禁則): closing brackets, punctuation, small kana, the long-vowel and iteration marks, units.
const NOT_FIRST: &str = "、。，．・：；？！‼⁇⁈⁉｡､･)]}）］｝〕〉》」』】〙〗〟’”»｣,.:;?!\
    ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｧｨｩｪｫｬｭｮｯ\
    ーｰ々〻ゝゞヽヾ゛゜ﾞﾟ‐゠–〜～％%‰℃°′″㎡㎥";
/// May not end a line (行末禁則): opening brackets and signs that belong to what follows.
const NOT_LAST: &str = "([{（［｛〔〈《「『【〘〖〝‘“«｢￥¥＄$№＃#〒@＠";
/// May hang beyond the right edge.
const HANGING: &str = "、。，．､｡";
/// Never separated from the same sign (分離禁止).
const PAIRED: &str = "…‥―";

/// Belongs to a Latin word or a number; such runs are only broken when they alone are wider than the line.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '\'' | '.' | ',' | ':' | '_' | '@' | '&' | '+' | '~' | '=' | '%' | '#' | '$')
        || matches!(c, '\u{c0}'..='\u{24f}')
        || matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '．' | '，')
}

fn is_space(c: char) -> bool {
    c == ' ' || c == '\u{3000}'
}

/// Whether a line may end after `left` and the next begin with `right`.
fn may_break(left: char, right: char) -> bool {
    if is_space(right) || right == '\u{a0}' || left == '\u{a0}' {
        return false; // a space stays with what precedes it and vanishes at the line's end
    }
    if is_space(left) {
        return !NOT_FIRST.contains(right);
    }
    if NOT_FIRST.contains(right) || NOT_LAST.contains(left) {
        return false;
    }
    if left == right && PAIRED.contains(left) {
        return false;
    }
    // After a hyphen or slash inside a Latin word a break is welcome; before one it is not.
    if matches!(right, '-' | '/' | '\\') {
        return false;
    }
    if matches!(left, '-' | '/' | '\\') {
        return !right.is_ascii_digit();
    }
    !(is_word(left) && is_word(right))
}

/// Breaks `text` into lines no wider than `width` (in the unit of `measure`) and gives their byte ranges, without the
/// spaces and newlines that a break swallows. `\n` always ends a line; an empty text is one empty line. A single
/// character wider than the line stands alone: nothing is ever dropped.
pub fn break_lines(
    text: &str,
    width: f32,
    how: Breaking,
    measure: impl Fn(char) -> f32,
) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut from = 0;
    for paragraph in text.split('\n') {
        break_paragraph(paragraph, from, width, how, &measure, &mut lines);
        from += paragraph.len() + 1;
    }
    lines
}

fn break_paragraph(
    text: &str,
    offset: usize,
    width: f32,
    how: Breaking,
    measure: &impl Fn(char) -> f32,
    lines: &mut Vec<Range<usize>>,
) {
    // Sums of f32 advances differ in the last bits from the width that was computed from them.
    let limit = width + width.abs() * 1e-4;
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let byte = |index: usize| chars.get(index).map_or(text.len(), |(at, _)| *at);
    let mut start = 0;
    while start < chars.len() {
        let mut used = 0.0;
        let mut end = start; // first character that no longer fits
        let mut good = None; // last place where a break is allowed
        while end < chars.len() {
            let c = chars[end].1;
            if end > start && may_break(chars[end - 1].1, c) {
                good = Some(end);
            }
            used += measure(c);
            let hangs = how.hang && HANGING.contains(c) && used - measure(c) <= limit;
            if used > limit && !is_space(c) && !hangs && end > start {
                break;
            }
            end += 1;
        }
        let cut = if end == chars.len() { end } else { good.unwrap_or(end) };
        let mut last = cut;
        while last > start && cut < chars.len() && is_space(chars[last - 1].1) {
            last -= 1;
        }
        lines.push(offset + byte(start)..offset + byte(last));
        start = cut;
    }
    if chars.is_empty() {
        lines.push(offset..offset);
    }
}

/// Text as it can be set: one kind of newline, no control characters, kana with a separate (han)dakuten composed,
/// invisible selectors and joiners dropped. Kanji stay exactly as written (髙 is not 高).
pub fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push('\n');
            }
            '\n' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' | '\u{85}' => out.push('\n'),
            '\t' => out.push(' '),
            '\u{3099}' | '\u{309a}' => match out.pop() {
                Some(base) => match unicode_normalization::char::compose(base, c) {
                    Some(one) => out.push(one),
                    None => out.extend([base, if c == '\u{3099}' { '゛' } else { '゜' }]),
                },
                None => out.push(if c == '\u{3099}' { '゛' } else { '゜' }),
            },
            c if is_invisible(c) || c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Selectors, joiners and direction marks: they show nothing of their own.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}
