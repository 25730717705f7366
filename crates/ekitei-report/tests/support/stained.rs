//! A sheet whose answer cells are filled with one colour, and the rectangles that this colour takes on a page.
#![allow(clippy::unwrap_used, dead_code)]

use ekitei_report::own_sheet::Proposal;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

const COLOUR: &str = "FFFF00FF";

/// Every cell that an answer is written into or drawn over, by worksheet.
fn cells(proposal: &Proposal) -> BTreeMap<String, BTreeSet<String>> {
    fn walk(value: &Value, out: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, inner) in fields {
                    match (name.as_str(), inner.as_str()) {
                        ("cell", Some(cell)) => {
                            out.insert(cell.to_owned());
                        }
                        ("area", Some(area)) => out.extend(within(area)),
                        _ => walk(inner, out),
                    }
                }
            }
            Value::Array(all) => all.iter().for_each(|one| walk(one, out)),
            _ => {}
        }
    }
    let mut out = BTreeMap::new();
    for sheet in &proposal.sheets {
        let all: &mut BTreeSet<String> = out.entry(sheet.name.clone()).or_default();
        let single = sheet.questions.iter().map(|q| &q.target);
        let tabled = sheet.tables.iter().flat_map(|t| &t.columns).flat_map(|c| &c.targets);
        single.chain(tabled).for_each(|target| walk(&serde_json::to_value(target).unwrap(), all));
    }
    out
}

fn numbers(cell: &str) -> (u32, u32) {
    let letters: String = cell.chars().take_while(char::is_ascii_alphabetic).collect();
    let column = letters.bytes().fold(0, |n, b| n * 26 + u32::from(b - b'A') + 1);
    (column, cell[letters.len()..].parse().unwrap())
}

fn letters(mut column: u32) -> String {
    let mut out = Vec::new();
    while column > 0 {
        out.push(char::from(b'A' + ((column - 1) % 26) as u8));
        column = (column - 1) / 26;
    }
    out.iter().rev().collect()
}

fn within(area: &str) -> Vec<String> {
    let (from, to) = area.split_once(':').unwrap_or((area, area));
    let ((left, top), (right, bottom)) = (numbers(from), numbers(to));
    (top..=bottom).flat_map(|row| (left..=right).map(move |c| format!("{}{row}", letters(c)))).collect()
}

fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut out = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        out.insert(name, content);
    }
    out
}

/// The worksheets' names in the order of their files.
fn names(workbook: &str) -> Vec<String> {
    workbook.split("<sheet name=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// The cell formats of a styles part: text before them, each format, text behind.
fn formats(styles: &str) -> (String, Vec<String>, String) {
    let open = styles.find("<cellXfs").unwrap();
    let from = open + styles[open..].find('>').unwrap() + 1;
    let to = styles.find("</cellXfs>").unwrap();
    let mut out = Vec::new();
    let mut rest = &styles[from..to];
    while let Some(begin) = rest.find("<xf ") {
        let head = begin + rest[begin..].find('>').unwrap() + 1;
        let end = if rest[..head].ends_with("/>") {
            head
        } else {
            begin + rest[begin..].find("</xf>").unwrap() + 5
        };
        out.push(rest[begin..end].to_owned());
        rest = &rest[end..];
    }
    (styles[..from].to_owned(), out, styles[to..].to_owned())
}

fn with_fill(format: &str, fill: usize) -> String {
    let at = format.find("fillId=\"").unwrap() + 8;
    let end = at + format[at..].find('"').unwrap();
    let told = format!("{}{fill}{}", &format[..at], &format[end..]).replace(" applyFill=\"1\"", "");
    told.replacen("<xf ", "<xf applyFill=\"1\" ", 1)
}

pub fn stained(bytes: &[u8], proposal: &Proposal) -> Vec<u8> {
    let mut parts = parts(bytes);
    let text =
        |parts: &BTreeMap<String, Vec<u8>>, name: &str| String::from_utf8(parts[name].clone()).unwrap();
    let styles = text(&parts, "xl/styles.xml");
    let fills = styles.matches("<fill>").count();
    let fill = format!(
        r#"<fill><patternFill patternType="solid"><fgColor rgb="{COLOUR}"/><bgColor indexed="64"/></patternFill></fill></fills>"#
    );
    let styles =
        styles.replacen(&format!("<fills count=\"{fills}\""), &format!("<fills count=\"{}\"", fills + 1), 1);
    let (before, all, after) = formats(&styles.replacen("</fills>", &fill, 1));
    let plain = all.len();
    let twice: Vec<String> = all.iter().cloned().chain(all.iter().map(|f| with_fill(f, fills))).collect();
    let before =
        before.replace(&format!("<cellXfs count=\"{plain}\""), &format!("<cellXfs count=\"{}\"", plain * 2));
    parts.insert("xl/styles.xml".to_owned(), format!("{before}{}{after}", twice.concat()).into_bytes());
    let names = names(&text(&parts, "xl/workbook.xml"));
    for (name, cells) in cells(proposal) {
        let file = format!("xl/worksheets/sheet{}.xml", names.iter().position(|n| *n == name).unwrap() + 1);
        let mut sheet = text(&parts, &file);
        for cell in cells {
            let at = sheet
                .find(&format!("<c r=\"{cell}\" s=\""))
                .unwrap_or_else(|| panic!("{name} {cell} is drawn"));
            let from = at + format!("<c r=\"{cell}\" s=\"").len();
            let end = from + sheet[from..].find('"').unwrap();
            let style: usize = sheet[from..end].parse().unwrap();
            sheet.replace_range(from..end, &(style + plain).to_string());
        }
        parts.insert(file, sheet.into_bytes());
    }
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(&content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// The insides of coloured cells on a page: what is written in them counts, their borders do not.
pub struct Mask {
    width: usize,
    covered: Vec<bool>,
}

impl Mask {
    pub fn of(rgb: &[[u8; 3]], width: usize) -> Self {
        let coloured = |at: usize| matches!(rgb[at], [r, g, b] if r >= 200 && g <= 80 && b >= 200);
        let mut seen = vec![false; rgb.len()];
        let mut covered = vec![false; rgb.len()];
        for start in 0..rgb.len() {
            if seen[start] || !coloured(start) {
                continue;
            }
            let (mut left, mut right, mut top, mut bottom) = (width, 0, rgb.len() / width, 0);
            let mut open = vec![start];
            seen[start] = true;
            while let Some(at) = open.pop() {
                let (x, y) = (at % width, at / width);
                (left, right) = (left.min(x), right.max(x));
                (top, bottom) = (top.min(y), bottom.max(y));
                for next in [at.wrapping_sub(1), at + 1, at.wrapping_sub(width), at + width] {
                    if next < rgb.len() && !seen[next] && coloured(next) {
                        seen[next] = true;
                        open.push(next);
                    }
                }
            }
            for y in top..=bottom {
                covered[y * width + left..=y * width + right].fill(true);
            }
        }
        Self { width, covered }
    }

    pub fn covers(&self, x: usize, y: usize) -> bool {
        self.covered[y * self.width + x]
    }

    pub fn covered(&self) -> usize {
        self.covered.iter().filter(|on| **on).count()
    }
}
