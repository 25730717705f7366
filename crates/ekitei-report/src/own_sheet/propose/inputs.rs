//! Places to write: seal boxes that stay, frames for photos, days, empty cells beside labels.

use super::choices::{heading_above, texts};
use super::words::{
    clean_label, is_box, is_choice, is_counter, is_date_label, is_heading, is_long_label, is_number_label,
    is_photo_label, is_post, is_seal_label, is_unit, offers, unit_in,
};
use super::{DateStyle, Desk, Question, QuestionKind, Target};
use crate::own_sheet::address::{Cell, Range};

/// Boxes under 印, 決裁 or posts are for seals.
pub(super) fn keep_seals(desk: &mut Desk<'_>) {
    let mut kept = Vec::new();
    for (cell, text) in texts(desk, |text| is_seal_label(text) || is_post(text)) {
        let block = desk.grid.block(cell);
        if let Some(below) =
            desk.below(block).filter(|below| below.column == cell.column && desk.is_input(*below))
        {
            let area = desk.grid.block(below);
            let (wide, high) = desk.grid.size_px(area, desk.book);
            // A seal box is small and about square; 担当 with a wide cell beside it is a name to write.
            if wide <= 140.0 && high >= 24.0 && wide / high.max(1.0) < 3.5 {
                kept.push(Range { from: block.from, to: area.to });
            }
        } else if is_seal_label(&text)
            && let Some(right) = desk.right_of(block).filter(|right| desk.is_input(*right))
        {
            kept.push(desk.grid.block(right));
        } else if text.contains('㊞') {
            kept.push(block);
        }
    }
    desk.kept = kept;
}

/// Large empty frames with a word about photos in, over or beside them.
pub(super) fn frames(desk: &mut Desk<'_>) {
    for range in desk.grid.merges.clone() {
        if !desk.area.meets(range) || desk.used.contains(&range.from) {
            continue;
        }
        let (wide, high) = desk.grid.size_px(range, desk.book);
        if wide < 110.0 || high < 80.0 {
            continue;
        }
        let own = desk.grid.text(range.from).map(clean_label);
        // The word nearest in reading order decides: 特記事項 over a photo's heading is no photo.
        let label =
            own.or_else(|| left(desk, range)).or_else(|| above(desk, range)).or_else(|| below(desk, range));
        let Some(label) = label.filter(|label| is_photo_label(label)) else { continue };
        desk.used.insert(range.from);
        let (key, group) =
            (desk.key(range.from), heading_above(desk, range.from).filter(|heading| *heading != label));
        desk.push(Question {
            key,
            kind: QuestionKind::Photo,
            label,
            group,
            unit: None,
            beside: None,
            target: Target::Picture { area: range },
        });
    }
}

fn text_at(desk: &Desk<'_>, cell: Cell) -> Option<String> {
    let text = clean_label(desk.grid.text(desk.grid.block(cell).from)?);
    (!text.is_empty()).then_some(text)
}

fn above(desk: &Desk<'_>, range: Range) -> Option<String> {
    text_at(desk, Cell::new(range.from.row.checked_sub(1)?, range.from.column))
}

fn left(desk: &Desk<'_>, range: Range) -> Option<String> {
    text_at(desk, Cell::new(range.from.row, range.from.column.checked_sub(1)?))
}

fn below(desk: &Desk<'_>, range: Range) -> Option<String> {
    text_at(desk, Cell::new(range.to.row + 1, range.from.column))
}

/// Texts like `令和　　年　　月　　日`: the numbers go between.
pub(super) fn days(desk: &mut Desk<'_>) {
    for (cell, _) in texts(desk, is_blank_day) {
        if desk.used.contains(&cell) {
            continue;
        }
        let block = desk.grid.block(cell);
        let label = left(desk, block).filter(|text| !is_counter(text)).or_else(|| above(desk, block));
        let label = label.unwrap_or_else(|| crate::label::label("sheet.date"));
        desk.used.insert(cell);
        let (key, group) = (desk.key(cell), heading_above(desk, cell));
        let target = Target::Date { cell, style: DateStyle::Blanks };
        desk.push(Question { key, kind: QuestionKind::Date, label, group, unit: None, beside: None, target });
    }
}

/// 年, 月, 日 in this order with only blanks (and an era) between.
pub(crate) fn is_blank_day(text: &str) -> bool {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bare =
        ["令和", "平成", "昭和", "西暦"].iter().find_map(|era| bare.strip_prefix(era)).unwrap_or(&bare);
    bare == "年月日" && text.chars().any(char::is_whitespace)
}

/// An empty cell right of a label, or below it.
pub(super) fn labels(desk: &mut Desk<'_>) {
    for (cell, text) in texts(desk, |text| text.chars().count() <= 80) {
        let label = clean_label(&text);
        if desk.used.contains(&cell)
            || label.is_empty()
            || is_counter(&label)
            || is_unit(&label)
            || is_choice(&label)
            || offers(&text)
        {
            continue;
        }
        if is_seal_label(&label) || is_blank_day(&text) || label.starts_with(['※', '注']) {
            continue;
        }
        let block = desk.grid.block(cell);
        if desk.kept.iter().any(|kept| kept.meets(block)) || !desk.style(cell).bordered() {
            continue;
        }
        let right = desk.right_of(block).filter(|right| desk.is_input(*right));
        let below = desk.below(block).filter(|below| {
            // Under a label only the same width counts, or a wide box of its own.
            let area = desk.grid.block(*below);
            desk.is_input(*below)
                && area.from.column == block.from.column
                && area.to.column >= block.to.column
                && area.to.row > 0
        });
        let Some(input) = right.or(below) else { continue };
        add(desk, &label, block, input);
    }
}

