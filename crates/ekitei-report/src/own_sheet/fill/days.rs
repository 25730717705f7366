//! Days between the printed words of `令和　　年　　月　　日`.

use crate::dates::Day;

/// `blank` with era year, month and day in its gaps; an era that does not fit is replaced. Full-width blanks keep the
/// words about where they were.
pub(super) fn between(blank: &str, day: Day) -> Option<String> {
    let (_, name, year) = day.era().unwrap_or((' ', "", day.year));
    let mut rest = blank.trim_end();
    let lead = &rest[..rest.len() - rest.trim_start().len()];
    rest = rest.trim_start();
    let western = rest.starts_with("西暦") || rest.starts_with('年');
    for era in ["令和", "平成", "昭和", "西暦"] {
        rest = rest.strip_prefix(era).unwrap_or(rest);
    }
    let mut out = lead.to_owned();
    let year = if western && blank.contains("西暦") {
        out.push_str("西暦");
        day.year.to_string()
    } else if western && name.is_empty() {
        day.year.to_string()
    } else {
        out.push_str(name);
        if year == 1 && !name.is_empty() { "元".to_owned() } else { year.to_string() }
    };
    for (value, word) in [(year, '年'), (day.month.to_string(), '月'), (day.day.to_string(), '日')] {
        let at = rest.find(word)?;
        let gap = rest[..at].chars().count();
        if !rest[..at].chars().all(char::is_whitespace) {
            return None;
        }
        let digits = value.chars().count();
        // Half of what the gap leaves goes before, half after the number.
        let free = gap.saturating_sub(digits.div_ceil(2));
        out.extend(std::iter::repeat_n('\u{3000}', (free / 2).min(1)));
        out.push_str(&value);
        out.extend(std::iter::repeat_n(
            '\u{3000}',
            (free.saturating_sub(free / 2)).min(1) * usize::from(free > 1),
        ));
        out.push(word);
        rest = &rest[at + word.len_utf8()..];
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_between_the_words() {
        let day = Day::parse("2026-11-21").unwrap();
        let bare = |text: &str| between(text, day).unwrap().replace('\u{3000}', "");
        assert_eq!(bare("令和　　年　　月　　日"), "令和8年11月21日");
        assert_eq!(bare("　年　月　日"), "令和8年11月21日");
        assert_eq!(bare("平成　　年　　月　　日"), "令和8年11月21日");
        assert_eq!(bare("西暦　　年　　月　　日"), "西暦2026年11月21日");
        assert_eq!(bare("令和 年 月 日（　）"), "令和8年11月21日（）");
        assert_eq!(between("年度", day), None);
        assert_eq!(between("令和8年　月　日", day), None);
    }
}
