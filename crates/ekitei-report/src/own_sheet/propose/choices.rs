//! Choices: lists that Excel offers, boxes to tick, words to circle.

use super::words::{clean_label, is_box, is_choice, is_counter, is_ruling, offers, rules};
use super::{Choice, Desk, Mark, Question, QuestionKind, Target};
use crate::own_sheet::address::{Cell, Range};

/// Cells in which Excel offers a written-out list.
pub(super) fn lists(desk: &mut Desk<'_>) {
    for offered in &desk.grid.offered {
        for range in &offered.cells {
            let rows = range.from.row..=range.to.row.min(range.from.row + 300);
            for cell in rows.flat_map(|row| {
                (range.from.column..=range.to.column.min(range.from.column + 50))
                    .map(move |column| Cell::new(row, column))
            }) {
                if desk.grid.block(cell).from != cell || !desk.is_input(cell) {
                    continue;
                }
                let put = |value: &String| Choice {
                    label: value.clone(),
                    mark: Mark::Put { cell, text: value.clone() },
                };
                let options: Vec<Choice> = offered.values.iter().map(put).collect();
                choice(desk, Range::one(cell), options, false);
            }
        }
    }
}

/// Adds a choice with the label on its left (or above).
fn choice(desk: &mut Desk<'_>, block: Range, options: Vec<Choice>, many: bool) {
    let labels: Vec<String> = options.iter().map(|option| option.label.clone()).collect();
    let kind = if many {
        QuestionKind::SelectMany
    } else if rules(&labels) {
        QuestionKind::Ruling
    } else {
        QuestionKind::SelectOne
    };
    let (label, group) = label_for(desk, block);
    for option in &options {
        desk.used.insert(super::cell_of(&option.mark));
    }
    desk.used.insert(block.from);
    let key = desk.key(block.from);
    desk.push(Question {
        key,
        kind,
        label,
        group,
        unit: None,
        beside: None,
        target: Target::Choice { options },
    });
}

/// The label on the left of a block, numbers passed over; and the heading it stands under.
pub(super) fn label_for(desk: &Desk<'_>, block: Range) -> (String, Option<String>) {
    let mut at = block;
    let mut label: Option<(String, Range)> = None;
    let mut counter = None;
    let mut group = None;
    while let Some(left) = desk.left_of(at) {
        let range = desk.grid.block(left);
        if range.from.column >= at.from.column {
            break;
        }
        if let Some(text) = desk.grid.text(left) {
            let offer = offers(text);
            let text = clean_label(text);
            if !text.is_empty() && !offer {
                match &label {
                    None if is_counter(&text) => counter = Some(text),
                    None => label = Some((text, range)),
                    // A block on the far left that spans more rows heads what stands beside it.
                    Some((_, own)) if range.rows() > own.rows() && !is_counter(&text) => {
                        group = Some(text);
                        break;
                    }
                    Some(_) => {}
                }
            }
        }
        at = range;
    }
    let above = heading_above(desk, block.from);
    let name = match label {
        Some((text, _)) => text,
        None => match label_above(desk, block) {
            Some(text) => text,
            None => counter.unwrap_or_else(|| block.from.to_string()),
        },
    };
    (name, group.or(above))
}

fn label_above(desk: &Desk<'_>, block: Range) -> Option<String> {
    let above = Cell::new(block.from.row.checked_sub(1)?, block.from.column);
    let text = desk.grid.text(desk.grid.block(above).from)?;
    let label = clean_label(text);
    (!label.is_empty() && !offers(text)).then_some(label)
}

/// The nearest heading line above a cell.
pub(super) fn heading_above(desk: &Desk<'_>, cell: Cell) -> Option<String> {
    desk.headings.range(..cell).next_back().map(|(_, text)| text.clone())
}

/// Texts with boxes: `☐適　☐否`, `□ 書類あり`, or boxes alone under headed columns.
pub(super) fn boxes(desk: &mut Desk<'_>) {
    let cells: Vec<(Cell, String)> = texts(desk, |text| text.chars().any(is_box));
    let mut at = 0;
    while at < cells.len() {
        let (cell, text) = &cells[at];
        at += 1;
        if desk.used.contains(cell) {
            continue;
        }
        let block = desk.grid.block(*cell);
        let options = options_in(*cell, text);
        if options.len() >= 2 {
            let many = !exclusive(&options) && desk_says_many(desk, block);
            choice(desk, block, options, many);
            continue;
        }
        // Boxes in neighbouring cells of the row belong together.
        let mut row = vec![(block, options)];
        for (next, text) in &cells[at..] {
            let last = row.last().map_or(block, |(range, _)| *range);
            let range = desk.grid.block(*next);
            let beside = next.row == cell.row
                && range.from.column == last.to.column + 1
                && range.rows() == block.rows();
            let options = options_in(*next, text);
            if !beside || options.len() != 1 || desk.used.contains(next) {
                break;
            }
            row.push((range, options));
        }
        let headed: Vec<Choice> = row
            .iter()
            .filter_map(|(range, options)| {
                let option = options.first()?;
                let label = if option.label.is_empty() {
                    column_head(desk, range.from)?
                } else {
                    option.label.clone()
                };
                Some(Choice { label, mark: option.mark.clone() })
            })
            .collect();
        if row.len() >= 2 && headed.len() == row.len() {
            let many = !exclusive(&headed);
            let whole = Range { from: block.from, to: row.last().map_or(block.to, |(range, _)| range.to) };
            choice(desk, whole, headed, many);
        } else {
            acknowledge(desk, block, text);
        }
    }
}

