//! The short table at the end: items, bytes, seconds, where to look.

use super::cast::Cast;
use super::story::Played;
use super::terminal::{columns, padded, sentence, word};
use super::view::{Row, Say};

pub fn rows(cast: &Cast, p: &Played) -> Vec<Row> {
    let row = |label: &str, items: usize, bytes: u64, seconds: f64, place: Say| Row {
        label: label.to_owned(),
        items: Some(items as u64),
        bytes: Some(bytes),
        seconds: Some(seconds),
        place,
    };
    let made = p.notes.len() + p.photos.len();
    vec![
        row(
            "made",
            made,
            p.note_bytes + p.photo_bytes,
            p.making_s,
            Say::new("place.phone").with("url", &cast.a.url),
        ),
        row(
            "delivered",
            made,
            p.sent_bytes,
            p.delivery_s,
            Say::new("place.line").with("pieces", p.waiting_items),
        ),
        row(
            "filed",
            made,
            p.note_bytes + p.photo_bytes,
            p.delivery_s,
            Say::new("place.folder").with("path", &p.folder),
        ),
        row(
            "console",
            made,
            p.photo_bytes,
            p.delivery_s,
            Say::new("place.console").with("url", &cast.office_url),
        ),
        row("colleague", made, p.b_bytes, p.colleague_s, Say::new("place.phone").with("url", &cast.b.url)),
        row(
            "papers",
            p.sheet.papers.len(),
            p.sheet.bytes,
            p.sheet.papers_s,
            Say::new("place.folder").with("path", own_sheet(p)),
        ),
        row(
            "accepted",
            1,
            p.sheet.bytes,
            p.sheet.accepted_s,
            Say::new("place.console").with("url", format!("{}/#/inspection/{}", cast.office_url, p.sheet.id)),
        ),
    ]
}

/// The filled sheet, which is what people look for.
fn own_sheet(p: &Played) -> &str {
    let is_own = |path: &&String| path.contains("_検査調書_") && path.ends_with(".xlsx");
    p.sheet.papers.iter().find(is_own).map_or(&p.folder, |path| path)
}

/// As lines of text.
pub fn lines(rows: &[Row]) -> Vec<String> {
    let head = ["what", "items", "bytes", "seconds", "where"].map(|k| word(&format!("table.{k}")));
    let number = |n: Option<u64>| n.map_or(String::new(), |n| n.to_string());
    let mut cells: Vec<[String; 5]> = vec![head];
    cells.extend(rows.iter().map(|r| {
        let seconds = r.seconds.map_or(String::new(), |s| format!("{s:.1}"));
        [word(&format!("table.{}", r.label)), number(r.items), number(r.bytes), seconds, sentence(&r.place)]
    }));
    let width = |i: usize| cells.iter().map(|c| columns(&c[i])).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    let right =
        |text: &str, width: usize| format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))));
    let line = |c: &[String; 5]| {
        let numbers: Vec<String> = (1..4).map(|i| right(&c[i], widths[i])).collect();
        format!("  {}  {}  {}", padded(&c[0], widths[0]), numbers.join("  "), c[4])
    };
    cells.iter().map(line).collect()
}
