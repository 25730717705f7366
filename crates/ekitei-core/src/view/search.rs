use super::stamp_of;
use crate::bridge::views::SearchHit;
use ekitei_model::kinds::{self, note, photo, visit};
use ekitei_model::{Record, Scope, fold};

/// Characters shown before the match, and in all.
const BEFORE: usize = 12;
const LENGTH: usize = 80;

pub fn hit(record: &Record, query: &str, case_number: &str) -> SearchHit {
    let at_field = match record.kind.as_str() {
        kinds::NOTE => note::WRITTEN_AT,
        kinds::PHOTO => photo::TAKEN_AT,
        kinds::VISIT => visit::PLANNED_AT,
        _ => "",
    };
    let texts = kinds::searchable(&record.kind).iter().map(|f| record.text(f)).filter(|t| !t.is_empty());
    let wanted = fold::fold(query);
    let matched = texts
        .clone()
        .find(|t| fold::fold(t).contains(&wanted))
        .or_else(|| texts.clone().next())
        .unwrap_or("");
    let case = match record.kind.as_str() {
        kinds::CASE_HEADER => record.parent,
        _ => record.scope.case(),
    };
    SearchHit {
        id: record.id,
        kind: match record.kind.as_str() {
            kinds::CASE_HEADER => kinds::CASE.to_owned(),
            kind => kind.to_owned(),
        },
        case,
        room: match record.scope {
            Scope::Room(room) => Some(room),
            _ => None,
        },
        case_number: case_number.to_owned(),
        title: super::conflicts::title(record),
        excerpt: excerpt(matched, &wanted),
        at: stamp_of(record, at_field),
    }
}

/// The words around the first match, as they were written, on one line.
pub fn excerpt(text: &str, folded_query: &str) -> String {
    let chars: Vec<char> = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let start = if fold::fold(text).contains(folded_query) { first_match(&chars, folded_query) } else { 0 };
    let from = start.saturating_sub(BEFORE);
    let to = (from + LENGTH).min(chars.len());
    let mut out = String::new();
    if from > 0 {
        out.push('…');
    }
    out.extend(&chars[from..to]);
    if to < chars.len() {
        out.push('…');
    }
    out
}

/// Where the first match begins, about: folding may change lengths, so the shortest head that contains the query is
/// looked for (by halves: a longer head contains it, too); it ends with the first match.
fn first_match(chars: &[char], folded_query: &str) -> usize {
    let head = |n: usize| fold::fold(&chars[..n].iter().collect::<String>()).contains(folded_query);
    let (mut low, mut high) = (0, chars.len());
    while low < high {
        let mid = (low + high) / 2;
        if head(mid) { high = mid } else { low = mid + 1 }
    }
    low.saturating_sub(folded_query.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_excerpt_shows_the_first_match_as_written() {
        let long = format!("{}ボーリング調査の結果{}", "あ".repeat(200), "い".repeat(200));
        let shown = excerpt(&long, &fold::fold("ぼーりんぐ"));
        assert!(
            shown.starts_with('…') && shown.contains("ボーリング調査") && shown.ends_with('…'),
            "{shown}"
        );
        assert_eq!(excerpt("短い\n文", "文"), "短い 文");
        assert_eq!(excerpt("no match", "zzz"), "no match");
    }
}
