//! 検査調書: the answers of an inspection by their sections, as paper and as workbook.

use super::{Inspected, Pictures, definition, place};
use ekitei_forms::finish::AnswerRow;
use ekitei_model::inspection::State;
use ekitei_model::kinds::{case, inspection, photo};
use ekitei_model::text::{Language, text};
use ekitei_model::{Fault, Stamp};
use ekitei_report::inspection::{Fact, Finding, Line as Printed, Part, Photo, Report, Signature};

/// Answers that stand under one heading.
pub struct Section<'a> {
    pub heading: String,
    pub lines: Vec<Line<'a>>,
}

/// A question with what belongs to it: a ruling's finding and photos.
pub struct Line<'a> {
    pub row: &'a AnswerRow,
    pub finding: Option<&'a AnswerRow>,
    pub photos: Option<&'a AnswerRow>,
}

pub fn sections(of: &Inspected) -> Vec<Section<'_>> {
    let mut out: Vec<Section> = Vec::new();
    for row in of.rows.iter().filter(|r| r.part_of.is_none()) {
        let part =
            |kind: &str| of.rows.iter().find(|r| r.kind == kind && r.part_of.as_ref() == Some(&row.key));
        let line = Line { row, finding: part("text"), photos: part("photo") };
        match out.last_mut().filter(|s| s.heading == row.group) {
            Some(section) => section.lines.push(line),
            None => out.push(Section { heading: row.group.clone(), lines: vec![line] }),
        }
    }
    out
}

/// # Errors
/// A limit of the paper.
pub fn pdf(of: &Inspected, pictures: &Pictures) -> Result<Vec<u8>, Fault> {
    ekitei_report::inspection::pdf(&report(of, pictures))
}

/// # Errors
/// A limit of the workbook.
pub fn xlsx(of: &Inspected, pictures: &Pictures) -> Result<Vec<u8>, Fault> {
    ekitei_report::inspection::xlsx(&report(of, pictures))
}

fn word(key: &str) -> String {
    text(Language::Japanese, key, [])
}

fn report(of: &Inspected, pictures: &Pictures) -> Report {
    let fact = |key: &str, value: String| Fact { label: word(key), value };
    let facts = vec![
        fact("results.field.day", of.day.clone()),
        fact("results.field.place", place(of)),
        fact("results.field.inspector", of.inspector()),
        fact("results.field.accepted", accepted(of)),
    ];
    Report {
        title: of.title(),
        case_number: of.case.text(case::NUMBER).to_owned(),
        case_name: of.case.text(case::NAME).to_owned(),
        section: of.case.text(case::SECTION).replace('/', " "),
        made_on: of.day.clone(),
        facts: facts.into_iter().filter(|f| !f.value.is_empty()).collect(),
        parts: parts(of, pictures),
        findings: findings(of, pictures),
        result: String::new(),
        opinion: of.record.text(inspection::REPORT).to_owned(),
        signatures: signatures(of, pictures),
    }
}

/// Who accepted it and on which day; empty: nobody yet.
fn accepted(of: &Inspected) -> String {
    if of.state() != State::Accepted {
        return String::new();
    }
    let at = of
        .record
        .text(inspection::ACCEPTED_AT)
        .parse::<Stamp>()
        .map_or_else(|_| String::new(), Stamp::local_date);
    let day = ekitei_report::japanese_date(&at);
    format!("{} {day}", of.name(of.record.text(inspection::ACCEPTED_BY))).trim().to_owned()
}

fn parts(of: &Inspected, pictures: &Pictures) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    let mut tabled: Vec<&str> = Vec::new();
    for section in sections(of) {
        let mut part = Part { title: section.heading.clone(), lines: Vec::new() };
        for line in &section.lines {
            let asked = definition::find(&of.def, line.row.key.question());
            match asked.as_ref().and_then(|a| a.repeat) {
                // Inside of a repeat in a repeat: one by one, under the headings of both.
                Some(_) if line.row.key.instance().contains('.') => {
                    part.lines.extend(printed(of, pictures, line, asked.as_ref()));
                }
                Some(repeat) => {
                    if !tabled.contains(&repeat.id.as_str()) {
                        tabled.push(&repeat.id);
                        let label = repeat.label.get("ja").to_owned();
                        out.push(Part { title: label.clone(), lines: vec![table(of, &repeat.id, label)] });
                    }
                }
                None => part.lines.extend(printed(of, pictures, line, asked.as_ref())),
            }
        }
        if !part.lines.is_empty() {
            out.push(part);
        }
    }
    out
}

