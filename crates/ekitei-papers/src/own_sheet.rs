//! The section's own sheet with the answers written in.

use super::{Inspected, Pictures, SheetMap};
use ekitei_forms::Item;
use ekitei_forms::def::ItemType;
use ekitei_forms::finish::AnswerRow;
use ekitei_model::Fault;
use ekitei_report::own_sheet::{ChoiceMark, Entry, Filling, Target, Value, fill};
use serde_json::Value as Json;
use std::collections::HashMap;

/// # Errors
/// The sheet is not as the form says, or too large when filled.
pub fn filled(of: &Inspected, pictures: &Pictures, sheet: &[u8]) -> Result<Vec<u8>, Fault> {
    let filling = Filling { entries: entries(of, pictures), mark: ChoiceMark::Oval };
    let filled = fill(sheet, &filling)?;
    for note in &filled.notes {
        tracing::info!(record = %of.record.id, code = note.code, "not shown in full on the own sheet");
    }
    Ok(filled.bytes)
}

fn entries(of: &Inspected, pictures: &Pictures) -> Vec<Entry> {
    let map = SheetMap::of(&of.version);
    // Instances of a table follow each other in the rows of the engine.
    let mut row_of: HashMap<&str, usize> = HashMap::new();
    let mut out = Vec::new();
    for row in &of.rows {
        let Some(place) = map.0.get(row.key.question()) else { continue };
        let n = row_of.entry(row.key.question()).or_default();
        let target = place.targets.get(*n).cloned();
        *n += 1;
        if let Some(target) = target
            && let Some(value) = value(of, pictures, row, &target)
        {
            let label = row.label.clone();
            out.push(Entry { sheet: place.sheet.clone(), target, value, label });
        }
    }
    out.extend(listed(of, &map, &row_of));
    out
}

/// A table of findings (指摘事項) that nobody filled in by hand lists what the rulings found.
fn listed(of: &Inspected, map: &SheetMap, written: &HashMap<&str, usize>) -> Vec<Entry> {
    let findings = super::report::found(of);
    let mut out = Vec::new();
    for table in of.def.items.iter().filter(|i| i.kind == ItemType::Repeat) {
        let untouched = table.items.iter().all(|column| !written.contains_key(column.id.as_str()));
        let said = |column: &&Item| column.label.get("ja").contains("指摘");
        let Some(place) = table.items.iter().find(said).and_then(|column| map.0.get(&column.id)) else {
            continue;
        };
        if !untouched {
            continue;
        }
        for (n, target) in place.targets.iter().enumerate() {
            // The last row takes all that are left.
            let upto =
                if n + 1 == place.targets.len() { findings.len() } else { (n + 1).min(findings.len()) };
            let Some(rest) = findings.get(n..upto).filter(|rest| !rest.is_empty()) else { break };
            let value = Value::Text(rest.join(" / "));
            let label = table.label.get("ja").to_owned();
            out.push(Entry { sheet: place.sheet.clone(), target: target.clone(), value, label });
        }
    }
    out
}

/// What is written; `None`: nothing was answered.
fn value(of: &Inspected, pictures: &Pictures, row: &AnswerRow, target: &Target) -> Option<Value> {
    if row.answer.is_null() || row.shown.is_empty() && row.kind != "acknowledge" {
        return None;
    }
    Some(match target {
        Target::Text { .. } => Value::Text(plain(row)),
        Target::Number { .. } => match &row.answer {
            Json::Number(n) => Value::Number(n.to_string()),
            other => Value::Number(other.as_str().map_or_else(|| other.to_string(), str::to_owned)),
        },
        Target::Date { .. } => Value::Date(row.answer.as_str().unwrap_or_default().to_owned()),
        Target::Choice { options } => {
            let labels: Vec<&str> = options.iter().map(|o| o.label.as_str()).collect();
            Value::Chosen(chosen(row, &labels))
        }
        Target::Picture { .. } => {
            let attached = of.photos_of(&row.key);
            let found = attached.filter_map(|p| Some((pictures.of(p.id)?, row.label.clone())));
            Value::Pictures(found.collect())
        }
    })
}

/// A number without its unit: the sheet has the unit printed.
fn plain(row: &AnswerRow) -> String {
    match &row.answer {
        Json::Number(n) => n.to_string(),
        _ => row.shown.clone(),
    }
}

/// The labels on the sheet that stand for the answer: those of the same words, else by place (適 is the first).
fn chosen(row: &AnswerRow, labels: &[&str]) -> Vec<String> {
    let at = |n: usize| labels.get(n).map(|l| (*l).to_owned()).into_iter().collect::<Vec<_>>();
    let same = |word: &str| labels.iter().find(|l| **l == word).map(|l| (*l).to_owned());
    match row.kind.as_str() {
        "acknowledge" => at(0),
        "ruling" => match same(&row.shown) {
            Some(label) => vec![label],
            None => match row.answer.as_str() {
                Some("ok") => at(0),
                Some("fail") => at(1),
                _ => at(2),
            },
        },
        "select_many" | "rank" => {
            let values = row.answer.as_array().into_iter().flatten().filter_map(Json::as_str);
            let shown: Vec<&str> = row.shown.split(['、', ',']).map(str::trim).collect();
            labels
                .iter()
                .filter(|l| shown.contains(l) || values.clone().any(|v| v == **l))
                .map(|l| (*l).to_owned())
                .collect()
        }
        _ => same(&row.shown).or_else(|| same(row.answer.as_str().unwrap_or_default())).into_iter().collect(),
    }
}
