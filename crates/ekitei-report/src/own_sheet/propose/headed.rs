//! Columns headed 適 | 否 | 該当なし with empty cells below: one ruling a row.

use super::choices::{label_for, texts};
use super::words::{clean_label, is_ruling};
use super::{Choice, Desk, Mark, Question, QuestionKind, Target};
use crate::own_sheet::address::{Cell, Range};

pub(super) fn matrices(desk: &mut Desk<'_>) {
    let heads: Vec<(Cell, String)> = texts(desk, |text| is_ruling(&clean_label(text)));
    let mut at = 0;
    while at < heads.len() {
        // Neighbouring heads of one row.
        let mut run = vec![&heads[at]];
        at += 1;
        while let Some(next) = heads.get(at) {
            let last = desk.grid.block(run[run.len() - 1].0);
            if next.0.row != last.from.row || next.0.column != last.to.column + 1 {
                break;
            }
            run.push(next);
            at += 1;
        }
        if run.len() >= 2 {
            let columns: Vec<(Range, String)> =
                run.iter().map(|(cell, text)| (desk.grid.block(*cell), clean_label(text))).collect();
            rows(desk, &columns);
        }
    }
}

fn rows(desk: &mut Desk<'_>, columns: &[(Range, String)]) {
    let mut row = columns[0].0.to.row + 1;
    let mut empty = 0;
    while row <= desk.area.to.row && empty < 3 {
        let blocks: Vec<Range> =
            columns.iter().map(|(head, _)| desk.grid.block(Cell::new(row, head.from.column))).collect();
        let next = blocks[0].to.row + 1;
        let together = blocks.iter().all(|block| block.from.row == row && block.to.row + 1 == next);
        if !together || !blocks.iter().all(|block| desk.is_input(block.from)) {
            empty += 1; // a heading line inside the matrix does not end it
            row += 1;
            continue;
        }
        let (label, group) = label_for(desk, blocks[0]);
        if label.parse::<Cell>().is_ok() || label == columns[0].1 {
            return;
        }
        empty = 0;
        let options: Vec<Choice> = columns
            .iter()
            .zip(&blocks)
            .map(|((_, label), block)| Choice {
                label: label.clone(),
                mark: Mark::Put { cell: block.from, text: "○".to_owned() },
            })
            .collect();
        for block in &blocks {
            desk.used.insert(block.from);
        }
        let key = desk.key(blocks[0].from);
        desk.push(Question {
            key,
            kind: QuestionKind::Ruling,
            label,
            group,
            unit: None,
            beside: None,
            target: Target::Choice { options },
        });
        row = next;
    }
}
