//! Names of photos that leave the register outside of filing (zip, single download): by the same rule.

use crate::papers::Paper;
use ekitei_model::Record;
use ekitei_model::filing::{NameParts, NameRule, Policy, file_name, policy};
use ekitei_model::kinds::{Variant, case, inspection, photo};
use ekitei_model::text::{Language, text};

/// As filing would name it; of a restricted case without caption and name.
pub fn zip_name(of: Option<&Record>, record: &Record, rule: &NameRule) -> String {
    let veiled = of.is_some_and(|c| c.flag(case::RESTRICTED) || policy(c) == Policy::Number);
    let shown = |text| if veiled { "" } else { text };
    let sha256 = record.text(&photo::sha256(Variant::Original));
    let extension = match record.text(photo::FORMAT) {
        "png" => "png",
        "webp" => "webp",
        _ => "jpg",
    };
    let at = record.text(photo::TAKEN_AT).parse().ok().or_else(|| record.created.as_ref().map(|c| c.at));
    let parts = NameParts {
        caption: shown(record.text(photo::CAPTION)),
        number: of.map_or("", |c| c.text(case::NUMBER)),
        case: of.map_or("", |c| shown(c.text(case::NAME))),
        staff: record.created.as_ref().map_or("", |c| c.staff.as_str()),
        sha256,
        at,
    };
    file_name(&rule.photo, &parts, "", extension).unwrap_or_else(|_| format!("{sha256}.{extension}"))
}

/// What a paper of an inspection is called.
pub fn paper_word(paper: Paper) -> String {
    let key = if paper.is_ledger() { "results.paper.ledger" } else { "results.paper.report" };
    text(Language::Japanese, key, [])
}

/// A paper that is downloaded: case and title in its name, of a restricted case the number alone.
pub fn paper_name(of: &Record, record: &Record, paper: Paper) -> String {
    let veiled = of.flag(case::RESTRICTED) || policy(of) == Policy::Number;
    let title = if veiled { "" } else { record.text(inspection::TITLE) };
    let caption = format!("{}_{}_{title}", paper_word(paper), of.text(case::NUMBER));
    let at =
        record.text(inspection::STARTED_AT).parse().ok().or_else(|| record.created.as_ref().map(|c| c.at));
    let parts = NameParts { caption: &caption, at, ..NameParts::default() };
    let plain = || format!("{}.{}", paper_word(paper), paper.extension());
    file_name("{date}_{caption}", &parts, "", paper.extension()).unwrap_or_else(|_| plain())
}
