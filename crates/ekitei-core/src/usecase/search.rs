//! Search over notes, captions, visits and cases; newest first.

use crate::bridge::args::SearchArgs;
use crate::bridge::views::SearchHit;
use crate::open::Open;
use crate::view;
use ekitei_model::chat::message;
use ekitei_model::{Fault, RecordId, kinds};
use std::collections::{HashMap, HashSet};

pub const MAX_HITS: u32 = 500;

pub fn search(open: &Open, args: &SearchArgs) -> Result<Vec<SearchHit>, Fault> {
    let records = open.reader().search(&args.query, args.limit.min(MAX_HITS))?;
    let numbers: HashMap<RecordId, String> =
        super::cases::rows(open)?.into_iter().map(|row| (row.id, row.number)).collect();
    let mut seen = HashSet::new();
    let mut hits = Vec::new();
    for record in records {
        // Until the office has emptied it, its words are still there.
        if record.kind == kinds::MESSAGE && record.flag(message::UNSENT) {
            continue;
        }
        let case = if record.kind == kinds::CASE_HEADER { record.parent } else { record.scope.case() };
        let number = case.and_then(|c| numbers.get(&c)).map_or("", String::as_str);
        let hit = view::hit(&record, &args.query, number);
        // A case and its headers are one thing.
        let same = (hit.kind.clone(), if hit.kind == "case" { case } else { Some(hit.id) });
        if seen.insert(same) {
            hits.push(hit);
        }
    }
    Ok(hits)
}