/// One row an instance, one column a question.
fn table(of: &Inspected, repeat: &str, label: String) -> Printed {
    let inside = |r: &&AnswerRow| {
        let asked = definition::find(&of.def, r.key.question());
        r.part_of.is_none() && asked.and_then(|a| a.repeat).is_some_and(|r| r.id == repeat)
    };
    let mut heads: Vec<(String, String)> = Vec::new();
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for row in of.rows.iter().filter(inside) {
        let column = heads.iter().position(|(q, _)| q == row.key.question()).unwrap_or_else(|| {
            heads.push((row.key.question().to_owned(), row.label.clone()));
            heads.len() - 1
        });
        let at = rows.iter().position(|(i, _)| i == row.key.instance()).unwrap_or_else(|| {
            rows.push((row.key.instance().to_owned(), Vec::new()));
            rows.len() - 1
        });
        let cells = &mut rows[at].1;
        cells.resize(cells.len().max(column + 1), String::new());
        cells[column].clone_from(&row.shown);
    }
    for (_, cells) in &mut rows {
        cells.resize(heads.len(), String::new());
    }
    let plain = |pairs: Vec<(String, String)>| pairs.into_iter().map(|(_, label)| label).collect();
    Printed::Table { label, heads: plain(heads), rows: rows.into_iter().map(|(_, cells)| cells).collect() }
}

fn printed(
    of: &Inspected,
    pictures: &Pictures,
    line: &Line,
    asked: Option<&definition::Asked>,
) -> Vec<Printed> {
    let row = line.row;
    let label = row.label.clone();
    let options = asked.map(definition::Asked::options).unwrap_or_default();
    let at = |value: &str| options.iter().position(|(v, _)| v == value);
    let labels = || options.iter().map(|(_, l)| l.clone()).collect::<Vec<_>>();
    match row.kind.as_str() {
        "signature" => Vec::new(),
        "photo" | "drawing" => {
            let found = photos(of, pictures, row);
            if found.is_empty() { Vec::new() } else { vec![Printed::Photos { label, pictures: found }] }
        }
        "ruling" => vec![Printed::Ruling {
            label,
            options: labels(),
            chosen: row.answer.as_str().and_then(at),
            remark: line.finding.map(|f| f.shown.clone()).unwrap_or_default(),
        }],
        "select_one" | "select_many" if (1..=12).contains(&options.len()) => {
            let one = row.answer.as_str().into_iter();
            let many = row.answer.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
            vec![Printed::Choice {
                label,
                options: labels(),
                chosen: one.chain(many).filter_map(at).collect(),
            }]
        }
        _ => vec![Printed::Value { label, value: row.shown.clone() }],
    }
}

fn photos(of: &Inspected, pictures: &Pictures, row: &AnswerRow) -> Vec<Photo> {
    of.photos_of(&row.key)
        .filter_map(|p| {
            Some(Photo { picture: pictures.of(p.id)?, caption: p.text(photo::CAPTION).to_owned() })
        })
        .collect()
}

/// Rulings that failed, with what was found.
fn findings(of: &Inspected, pictures: &Pictures) -> Vec<Finding> {
    let mut out = Vec::new();
    for line in sections(of).iter().flat_map(|s| &s.lines) {
        let failed = line.row.kind == "ruling" && line.row.answer.as_str() == Some("fail");
        if failed {
            out.push(Finding {
                number: u32::try_from(out.len() + 1).unwrap_or(u32::MAX),
                item: line.row.label.clone(),
                text: line.finding.map(|f| f.shown.clone()).unwrap_or_default(),
                due: String::new(),
                photos: line.photos.map(|row| photos(of, pictures, row)).unwrap_or_default(),
            });
        }
    }
    out
}

/// Each failed ruling as one line: what was looked at, and what was found.
pub fn found(of: &Inspected) -> Vec<String> {
    let failed = |l: &&Line| l.row.kind == "ruling" && l.row.answer.as_str() == Some("fail");
    let said = |l: &Line| match l.finding.map(|f| f.shown.as_str()).unwrap_or_default() {
        "" => l.row.label.clone(),
        finding => format!("{}:{finding}", l.row.label),
    };
    sections(of).iter().flat_map(|s| &s.lines).filter(failed).map(said).collect()
}

fn signatures(of: &Inspected, pictures: &Pictures) -> Vec<Signature> {
    let mut out = Vec::new();
    for row in of.rows.iter().filter(|r| r.kind == "signature") {
        for p in of.photos_of(&row.key) {
            let at = p.created.as_ref().map_or_else(String::new, |c| c.at.to_string());
            out.push(Signature {
                role: row.label.clone(),
                name: p.text(photo::CAPTION).to_owned(),
                date: at,
                picture: pictures.of(p.id),
            });
        }
    }
    out
}
