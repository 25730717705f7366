//! A finished note as a text file that opens right in Windows Notepad: UTF-8 with byte order mark, CRLF.
//! The same note always gives the same bytes, so filing it again changes nothing.

use ekitei_model::kinds::{case, note};
use ekitei_model::text::{Language, text};
use ekitei_model::{Record, Stamp};

const BOM: &str = "\u{feff}";

/// What the header names besides the note itself.
#[derive(Clone, Debug, Default)]
pub struct Context<'a> {
    /// The case as it may be named here: of a restricted case only the number.
    pub case: Option<&'a Record>,
    pub visit: Option<&'a str>,
    /// The writer's name.
    pub author: &'a str,
    pub version: u32,
}

/// The whole file.
pub fn render(note_record: &Record, context: &Context) -> Vec<u8> {
    let mut out = String::from(BOM);
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            let label = word(&format!("file.note.{label}"), "");
            out.push_str(&format!("{label}：{}\r\n", one_line(value)));
        }
    };
    if let Some(c) = context.case {
        let restricted = c.flag(case::RESTRICTED);
        let name = if restricted { "" } else { c.text(case::NAME) };
        line("case", format!("{} {name}", c.text(case::NUMBER)).trim());
    }
    line("visit", context.visit.unwrap_or(""));
    line("title", note_record.text(note::TITLE));
    line("author", context.author);
    line("written", &moment(note_record, note::WRITTEN_AT));
    line("finished", &moment(note_record, note::FINISHED_AT));
    if context.version > 1 {
        line("version", &word("file.note.version-n", &context.version.to_string()));
    }
    out.push_str("\r\n");
    out.push_str(&crlf(note_record.text(note::TEXT)));
    if note_record.fields.get(note::STROKES).and_then(|s| s.as_array()).is_some_and(|s| !s.is_empty()) {
        out.push_str("\r\n");
        out.push_str(&word("file.note.strokes", ""));
    }
    out.push_str("\r\n");
    out.into_bytes()
}

/// `令和8年11月21日 10:05`, or the record's creation when the field is absent.
fn moment(record: &Record, field: &str) -> String {
    let stamp: Option<Stamp> = record.text(field).parse().ok();
    let fallback = || record.created.as_ref().map(|c| c.at).filter(|_| field == note::WRITTEN_AT);
    stamp.or_else(fallback).map_or_else(String::new, |s| {
        let hms = s.local_hms();
        format!("{} {}:{}", s.wareki(), hms.get(..2).unwrap_or(""), hms.get(2..4).unwrap_or(""))
    })
}

/// The shared folder is read by Japanese offices.
fn word(key: &str, n: &str) -> String {
    text(Language::Japanese, key, [("n", n)])
}

fn one_line(text: &str) -> String {
    text.split(['\r', '\n']).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
}

fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ekitei_model::record::{Fields, Origin};
    use ekitei_model::{DeviceId, OpId, RecordId, Scope};
    use uuid::Uuid;

    fn record(kind: &str, fields: &[(&str, serde_json::Value)]) -> Record {
        let id = RecordId(Uuid::from_u128(1));
        Record {
            id,
            kind: kind.into(),
            scope: Scope::Case(id),
            parent: None,
            born_seq: 1,
            seq: 1,
            deleted: false,
            created: Some(Origin {
                op: OpId(Uuid::from_u128(2)),
                device: DeviceId(Uuid::from_u128(3)),
                staff: "s1".into(),
                at: Stamp::japan(1_795_222_800_000),
            }),
            received_ms: 0,
            fields: fields.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect::<Fields>(),
            revs: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn notepad_opens_it_right() {
        let n = record(
            "note",
            &[
                ("title", "現地\n確認".into()),
                ("text", "一行目\n二行目\r\n三行目".into()),
                ("written_at", "2026-11-21T10:05:00.000+09:00".into()),
            ],
        );
        let c = record("case", &[("number", "R8-17".into()), ("name", "砂利採取場".into())]);
        let context =
            Context { case: Some(&c), visit: Some("定期検査"), author: "検査 花子", version: 2 };
        let text = String::from_utf8(render(&n, &context)).expect("UTF-8");
        assert_eq!(
            text,
            "\u{feff}案件：R8-17 砂利採取場\r\n訪問：定期検査\r\n件名：現地 確認\r\n作成者：検査 花子\r\n\
             記録日時：令和8年11月21日 10:05\r\n版：第2版\r\n\r\n一行目\r\n二行目\r\n三行目\r\n"
        );
    }

    #[test]
    fn a_restricted_case_is_named_by_number() {
        let n = record("note", &[("text", "x".into())]);
        let c = record(
            "case",
            &[("number", "R8-17".into()), ("name", "個人の名".into()), ("restricted", true.into())],
        );
        let text =
            String::from_utf8(render(&n, &Context { case: Some(&c), ..Context::default() })).expect("UTF-8");
        assert!(text.contains("R8-17") && !text.contains("個人の名"));
    }
}
