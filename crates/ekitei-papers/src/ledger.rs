//! 写真台帳: the photos of an inspection in the order of its questions.

use super::{Inspected, Pictures, place};
use ekitei_model::Record;
use ekitei_model::kinds::{case, photo};
use ekitei_report::ledger::{Ledger, PerPage, Row};
use std::collections::HashSet;

/// The photos that belong into the ledger, each with its title and words; numbers count from 1.
pub fn photos(of: &Inspected) -> Vec<(&Record, String, String)> {
    let mut out: Vec<(&Record, String, String)> = Vec::new();
    let mut seen = HashSet::new();
    for row in of.rows.iter().filter(|r| r.kind == "photo") {
        let finding = row.part_of.as_ref().and_then(|ruling| {
            of.rows
                .iter()
                .find(|r| r.kind == "text" && r.part_of.as_ref() == Some(ruling))
                .map(|r| r.shown.clone())
        });
        for p in of.photos_of(&row.key) {
            if seen.insert(p.id) {
                let words = match p.text(photo::CAPTION) {
                    "" => finding.clone().unwrap_or_default(),
                    caption => caption.to_owned(),
                };
                out.push((p, row.label.clone(), words));
            }
        }
    }
    // Photos of the inspection itself, or of questions that do not apply any more.
    let is_photo =
        |p: &&Record| matches!(p.text(photo::ROLE), "" | "photo") && p.text(photo::ITEM).is_empty();
    for p in of.photos.iter().filter(is_photo) {
        if seen.insert(p.id) {
            out.push((p, String::new(), p.text(photo::CAPTION).to_owned()));
        }
    }
    out
}

pub fn ledger(of: &Inspected, pictures: &Pictures) -> Ledger {
    let rows = photos(of).into_iter().zip(1..).map(|((p, title, caption), number)| Row {
        number,
        title,
        place: place(of),
        date: taken(p),
        caption,
        inspector: p.created.as_ref().map_or_else(String::new, |c| of.name(c.staff.as_str())),
        picture: pictures.of(p.id),
    });
    Ledger {
        title: String::new(),
        case_number: of.case.text(case::NUMBER).to_owned(),
        case_name: of.case.text(case::NAME).to_owned(),
        section: of.case.text(case::SECTION).replace('/', " "),
        made_on: of.day.clone(),
        per_page: PerPage::default(),
        rows: rows.collect(),
    }
}

/// When it was taken, as the record says it; else when its record was made.
fn taken(p: &Record) -> String {
    match p.text(photo::TAKEN_AT) {
        "" => p.created.as_ref().map_or_else(String::new, |c| c.at.to_string()),
        at => at.to_owned(),
    }
}