fn add(desk: &mut Desk<'_>, label: &str, block: Range, input: Cell) {
    let area = desk.grid.block(input);
    let (_, high) = desk.grid.size_px(area, desk.book);
    let style = desk.style(input);
    let after = desk
        .right_of(area)
        .and_then(|cell| desk.grid.text(cell))
        .map(clean_label)
        .filter(|text| is_unit(text));
    let unit = after.or_else(|| unit_in(label));
    let (kind, target) = if style.date || is_date_label(label) {
        let style = if style.date { DateStyle::Serial } else { DateStyle::Wareki };
        (QuestionKind::Date, Target::Date { cell: input, style })
    } else if !style.text_format && (style.numeric || unit.is_some() || is_number_label(label)) {
        (QuestionKind::Number, Target::Number { cell: input })
    } else if high >= 44.0 && (is_long_label(label) || high >= 72.0 || style.wraps) {
        (QuestionKind::LongText, Target::Text { cell: input })
    } else {
        (QuestionKind::Text, Target::Text { cell: input })
    };
    let unit = unit.filter(|_| kind == QuestionKind::Number);
    let group = side_group(desk, block)
        .or_else(|| photo_above(desk, block))
        .or_else(|| heading_above(desk, block.from));
    desk.used.insert(input);
    let key = desk.key(input);
    desk.push(Question { key, kind, label: label.to_owned(), group, unit, beside: None, target });
}

/// The words under a photo belong to it.
fn photo_above(desk: &Desk<'_>, block: Range) -> Option<String> {
    let over = desk.grid.block(Cell::new(block.from.row.checked_sub(1)?, block.from.column));
    let photo = |question: &&Question| matches!(question.target, Target::Picture { area } if area == over);
    desk.found.iter().find(photo).map(|question| question.label.clone())
}

/// Empty cells in the row of a choice, under a headed column: 備考, 状態・必要な修繕. The label names the row.
pub(super) fn remarks(desk: &mut Desk<'_>) {
    let choices: Vec<(Range, String, Option<String>, String)> = desk
        .found
        .iter()
        .filter_map(|question| match &question.target {
            Target::Choice { options } if options.len() > 1 => {
                let last = super::cell_of(&options.last()?.mark);
                Some((
                    desk.grid.block(last),
                    question.label.clone(),
                    question.group.clone(),
                    question.key.clone(),
                ))
            }
            _ => None,
        })
        .collect();
    for (block, label, group, key) in choices {
        let mut at = block;
        for _ in 0..6 {
            let Some(right) = desk.right_of(at) else { break };
            at = desk.grid.block(right);
            if at.from.row != block.from.row || !desk.is_input(right) {
                if desk.used.contains(&right) {
                    continue; // a box of its own
                }
                break;
            }
            let Some(head) = super::choices::column_head(desk, right)
                .filter(|head| !offers(head) && head.chars().count() <= 20)
            else {
                break;
            };
            if desk.headings.values().any(|heading| *heading == head) {
                break;
            }
            let style = desk.style(right);
            let (kind, target) = if style.date || is_date_label(&head) {
                let style = if style.date { DateStyle::Serial } else { DateStyle::Wareki };
                (QuestionKind::Date, Target::Date { cell: right, style })
            } else {
                (QuestionKind::Text, Target::Text { cell: right })
            };
            desk.used.insert(right);
            let question = Question {
                key: desk.key(right),
                kind,
                label: format!("{label}: {head}"),
                group: group.clone(),
                unit: None,
                beside: Some(key.clone()),
                target,
            };
            desk.push(question);
        }
    }
}

/// A block on the left that spans more rows than the label heads it.
fn side_group(desk: &Desk<'_>, block: Range) -> Option<String> {
    let left = desk.left_of(block)?;
    let range = desk.grid.block(left);
    let text = desk.grid.text(left).map(clean_label)?;
    (range.rows() > block.rows() && !text.is_empty() && !is_counter(&text)).then_some(text)
}

/// Lines that head what follows: numbered or marked texts without a place to write beside them.
pub(super) fn headings(desk: &Desk<'_>) -> std::collections::BTreeMap<Cell, String> {
    texts(desk, is_heading)
        .into_iter()
        .filter(|(cell, text)| {
            let block = desk.grid.block(*cell);
            let boxed = text.chars().any(|c| is_box(c) && c != '■');
            !boxed && !desk.right_of(block).is_some_and(|right| desk.is_input(right) || answers(desk, right))
        })
        .map(|(cell, text)| (cell, clean_label(&text)))
        .collect()
}

/// The cell offers an answer itself: boxes or words to circle.
fn answers(desk: &Desk<'_>, cell: Cell) -> bool {
    desk.grid.text(cell).is_some_and(offers)
}
