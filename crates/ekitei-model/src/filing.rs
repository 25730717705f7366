//! Where a photo or note lands in the shared folder, and under which name. Pure; frozen at the first filing.

use crate::kinds::{self, case};
use crate::record::Record;
use crate::time::Stamp;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Longest file or folder name, in bytes of UTF-8 (most file systems take 255; room is left for ` (2)` and `_r2`).
pub const MAX_PART_BYTES: usize = 200;

/// Where a case's files go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// `<section>/<number_name>/…`
    Section,
    /// A dedicated folder named by number only, below `_番号/`; its permissions are the administrator's.
    Number,
    /// Kept in the register only.
    None,
}

/// Restricted cases never touch the section's folder.
pub fn policy(case: &Record) -> Policy {
    match (case.flag(case::RESTRICTED), case.text(case::FILING)) {
        (_, "number") => Policy::Number,
        (true, _) | (_, "none") => Policy::None,
        _ => Policy::Section,
    }
}

/// How file names are made: `{date} {time} {caption} {number} {case} {staff} {hash}` and plain text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameRule {
    pub photo: String,
    pub note: String,
}

impl Default for NameRule {
    fn default() -> Self {
        Self { photo: "{time}_{caption}_{hash}".into(), note: "{time}_{caption}".into() }
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the name rule has an unknown placeholder {0:?}")]
pub struct UnknownPlaceholder(pub String);

/// What a rule may speak of.
#[derive(Clone, Debug, Default)]
pub struct NameParts<'a> {
    pub caption: &'a str,
    pub number: &'a str,
    pub case: &'a str,
    pub staff: &'a str,
    /// SHA-256 in hex; six digits of it are used.
    pub sha256: &'a str,
    pub at: Option<Stamp>,
}

/// The file name (without folder) by `rule`, Windows-safe, with `extension`.
pub fn file_name(
    rule: &str,
    parts: &NameParts,
    suffix: &str,
    extension: &str,
) -> Result<String, UnknownPlaceholder> {
    let mut out = String::new();
    let mut rest = rule;
    while let Some((plain, tail)) = rest.split_once('{') {
        out.push_str(plain);
        let (name, after) = tail.split_once('}').ok_or_else(|| UnknownPlaceholder(tail.to_owned()))?;
        match name {
            "date" => out.push_str(&parts.at.map(Stamp::local_date).unwrap_or_default()),
            "time" => out.push_str(&parts.at.map(Stamp::local_hms).unwrap_or_default()),
            "caption" => out.push_str(&clip(parts.caption.lines().next().unwrap_or(""), 90)),
            "number" => out.push_str(parts.number),
            "case" => out.push_str(&clip(parts.case, 90)),
            "staff" => out.push_str(parts.staff),
            "hash" => out.push_str(parts.sha256.get(..6).unwrap_or(parts.sha256)),
            other => return Err(UnknownPlaceholder(other.to_owned())),
        }
        rest = after;
    }
    out.push_str(rest);
    // Empty parts leave their separators behind.
    let tidy: Vec<&str> = out.split('_').filter(|p| !p.trim().is_empty()).collect();
    let tail = format!("{suffix}.{extension}");
    Ok(format!("{}{tail}", safe_stem(&tidy.join("_"), MAX_PART_BYTES - tail.len())))
}

/// The name for the `n`th attempt (from 2) when another file has the name.
pub fn numbered(name: &str, n: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, ext)) if !stem.is_empty() => {
            let tail = format!(" ({n}).{ext}");
            format!("{}{tail}", clip(stem, MAX_PART_BYTES.saturating_sub(tail.len())))
        }
        _ => format!("{} ({n})", clip(name, MAX_PART_BYTES - 8)),
    }
}

/// Folder of a case below the shared folder, as parts; `None` when the case is not filed.
pub fn case_folder(case: &Record) -> Option<Vec<String>> {
    let number = case.text(case::NUMBER);
    match policy(case) {
        Policy::None => None,
        Policy::Number => Some(vec!["_番号".into(), safe_part(number)]),
        Policy::Section => {
            let mut parts: Vec<String> =
                case.text(case::SECTION).split('/').filter(|p| !p.is_empty()).map(safe_part).collect();
            parts.push(safe_part(&format!("{number}_{}", case.text(case::NAME))));
            Some(parts)
        }
    }
}