/// Rulings exclude each other; other boxes may be ticked together.
fn exclusive(options: &[Choice]) -> bool {
    options.iter().all(|option| is_ruling(&option.label))
}

/// 「該当するもの」「複数可」 or plain things named: several may be ticked.
fn desk_says_many(desk: &Desk<'_>, block: Range) -> bool {
    let (label, _) = label_for(desk, block);
    !["区分", "種別", "いずれか", "判定", "性別", "天候"].iter().any(|word| label.contains(word))
}

fn acknowledge(desk: &mut Desk<'_>, block: Range, text: &str) {
    let Some(option) = options_in(block.from, text).into_iter().next() else { return };
    let (beside, group) = label_for(desk, block);
    // A box alone in a headed column of a ruling's row: 屋根: 至急.
    let head = column_head(desk, block.from)
        .filter(|head| option.label.is_empty() && !offers(head) && *head != beside);
    let beside = match head {
        Some(head) if beside.parse::<Cell>().is_err() => format!("{beside}: {head}"),
        Some(head) => head,
        None => beside,
    };
    let right = desk
        .right_of(block)
        .and_then(|cell| desk.grid.text(cell))
        .map(clean_label)
        .filter(|text| !text.is_empty());
    let label = if option.label.is_empty() {
        match (beside.parse::<Cell>().is_ok(), right) {
            (true, Some(right)) => right,
            _ => beside,
        }
    } else {
        option.label.clone()
    };
    desk.used.insert(block.from);
    let key = desk.key(block.from);
    let target = Target::Choice { options: vec![Choice { label: label.clone(), mark: option.mark }] };
    desk.push(Question {
        key,
        kind: QuestionKind::Acknowledge,
        label,
        group,
        unit: None,
        beside: None,
        target,
    });
}

/// Each box of a text with the words that follow it.
fn options_in(cell: Cell, text: &str) -> Vec<Choice> {
    let chars: Vec<char> = text.chars().collect();
    let at: Vec<usize> = (0..chars.len()).filter(|index| is_box(chars[*index])).collect();
    at.iter()
        .enumerate()
        .map(|(index, from)| {
            let to = at.get(index + 1).copied().unwrap_or(chars.len());
            let label: String = chars[from + 1..to].iter().collect();
            let label = clean_label(label.trim_matches(|c: char| {
                c.is_whitespace() || matches!(c, '・' | '/' | '／' | '、' | ',' | '，')
            }));
            Choice { label, mark: Mark::Box { cell, at: *from } }
        })
        .collect()
}

/// The text at the head of a column, looked for upwards through boxes.
pub(super) fn column_head(desk: &Desk<'_>, cell: Cell) -> Option<String> {
    let mut row = cell.row;
    for _ in 0..200 {
        row = row.checked_sub(1)?;
        let block = desk.grid.block(Cell::new(row, cell.column));
        row = block.from.row;
        match desk.grid.text(block.from) {
            Some(text) if offers(text) && !is_ruling(&clean_label(text)) => {}
            Some(text) => return Some(clean_label(text)).filter(|text| !text.is_empty()),
            None => {}
        }
    }
    None
}

/// `適・否`, `良／不良／該当なし`: words to circle.
pub(super) fn words(desk: &mut Desk<'_>) {
    for (cell, text) in texts(desk, |text| text.contains(['・', '/', '／', '･'])) {
        if desk.used.contains(&cell) {
            continue;
        }
        if let Some(options) = words_in(cell, &text) {
            choice(desk, desk.grid.block(cell), options, false);
        }
    }
}

fn words_in(cell: Cell, text: &str) -> Option<Vec<Choice>> {
    let chars: Vec<char> = text.chars().collect();
    let mut options = Vec::new();
    let mut from = 0;
    for at in 0..=chars.len() {
        if at < chars.len() && !matches!(chars[at], '・' | '/' | '／' | '･') {
            continue;
        }
        let part = &chars[from..at];
        let blank = part.iter().take_while(|c| c.is_whitespace() || matches!(c, '(' | '（')).count();
        let word: String = part
            .iter()
            .collect::<String>()
            .trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | '（' | ')' | '）'))
            .to_owned();
        if !is_choice(&word) {
            return None;
        }
        options.push(Choice {
            label: word.clone(),
            mark: Mark::Word { cell, at: from + blank, length: word.chars().count() },
        });
        from = at + 1;
    }
    (2..=6).contains(&options.len()).then_some(options)
}

/// Texts inside the sheet's area for which `wanted` holds, first cells of their blocks only.
pub(super) fn texts(desk: &Desk<'_>, wanted: impl Fn(&str) -> bool) -> Vec<(Cell, String)> {
    desk.grid
        .cells
        .iter()
        .filter(|(cell, known)| desk.area.contains(**cell) && !known.formula)
        .filter_map(|(cell, _)| Some((*cell, desk.grid.text(*cell)?)))
        .filter(|(cell, text)| wanted(text) && text.len() <= 4_000 && desk.grid.block(*cell).from == *cell)
        .map(|(cell, text)| (cell, text.to_owned()))
        .collect()
}
