//! Hostile workbooks: each is refused with its own code, quickly and without a panic.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{Cursor, Read, Write};

use ekitei_report::own_sheet::{Cell, ChoiceMark, Entry, Filling, Target, Value, fill, limits, propose};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

fn sample() -> Vec<u8> {
    std::fs::read(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/sheets/gravel-pit.xlsx"),
    )
    .unwrap()
}

/// The sample with parts changed (`Some`), removed (`None`) or added.
fn with(changes: &[(&str, Option<&[u8]>)]) -> Vec<u8> {
    edit(
        |name, content| match changes.iter().find(|(changed, _)| *changed == name) {
            Some((_, new)) => new.map(<[u8]>::to_vec),
            None => Some(content),
        },
        changes.iter().filter_map(|(name, new)| Some(((*name).to_owned(), new.as_ref()?.to_vec()))).collect(),
    )
}

fn edit(change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>, added: Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let bytes = sample();
    let mut archive = ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        if let Some(content) = change(&name, content) {
            out.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            out.write_all(&content).unwrap();
        }
        names.push(name);
    }
    for (name, content) in added.into_iter().filter(|(name, _)| !names.contains(name)) {
        out.start_file(name, SimpleFileOptions::default()).unwrap();
        out.write_all(&content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// The sample with a text replaced inside one part.
fn replaced(part: &str, from: &str, to: &str) -> Vec<u8> {
    edit(
        |name, content| {
            if name != part {
                return Some(content);
            }
            let text = String::from_utf8(content).unwrap();
            assert!(text.contains(from), "{part} holds {from}");
            Some(text.replacen(from, to, 1).into_bytes())
        },
        Vec::new(),
    )
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

fn code(bytes: &[u8]) -> String {
    let proposed = propose(bytes).unwrap_err();
    let filling = Filling {
        entries: vec![Entry {
            sheet: "調書".into(),
            target: Target::Text { cell: Cell::new(4, 2) },
            value: Value::Text("x".into()),
            label: String::new(),
        }],
        mark: ChoiceMark::Oval,
    };
    let filled = fill(bytes, &filling).unwrap_err();
    assert_eq!(proposed.code, filled.code, "reading and filling refuse alike");
    proposed.code
}

#[test]
fn what_is_no_workbook_is_told_apart() {
    assert_eq!(code(b""), "sheet-empty");
    assert_eq!(code(b"%PDF-1.7"), "sheet-not-excel");
    assert_eq!(code(b"PK\x03\x04 and nothing more"), "sheet-damaged");
    let bytes = sample();
    assert_eq!(code(&bytes[..bytes.len() / 2]), "sheet-damaged");
    let ole = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    assert_eq!(code(&[&ole[..], &[0; 600]].concat()), "sheet-old");
    let locked: Vec<u8> = "EncryptedPackage".bytes().flat_map(|b| [b, 0]).collect();
    assert_eq!(code(&[&ole[..], &[0; 500], &locked, &[0; 90]].concat()), "sheet-encrypted");
    assert_eq!(code(&with(&[("[Content_Types].xml", None)])), "sheet-not-excel");
    assert_eq!(code(&with(&[("xl/workbook.xml", None)])), "sheet-damaged");
    assert_eq!(
        code(&replaced("[Content_Types].xml", "spreadsheetml.sheet.main", "wordprocessingml.document.main")),
        "sheet-not-excel"
    );
    let mut large = sample();
    large.resize(limits::FILE_BYTES + 1, 0);
    assert_eq!(code(&large), "sheet-large");
}

#[test]
fn bombs_do_not_go_off() {
    let zeros = vec![b' '; 40 * 1024 * 1024];
    assert_eq!(code(&with(&[("xl/theme/theme1.xml", Some(&zeros))])), "sheet-bomb", "40 MB out of 40 KB");
    let many: Vec<(String, Vec<u8>)> =
        (0..limits::PARTS).map(|n| (format!("xl/media/x{n}.bin"), vec![0])).collect();
    assert_eq!(code(&edit(|_, content| Some(content), many)), "sheet-bomb", "too many parts");
    // Incompressible parts, each below its own limit, above the limit together.
    let part: Vec<u8> =
        (0..9_000_000_u32).flat_map(|n| [(n.wrapping_mul(2_654_435_761) >> 24) as u8 & 3]).collect();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for n in 0..20 {
        out.start_file(format!("xl/media/{n}.bin"), SimpleFileOptions::default()).unwrap();
        out.write_all(&part[..part.len() / 10]).unwrap();
    }
    let bytes = out.finish().unwrap().into_inner();
    assert!(["sheet-not-excel", "sheet-bomb", "sheet-large"].contains(&code(&bytes).as_str()));
    let deep = format!("<worksheet>{}{}</worksheet>", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert_eq!(code(&with(&[(SHEET, Some(deep.as_bytes()))])), "sheet-bomb", "depth");
}

#[test]
fn a_size_that_lies_is_found_out() {
    let bytes = with(&[("xl/theme/theme1.xml", Some(&vec![b' '; 8 * 1024 * 1024]))]);
    // The declared size in the central directory becomes 10 bytes.
    let mut lying = bytes;
    let name = b"xl/theme/theme1.xml";
    let at = lying.windows(name.len()).rposition(|part| part == name).unwrap() - 46;
    lying[at + 24..at + 28].copy_from_slice(&10_u32.to_le_bytes());
    let refused = code(&lying);
    assert!(["sheet-bomb", "sheet-damaged"].contains(&refused.as_str()), "{refused}");
}

#[test]
fn documents_types_and_entities_are_refused() {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData/></worksheet>"#;
    assert_eq!(code(&with(&[(SHEET, Some(bomb.as_bytes()))])), "sheet-dtd");
    let outside = r#"<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><sst/>"#;
    assert_eq!(code(&with(&[("xl/sharedStrings.xml", Some(outside.as_bytes()))])), "sheet-dtd");
    assert_eq!(code(&replaced("xl/sharedStrings.xml", "<t>", "<t>&secret;")), "sheet-dtd");
    assert_eq!(code(&replaced(SHEET, "encoding=\"UTF-8\"", "encoding=\"UTF-7\"")), "sheet-encoding");
    assert_eq!(code(&with(&[(SHEET, Some(b"\xff\xfe<\0w\0"))])), "sheet-encoding");
    assert_eq!(code(&replaced(SHEET, "</sheetData>", "</sheetdata>")), "sheet-damaged");
}

#[test]
fn macros_embedded_things_and_links_are_refused() {
    assert_eq!(code(&with(&[("xl/vbaProject.bin", Some(b"x"))])), "sheet-macro");
    assert_eq!(code(&with(&[("xl/macrosheets/sheet1.xml", Some(b"<a/>"))])), "sheet-macro");
    assert_eq!(
        code(&replaced(
            "[Content_Types].xml",
            "spreadsheetml.sheet.main+xml",
            "ms-excel.sheet.macroEnabled.main+xml"
        )),
        "sheet-macro"
    );
    assert_eq!(code(&with(&[("xl/embeddings/oleObject1.bin", Some(b"x"))])), "sheet-embedded");
    assert_eq!(code(&with(&[("xl/activeX/activeX1.xml", Some(b"<a/>"))])), "sheet-embedded");
    assert_eq!(code(&with(&[("xl/externalLinks/externalLink1.xml", Some(b"<a/>"))])), "sheet-external");
    assert_eq!(code(&with(&[("xl/connections.xml", Some(b"<a/>"))])), "sheet-external");
    let link = "<Relationship Id=\"rId77\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/KIND\" Target=\"http://example.invalid/x\" TargetMode=\"External\"/></Relationships>";
    let rels = "xl/_rels/workbook.xml.rels";
    assert_eq!(code(&replaced(rels, "</Relationships>", &link.replace("KIND", "image"))), "sheet-external");
    assert_eq!(
        code(&replaced(rels, "</Relationships>", &link.replace("KIND", "attachedTemplate"))),
        "sheet-external"
    );
    assert!(
        propose(&replaced(rels, "</Relationships>", &link.replace("KIND", "hyperlink"))).is_ok(),
        "a link that a person clicks may stay"
    );
    for formula in
        ["WEBSERVICE(\"http://example.invalid\")", "cmd|' /C calc'!A0", "[1]Sheet1!A1", "RTD(\"x\",,\"y\")"]
    {
        let cell = format!("<c r=\"A4\"><f>{formula}</f><v>1</v></c></row><row r=\"5\"");
        let bytes = edit(
            |name, content| {
                if name != SHEET {
                    return Some(content);
                }
                let text = String::from_utf8(content).unwrap();
                let at = text.find("<row r=\"4\"").unwrap();
                let end = at + text[at..].find('>').unwrap() + 1;
                let close = at + text[at..].find("</row><row r=\"5\"").unwrap();
                Some(
                    format!("{}{}{}", &text[..end], cell, &text[close + "</row><row r=\"5\"".len()..])
                        .into_bytes(),
                )
            },
            Vec::new(),
        );
        assert_eq!(code(&bytes), "sheet-formula-outside", "{formula}");
    }
}

#[test]
fn paths_do_not_leave_the_archive() {
    for name in ["../evil.xml", "/etc/passwd", "xl/../../x", "xl\\..\\x", "C:/x", "xl//x", "xl/a\u{7}.xml"] {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        out.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))
            .unwrap();
        out.write_all(b"<a/>").unwrap();
        let refused = code(&out.finish().unwrap().into_inner());
        assert_eq!(refused, "sheet-path", "{name}");
    }
    assert_eq!(
        code(&with(&[("XL/Workbook.xml", Some(b"<a/>"))])),
        "sheet-path",
        "two parts that differ in case only"
    );
    assert_eq!(
        code(&replaced("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "../../../etc/passwd")),
        "sheet-path"
    );
}

#[test]
fn absurd_measures_are_refused() {
    assert_eq!(code(&replaced(SHEET, "<row r=\"2\"", "<row r=\"99999999\"")), "sheet-cells");
    assert_eq!(code(&replaced(SHEET, "<c r=\"A1\"", "<c r=\"XFE1\"")), "sheet-damaged");
    assert_eq!(
        code(&replaced(
            SHEET,
            "<mergeCell ref=\"A2:G2\"/>",
            "<mergeCell ref=\"A2:G2\"/><mergeCell ref=\"B1:C3\"/>"
        )),
        "sheet-damaged",
        "overlap"
    );
    let merges: String = (0..limits::MERGES + 1)
        .map(|n| format!("<mergeCell ref=\"AA{}:AB{}\"/>", n + 100, n + 100))
        .collect();
    assert_eq!(code(&replaced(SHEET, "<mergeCell ref=\"A2:G2\"/>", &merges)), "sheet-merges");
    let tall: String =
        (0..40).map(|n| format!("<mergeCell ref=\"{0}100:{0}1048576\"/>", Cell::letters(30 + n))).collect();
    assert_eq!(code(&replaced(SHEET, "<mergeCell ref=\"A2:G2\"/>", &tall)), "sheet-merges");
    let cells: String =
        (1..=16_384).map(|n| format!("<c r=\"{}60\" s=\"1\"/>", Cell::letters(n - 1))).collect();
    let rows: String = (60..80)
        .map(|n| format!("<row r=\"{n}\">{}</row>", cells.replace("60\"", &format!("{n}\""))))
        .collect();
    assert_eq!(code(&replaced(SHEET, "</sheetData>", &format!("{rows}</sheetData>"))), "sheet-cells");
    // A frame over the whole sheet is legal and must not take long.
    let frame = replaced(SHEET, "<mergeCell ref=\"A2:G2\"/>", "<mergeCell ref=\"AA100:XFD2000\"/>");
    assert!(propose(&frame).is_ok());
    assert_eq!(
        code(&replaced(
            "xl/workbook.xml",
            "<workbook ",
            "<workbook conformance=\"strict\" xmlns:s=\"http://purl.oclc.org/ooxml/spreadsheetml/main\" "
        )),
        "sheet-strict"
    );
}

#[test]
fn an_encrypted_entry_is_told() {
    let mut bytes = sample();
    // The flag of the first entry, in its local header and in the directory.
    bytes[6] |= 1;
    let central = bytes.windows(4).position(|part| part == b"PK\x01\x02").unwrap();
    bytes[central + 8] |= 1;
    assert_eq!(code(&bytes), "sheet-encrypted");
}

#[test]
fn prefixed_and_bom_parts_are_read_and_filled() {
    let bytes = edit(
        |name, content| {
            if name != SHEET {
                return Some(content);
            }
            let text = String::from_utf8(content).unwrap();
            let mut out = String::from("\u{feff}");
            let mut rest = text.as_str();
            while let Some(at) = rest.find('<') {
                out.push_str(&rest[..at]);
                let tail = &rest[at..];
                let (open, skip) = if tail.starts_with("</") {
                    ("</x:", 2)
                } else if tail.starts_with("<?") {
                    ("<?", 2)
                } else {
                    ("<x:", 1)
                };
                out.push_str(open);
                rest = &tail[skip..];
            }
            out.push_str(rest);
            Some(out.replacen("xmlns=", "xmlns:x=", 1).into_bytes())
        },
        Vec::new(),
    );
    let proposal = propose(&bytes).unwrap();
    assert_eq!(proposal.sheets[0].questions.len(), propose(&sample()).unwrap().sheets[0].questions.len());
    let filling = support::answers::filling(&proposal, ChoiceMark::Oval, support::picture);
    let filled = fill(&bytes, &filling).unwrap();
    assert!(propose(&filled.bytes).is_ok());
    let mut archive = ZipArchive::new(Cursor::new(&filled.bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(SHEET).unwrap().read_to_string(&mut text).unwrap();
    assert!(
        text.starts_with('\u{feff}') && text.contains("<x:c r=\"C5\"") && text.contains("<x:is><x:t "),
        "the sheet's own prefix is used"
    );
}

/// A filling that touches every kind of place.
fn try_all(bytes: &[u8]) {
    if let Ok(proposal) = propose(bytes) {
        let filling = support::answers::filling(&proposal, ChoiceMark::Oval, |_| {
            ekitei_report::Picture::new(&support::photo(32, 24, 1)).unwrap()
        });
        let _ = fill(bytes, &filling);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Bytes of the archive flipped anywhere: an answer or a fault, never a panic.
    #[test]
    fn flipped_bytes_never_panic(flips in prop::collection::vec((0_usize..11_000, any::<u8>()), 1..12)) {
        let mut bytes = sample();
        for (at, value) in flips {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        try_all(&bytes);
    }

    /// Pieces of the worksheet's and the styles' XML cut, doubled and swapped inside a valid archive.
    #[test]
    fn mangled_xml_never_panics(part in 0_usize..4, cuts in prop::collection::vec((0.0_f64..1.0, 0.0_f64..0.02, 0_u8..3), 1..6)) {
        let name = [SHEET, "xl/styles.xml", "xl/workbook.xml", "xl/sharedStrings.xml"][part];
        let bytes = edit(|this, content| {
            if this != name {
                return Some(content);
            }
            let mut text = String::from_utf8(content).unwrap();
            for (from, length, how) in &cuts {
                let floor = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1; } at };
                let from = floor((text.len() as f64 * from) as usize);
                let to = floor((from + (text.len() as f64 * length) as usize).min(text.len()));
                let piece = text[from..to].to_owned();
                match how {
                    0 => text.replace_range(from..to, ""),
                    1 => text.insert_str(to, &piece),
                    _ => text.replace_range(from..to, &piece.replace(['"', '1', '<'], "7")),
                }
            }
            Some(text.into_bytes())
        }, Vec::new());
        try_all(&bytes);
    }

    /// Numbers and addresses in the XML replaced by wild ones, so that the XML itself stays well-formed.
    #[test]
    fn wild_numbers_never_panic(at in prop::collection::vec((0.0_f64..1.0, prop::sample::select(vec!["0", "-1", "99999999999999999999", "1e308", "NaN", "XFD1048576", "A1:XFD1048576", "", "1048576"])), 1..10)) {
        let bytes = edit(|this, content| {
            if this != SHEET && this != "xl/styles.xml" {
                return Some(content);
            }
            let mut text = String::from_utf8(content).unwrap();
            for (place, value) in &at {
                let from = (text.len() as f64 * place) as usize;
                let Some(open) = text.as_bytes().iter().skip(from).position(|b| *b == b'"').map(|at| at + from) else { continue };
                // An opening quote follows an equals sign.
                let open = if text.as_bytes()[open - 1] == b'=' { open } else { continue };
                let Some(close) = text[open + 1..].find('"').map(|at| at + open + 1) else { continue };
                text.replace_range(open + 1..close, value);
            }
            Some(text.into_bytes())
        }, Vec::new());
        try_all(&bytes);
    }
}
