//! Small helpers around quick-xml: well-formedness and safety in one pass, attributes, text.

use ekitei_model::fault::Fault;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::package::limits;

/// The byte order mark stays in the part; readers skip it.
pub(crate) fn body(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

pub(crate) fn damaged() -> Fault {
    Fault::ask("sheet-damaged")
}

/// Refuses document types, entities beyond the five of XML, other encodings, absurd depth, broken nesting.
pub(crate) fn check(text: &str) -> Result<(), Fault> {
    let mut reader = Reader::from_str(body(text));
    reader.config_mut().check_end_names = true;
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::DocType(_) => return Err(Fault::ask("sheet-dtd")),
            Event::Decl(decl) => {
                if let Some(Ok(encoding)) = decl.encoding()
                    && !encoding.eq_ignore_ascii_case("utf-8")
                    && !encoding.eq_ignore_ascii_case("us-ascii")
                {
                    return Err(Fault::ask("sheet-encoding"));
                }
            }
            Event::GeneralRef(entity) => {
                reference(&entity)?;
            }
            Event::Start(_) => {
                depth += 1;
                if depth > limits::DEPTH {
                    return Err(Fault::ask("sheet-bomb"));
                }
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof => return if depth == 0 { Ok(()) } else { Err(damaged()) },
            _ => {}
        }
    }
}

/// The character of `&amp;` or `&#12354;`.
pub(crate) fn reference(entity: &BytesRef<'_>) -> Result<char, Fault> {
    if let Some(c) = entity.resolve_char_ref().map_err(|_| damaged())? {
        return Ok(c);
    }
    match entity.as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(Fault::ask("sheet-dtd")),
    }
}

pub(crate) fn local<'a>(element: &'a BytesStart<'_>) -> &'a str {
    let name = element.name().0;
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// An attribute by local name, unescaped.
pub(crate) fn attribute(element: &BytesStart<'_>, wanted: &str) -> Result<Option<String>, Fault> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| damaged())?;
        let name = attribute.key.0;
        if name.rsplit_once(':').map_or(name, |(_, local)| local) == wanted {
            return attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map(|value| Some(value.into_owned()))
                .map_err(|_| damaged());
        }
    }
    Ok(None)
}

/// A number attribute, `None` when it is absent or no number.
pub(crate) fn number<T: std::str::FromStr>(
    element: &BytesStart<'_>,
    wanted: &str,
) -> Result<Option<T>, Fault> {
    Ok(attribute(element, wanted)?.and_then(|value| value.trim().parse().ok()))
}

/// A boolean attribute of OOXML: `1`, `true`, `on`.
pub(crate) fn flag(element: &BytesStart<'_>, wanted: &str) -> Result<bool, Fault> {
    Ok(attribute(element, wanted)?.is_some_and(|value| matches!(value.trim(), "1" | "true" | "on")))
}

/// Text for an element or attribute. Characters that XML 1.0 cannot hold are left out.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

/// Escapes what a spreadsheet would read as its own `_xHHHH_` escape.
pub(crate) fn escape_cell(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        guarded.push_str(&rest[..at]);
        let tail = &rest[at..];
        let looks = tail.len() >= 7
            && tail.is_char_boundary(7)
            && tail.as_bytes()[6] == b'_'
            && tail.as_bytes()[2..6].iter().all(u8::is_ascii_hexdigit);
        guarded.push_str(if looks { "_x005F_x" } else { "_x" });
        rest = &tail[2..];
    }
    guarded.push_str(rest);
    escape(&guarded)
}