/// The full relative path (parts) of a photo; `None` when its case is not filed.
pub fn photo_path(
    case: &Record,
    photo: &Record,
    rule: &NameRule,
) -> Option<Result<Vec<String>, UnknownPlaceholder>> {
    let mut path = case_folder(case)?;
    let at = stamp(photo, kinds::photo::TAKEN_AT);
    path.push(day(at));
    let sha = photo.text(&kinds::photo::sha256(kinds::Variant::Original)).to_owned();
    let ext = match photo.text(kinds::photo::FORMAT) {
        "png" => "png",
        "webp" => "webp",
        _ => "jpg",
    };
    let name =
        file_name(&rule.photo, &parts_of(case, photo, photo.text(kinds::photo::CAPTION), &sha, at), "", ext);
    Some(name.map(|n| {
        path.push(n);
        path
    }))
}

/// The same for version `version` (from 1) of a finished note.
pub fn note_path(
    case: &Record,
    note: &Record,
    rule: &NameRule,
    version: u32,
) -> Option<Result<Vec<String>, UnknownPlaceholder>> {
    let mut path = case_folder(case)?;
    let at = stamp(note, kinds::note::WRITTEN_AT);
    path.push(day(at));
    let title = match note.text(kinds::note::TITLE) {
        "" => note.text(kinds::note::TEXT),
        t => t,
    };
    let suffix = if version > 1 { format!("_r{version}") } else { String::new() };
    let caption = clip(title.lines().next().unwrap_or(""), 60);
    let name = file_name(&rule.note, &parts_of(case, note, &caption, "", at), &suffix, "txt");
    Some(name.map(|n| {
        path.push(n);
        path
    }))
}

/// The same for a paper of an inspection (report or ledger, named by `word`) of the day and time `at`. Where the case's
/// words stay out of names, `word` alone is left. By the note's rule.
pub fn paper_path(
    case: &Record,
    inspection: &Record,
    word: &str,
    rule: &NameRule,
    version: u32,
    extension: &str,
) -> Option<Result<Vec<String>, UnknownPlaceholder>> {
    let mut path = case_folder(case)?;
    let at = stamp(inspection, kinds::inspection::STARTED_AT);
    path.push(day(at));
    let suffix = if version > 1 { format!("_r{version}") } else { String::new() };
    let title = clip(inspection.text(kinds::inspection::TITLE).lines().next().unwrap_or(""), 60);
    let named = format!("{word}_{title}");
    let mut parts = parts_of(case, inspection, &named, "", at);
    if parts.caption.is_empty() {
        parts.caption = word;
    }
    let name = file_name(&rule.note, &parts, &suffix, extension);
    Some(name.map(|n| {
        path.push(n);
        path
    }))
}

fn parts_of<'a>(
    case: &'a Record,
    of: &'a Record,
    caption: &'a str,
    sha256: &'a str,
    at: Option<Stamp>,
) -> NameParts<'a> {
    let restricted = case.flag(case::RESTRICTED) || policy(case) == Policy::Number;
    NameParts {
        caption: if restricted { "" } else { caption },
        number: case.text(case::NUMBER),
        case: if restricted { "" } else { case.text(case::NAME) },
        staff: of.created.as_ref().map_or("", |c| c.staff.as_str()),
        sha256,
        at,
    }
}

fn stamp(record: &Record, field: &str) -> Option<Stamp> {
    record.text(field).parse().ok().or_else(|| record.created.as_ref().map(|c| c.at))
}

fn day(at: Option<Stamp>) -> String {
    at.map_or_else(|| "日付不明".to_owned(), Stamp::local_date)
}

/// One folder or file name that Windows, SMB and Unix take: NFC, no forbidden or invisible characters, no trailing dot
/// or space, no device name, at most [`MAX_PART_BYTES`]. Never empty.
pub fn safe_part(name: &str) -> String {
    safe_stem(name, MAX_PART_BYTES)
}

fn safe_stem(name: &str, max_bytes: usize) -> String {
    let cleaned: String = name.nfc().filter_map(safe_char).collect();
    let trimmed = |s: &str| {
        s.trim().trim_end_matches(['.', ' ', '　']).trim_start_matches(['.', ' ', '　', '~']).to_owned()
    };
    let mut out = trimmed(&clip(&trimmed(&cleaned), max_bytes));
    if is_device_name(&out) {
        out.insert(0, '_');
    }
    if out.is_empty() { "無題".to_owned() } else { out }
}

