//! Plausible answers to every proposed question.
#![allow(clippy::unwrap_used, dead_code)]

use ekitei_report::Picture;
use ekitei_report::own_sheet::{ChoiceMark, Entry, Filling, Proposal, QuestionKind, Target, Value};

pub fn filling(proposal: &Proposal, mark: ChoiceMark, picture: impl Fn(u32) -> Picture) -> Filling {
    let mut entries = Vec::new();
    for sheet in &proposal.sheets {
        let mut put = |target: &Target, value: Value| {
            entries.push(Entry {
                sheet: sheet.name.clone(),
                target: target.clone(),
                value,
                label: String::new(),
            })
        };
        for (index, question) in sheet.questions.iter().enumerate() {
            put(&question.target, value(index, question.kind, &question.label, &question.target, &picture));
        }
        for table in &sheet.tables {
            for column in &table.columns {
                for (row, target) in column.targets.iter().enumerate().take(2) {
                    put(target, value(row, column.kind, &column.label, target, &picture));
                }
            }
        }
    }
    Filling { entries, mark }
}

fn value(
    index: usize,
    kind: QuestionKind,
    label: &str,
    target: &Target,
    picture: &impl Fn(u32) -> Picture,
) -> Value {
    if let Target::Choice { options } = target {
        let labels: Vec<String> = options.iter().map(|option| option.label.clone()).collect();
        return Value::Chosen(match kind {
            QuestionKind::SelectMany => labels.iter().step_by(2).cloned().collect(),
            QuestionKind::Acknowledge if index.is_multiple_of(3) => Vec::new(),
            _ => vec![labels[if index % 7 == 3 { 1 % labels.len() } else { 0 }].clone()],
        });
    }
    match kind {
        QuestionKind::Date => Value::Date("2026-11-20".into()),
        QuestionKind::Number => Value::Number("12400.5".into()),
        QuestionKind::LongText => Value::Text("おおむね計画のとおり行われている。北側のり面の亀裂は湧水を伴わず、直ちに崩れるおそれは小さいが、融雪期の前に再度立ち入って確かめる。".into()),
        QuestionKind::Photo => Value::Pictures((0..=(index as u32 % 2) * 2).map(|seed| (picture(seed), label.to_owned())).collect()),
        _ if label.contains("備考") || label.contains("修繕") => Value::Text(if index % 7 == 4 { "=要確認".into() } else { String::new() }),
        _ if label.contains("氏名") || label.contains("点検者") => Value::Text("髙橋 﨑子".into()),
        _ => Value::Text(format!("見晴川第三{}", index + 1)),
    }
}
