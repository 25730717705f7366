//! Content lines: bytes to `NAME;PARAM=value:VALUE`, unfolded, each with the number of its first line.

use crate::import::RowFault;
use crate::import::table::decode;
use ekitei_model::Fault;

const MAX_LINES: usize = 200_000;
/// Of one line after unfolding; descriptions of a meeting may be long.
const MAX_LINE_BYTES: usize = 256 * 1024;
/// Every wrong line is told, but not more than a person reads.
const MAX_FAULTS: usize = 50;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub number: u64,
    /// Upper case.
    pub name: String,
    /// Names in upper case, values without their quotes.
    pub params: Vec<(String, String)>,
    pub value: String,
}

impl Line {
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    pub fn fault(&self, code: &str) -> RowFault {
        let shown: String = self.value.chars().take(60).collect();
        RowFault::new(self.number, Fault::ask(code).with("value", shown))
    }
}

/// # Errors
/// `ics-not-calendar`, `csv-encoding`, `ics-large`, `ics-line-broken`.
pub fn read(bytes: &[u8]) -> Result<Vec<Line>, Vec<RowFault>> {
    let whole = |code: &str| vec![RowFault::new(0, Fault::ask(code))];
    let text;
    // Two bytes a letter: a fold cannot stand inside one.
    let bytes = if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        text = decode(bytes).ok_or_else(|| whole("csv-encoding"))?.into_owned();
        text.as_bytes()
    } else {
        bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes)
    };
    // Before decoding: some programs fold in the middle of a letter.
    let (numbers, joined) = unfold(bytes).ok_or_else(|| whole("ics-large"))?;
    let text = decode(&joined).ok_or_else(|| whole("csv-encoding"))?;
    let (mut out, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in numbers.into_iter().zip(text.split('\n')) {
        match content(number, line) {
            Some(line) => out.push(line),
            None if faults.len() < MAX_FAULTS => {
                let shown: String = line.chars().take(60).collect();
                faults.push(RowFault::new(number, Fault::ask("ics-line-broken").with("value", shown)));
            }
            None => {}
        }
    }
    // What does not even begin like one is not worth a list of its lines.
    let begins = out.first().is_some_and(|l| l.name == "BEGIN" && l.value.eq_ignore_ascii_case("VCALENDAR"));
    match (begins, faults.is_empty()) {
        (false, _) => Err(whole("ics-not-calendar")),
        (true, false) => Err(faults),
        (true, true) => Ok(out),
    }
}

/// Logical lines joined by line feeds, and the number of each one's first line. Empty lines are left out. `None`: too much.
fn unfold(bytes: &[u8]) -> Option<(Vec<u64>, Vec<u8>)> {
    let (mut numbers, mut joined, mut begun) = (Vec::new(), Vec::with_capacity(bytes.len()), 0);
    for (at, raw) in bytes.split(|b| *b == b'\n').enumerate() {
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        match raw.first() {
            None => continue,
            Some(b' ' | b'\t') if !numbers.is_empty() => joined.extend_from_slice(&raw[1..]),
            Some(_) => {
                if !numbers.is_empty() {
                    joined.push(b'\n');
                }
                begun = joined.len();
                numbers.push(at as u64 + 1);
                joined.extend_from_slice(raw);
            }
        }
        if numbers.len() > MAX_LINES || joined.len() - begun > MAX_LINE_BYTES {
            return None;
        }
    }
    Some((numbers, joined))
}

fn content(number: u64, text: &str) -> Option<Line> {
    let end = text.find([';', ':'])?;
    let name = text[..end].to_ascii_uppercase();
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return None;
    }
    let (mut params, mut rest) = (Vec::new(), &text[end..]);
    while let Some(more) = rest.strip_prefix(';') {
        let (param, after) = more.split_once('=')?;
        let (value, after) = param_value(after)?;
        params.push((param.trim().to_ascii_uppercase(), value));
        rest = after;
    }
    let value = rest.strip_prefix(':')?.to_owned();
    Some(Line { number, name, params, value })
}

/// Up to the next `;` or `:` outside quotes.
fn param_value(text: &str) -> Option<(String, &str)> {
    let (mut quoted, mut value) = (false, String::new());
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' | ':' if !quoted => return Some((value, &text[at..])),
            c => value.push(c),
        }
    }
    None
}

/// A TEXT value without its escapes and control characters, at most `most` characters.
pub fn plain(value: &str, most: usize) -> String {
    let mut out = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push(' '),
                Some(c) => out.push(c),
                None => {}
            },
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.trim().chars().take(most).collect()
}
