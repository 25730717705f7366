//! Headed grids of empty cells: a list of findings, a growth survey.

use super::choices::{heading_above, texts};
use super::words::{clean_label, is_counter, is_date_label, is_number_label, is_ruling};
use super::{Column, DateStyle, Desk, QuestionKind, Table, Target};
use crate::own_sheet::address::{Cell, Range};

pub(super) fn tables(desk: &mut Desk<'_>) {
    let heads: Vec<Cell> = texts(desk, |text| {
        let label = clean_label(text);
        !label.is_empty() && label.chars().count() <= 24 && !is_ruling(&label)
    })
    .into_iter()
    .map(|(cell, _)| cell)
    .filter(|cell| desk.style(*cell).bordered())
    .collect();
    let mut at = 0;
    while at < heads.len() {
        let mut run = vec![desk.grid.block(heads[at])];
        at += 1;
        while let Some(next) = heads.get(at) {
            let last = run[run.len() - 1];
            let block = desk.grid.block(*next);
            if block.from.row != last.from.row
                || block.to.row != last.to.row
                || block.from.column != last.to.column + 1
            {
                break;
            }
            run.push(block);
            at += 1;
        }
        if run.len() >= 2 {
            table(desk, &run);
        }
    }
}

/// At least two rows below the heads, each cell empty or (in the first column) a counter.
fn table(desk: &mut Desk<'_>, heads: &[Range]) {
    let mut lines: Vec<Vec<Cell>> = Vec::new();
    let mut row = heads[0].to.row + 1;
    while row <= desk.area.to.row && lines.len() < 500 {
        let blocks: Vec<Range> =
            heads.iter().map(|head| desk.grid.block(Cell::new(row, head.from.column))).collect();
        let next = blocks[0].to.row + 1;
        let even = blocks.iter().zip(heads).all(|(block, head)| {
            block.from.row == row
                && block.to.row + 1 == next
                && block.from.column == head.from.column
                && block.to.column == head.to.column
        });
        let counted = |block: &Range| {
            desk.grid.text(block.from).is_some_and(|text| is_counter(&clean_label(text)))
                || matches!(
                    desk.grid.cells.get(&block.from).map(|cell| &cell.content),
                    Some(crate::own_sheet::grid::Content::Number(_))
                )
        };
        let ready = blocks
            .iter()
            .enumerate()
            .all(|(index, block)| desk.is_input(block.from) || index == 0 && counted(block));
        if !even || !ready {
            break;
        }
        lines.push(blocks.iter().map(|block| block.from).collect());
        row = next;
    }
    if lines.len() < 2 {
        return;
    }
    let mut columns = Vec::new();
    for (index, head) in heads.iter().enumerate() {
        let label = clean_label(desk.grid.text(head.from).unwrap_or_default());
        if lines.iter().any(|line| !desk.is_input(line[index])) {
            continue; // the counters
        }
        let first = lines[0][index];
        let style = desk.style(first).clone();
        let kind = if style.date || is_date_label(&label) {
            QuestionKind::Date
        } else if style.numeric || is_number_label(&label) {
            QuestionKind::Number
        } else {
            QuestionKind::Text
        };
        let day = if style.date { DateStyle::Serial } else { DateStyle::Wareki };
        let targets = lines
            .iter()
            .map(|line| match kind {
                QuestionKind::Date => Target::Date { cell: line[index], style: day },
                QuestionKind::Number => Target::Number { cell: line[index] },
                _ => Target::Text { cell: line[index] },
            })
            .collect();
        columns.push(Column { key: desk.key(first), label, kind, targets });
    }
    if columns.is_empty() {
        return;
    }
    for line in &lines {
        desk.used.extend(line);
    }
    for head in heads {
        desk.used.insert(head.from);
    }
    let label = heading_above(desk, heads[0].from)
        .unwrap_or_else(|| columns.iter().map(|column| column.label.as_str()).collect::<Vec<_>>().join("・"));
    let key = format!("{}-table", desk.key(heads[0].from));
    desk.tables.push(Table { key, label, columns });
}