/// Forbidden on Windows → full-width twin or underscore; control and direction characters → dropped.
fn safe_char(c: char) -> Option<char> {
    match c {
        '<' => Some('＜'),
        '>' => Some('＞'),
        ':' => Some('：'),
        '"' => Some('”'),
        '/' => Some('／'),
        '\\' => Some('＼'),
        '|' => Some('｜'),
        '?' => Some('？'),
        '*' => Some('＊'),
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fffe}'
        | '\u{ffff}' => None,
        '\n' | '\t' | '\r' => Some(' '),
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// CON, PRN, AUX, NUL, COM0–9, LPT0–9 (also with superscript digits), alone or before a dot. Source: Microsoft,
/// "Naming Files, Paths, and Namespaces".
fn is_device_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or("").trim_end().to_ascii_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        s => ["COM", "LPT"].iter().any(|p| {
            s.strip_prefix(p).is_some_and(|d| {
                let mut it = d.chars();
                matches!((it.next(), it.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
            })
        }),
    }
}

/// At most `max_bytes` of UTF-8, cut between characters (a base is not parted from a combining mark that follows).
pub fn clip(text: &str, max_bytes: usize) -> String {
    if text.len() <= max_bytes {
        return text.to_owned();
    }
    let mut end = max_bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let follows =
        |at: usize| text[at..].chars().next().is_some_and(unicode_normalization::char::is_combining_mark);
    while end > 0 && follows(end) {
        end -= 1;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
    }
    text[..end].to_owned()
}

/// The value of `Content-Disposition` (RFC 6266) for a file that is saved under this name.
pub fn content_disposition(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if is_plain(char::from(byte)) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_follow_the_rule_and_lose_empty_parts() {
        let at: Stamp = "2026-11-21T10:05:00+09:00".parse().expect("valid");
        let parts =
            NameParts {
                caption: "のり面の亀裂", sha256: "3f9a2c11", at: Some(at), ..NameParts::default()
            };
        let rule = NameRule::default();
        assert_eq!(
            file_name(&rule.photo, &parts, "", "jpg").as_deref(),
            Ok("100500_のり面の亀裂_3f9a2c.jpg")
        );
        let bare = NameParts { caption: "", ..parts };
        assert_eq!(file_name(&rule.photo, &bare, "", "jpg").as_deref(), Ok("100500_3f9a2c.jpg"));
        assert!(file_name("{oops}", &bare, "", "jpg").is_err());
    }

    #[test]
    fn windows_takes_every_part() {
        assert_eq!(safe_part("CON"), "_CON");
        assert_eq!(safe_part("com1.txt"), "_com1.txt");
        assert_eq!(safe_part("a/b\\c:d*e?f\"g<h>i|j"), "a／b＼c：d＊e？f”g＜h＞i｜j");
        assert_eq!(safe_part("... "), "無題");
        assert_eq!(safe_part("evil\u{202e}gpj.exe"), "evilgpj.exe");
        assert_eq!(safe_part("か\u{3099}"), "が");
    }

    #[test]
    fn a_taken_name_gets_a_number_before_its_extension() {
        assert_eq!(numbered("写真.jpg", 2), "写真 (2).jpg");
    }

    proptest! {
        #[test]
        fn any_text_becomes_a_safe_part(s in "\\PC{0,300}|[\\x00-\\x7f]{0,20}") {
            let p = safe_part(&s);
            prop_assert!(!p.is_empty() && p.len() <= MAX_PART_BYTES);
            prop_assert!(!p.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*', '\0', '\n']));
            prop_assert!(!p.ends_with(['.', ' ']) && p != "." && p != "..");
            prop_assert!(!is_device_name(&p));
        }

        #[test]
        fn any_caption_makes_a_file_name(s in "\\PC{0,300}") {
            let parts = NameParts { caption: &s, sha256: "abcdef0123", at: Some(Stamp::japan(0)), ..NameParts::default() };
            let n = file_name(&NameRule::default().photo, &parts, "_r2", "jpg").expect("rule is known");
            prop_assert!(n.len() <= MAX_PART_BYTES && n.ends_with("_r2.jpg"));
            prop_assert!(numbered(&n, 4_000_000_000).len() <= MAX_PART_BYTES);
        }
    }
}
