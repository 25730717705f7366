//! Ledgers and reports as files: the structure of the PDF, the pictures inside it byte by byte, the parts of the workbook.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use ekitei_report::ledger::{self, Ledger, PerPage, Row};
use ekitei_report::{Picture, covers, inspection};
use lopdf::{Document, Object};

fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn text(parts: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(parts[name].clone()).unwrap()
}

/// Image streams of a PDF as they are stored.
fn images(document: &Document) -> Vec<Vec<u8>> {
    document
        .objects
        .values()
        .filter_map(|object| match object {
            Object::Stream(stream)
                if stream.dict.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Image") =>
            {
                Some(stream.content.clone())
            }
            _ => None,
        })
        .collect()
}

fn ledger_of(count: usize, per_page: PerPage) -> Ledger {
    let picture = Picture::new(&support::photo(320, 240, 1)).unwrap();
    support::ledger(per_page, count, |_| picture.clone())
}

fn bare(per_page: PerPage, rows: Vec<Row>) -> Ledger {
    Ledger { per_page, rows, case_number: "砂-1".into(), made_on: "2026-11-21".into(), ..Ledger::default() }
}

#[test]
fn each_layout_has_its_number_of_pages() {
    let row = |number| Row { number, title: "全景".into(), ..Row::default() };
    for (per_page, count, pages) in [
        (PerPage::Two, 2, 1),
        (PerPage::Two, 3, 2),
        (PerPage::Three, 9, 3),
        (PerPage::Three, 10, 4),
        (PerPage::Four, 4, 1),
        (PerPage::Six, 13, 3),
        (PerPage::Six, 0, 1),
    ] {
        let pdf = ledger::pdf(&bare(per_page, (1..=count).map(row).collect())).unwrap();
        assert_eq!(Document::load_mem(&pdf).unwrap().get_pages().len(), pages, "{per_page:?} {count}");
    }
}

#[test]
fn pictures_pass_through_untouched_and_fonts_are_subsets() {
    let photo = support::photo(640, 480, 5);
    let picture = Picture::new(&photo).unwrap();
    let mut ledger = ledger_of(7, PerPage::Three);
    for row in &mut ledger.rows {
        row.picture = Some(picture.clone());
    }
    let pdf = ledger::pdf(&ledger).unwrap();
    let document = Document::load_mem(&pdf).unwrap();
    let found = images(&document);
    assert_eq!(found, [photo], "one picture used seven times is stored once, byte by byte");
    let fonts: Vec<String> = document
        .objects
        .values()
        .filter_map(|object| {
            object
                .as_dict()
                .ok()?
                .get(b"BaseFont")
                .ok()?
                .as_name()
                .ok()
                .map(|name| String::from_utf8_lossy(name).into_owned())
        })
        .collect();
    assert!(fonts.iter().any(|name| name.contains("+BIZUDPGothic-Regular")), "{fonts:?}");
    assert!(fonts.iter().any(|name| name.contains("+BIZUDPGothic-Bold")), "{fonts:?}");
    assert!(pdf.len() < 400_000, "only the glyphs used are embedded: {}", pdf.len());
    let xmp = String::from_utf8_lossy(&pdf).into_owned();
    assert!(xmp.contains("pdfaid:part"), "the file says that it is PDF/A");
}

/// Photos are put into the finished file: each whole, in its place, and the file's own table still leads everywhere.
#[test]
fn photos_are_whole_and_every_place_in_the_file_is_right() {
    let mut photos: Vec<Vec<u8>> = (0..7).map(|seed| support::photo(640, 480, seed)).collect();
    let mut ledger = ledger_of(7, PerPage::Three);
    for (row, photo) in ledger.rows.iter_mut().zip(&photos) {
        row.picture = Some(Picture::new(photo).unwrap());
    }
    let pdf = ledger::pdf(&ledger).unwrap();
    let mut found = images(&Document::load_mem(&pdf).unwrap());
    found.sort();
    let book = ledger::xlsx(&ledger).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&book)).unwrap();
    for (number, photo) in photos.iter().enumerate() {
        let mut bytes = Vec::new();
        let name = format!("xl/media/image{}.jpeg", number + 1);
        archive.by_name(&name).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(&bytes, photo, "{name}");
    }
    photos.sort();
    assert_eq!(found, photos);
    let at = |text: &[u8]| memchr::memmem::rfind(&pdf, text).unwrap();
    let table = at(b"\nxref\n") + 1;
    let said = String::from_utf8_lossy(&pdf[at(b"startxref\n") + 10..]).into_owned();
    assert_eq!(said.lines().next(), Some(table.to_string().as_str()));
    let lines = String::from_utf8_lossy(&pdf[table..]).into_owned();
    let mut objects = 0;
    for (number, entry) in lines.lines().skip(2).take_while(|line| *line != "trailer").enumerate() {
        if let Some(place) = entry.strip_suffix(" 00000 n") {
            let place: usize = place.parse().unwrap();
            assert!(pdf[place..].starts_with(format!("{number} 0 obj").as_bytes()), "object {number}");
            objects += 1;
        }
    }
    assert!(objects > 20, "{objects}");
}

#[test]
fn the_same_ledger_is_the_same_file() {
    let ledger = ledger_of(5, PerPage::Four);
    assert_eq!(ledger::pdf(&ledger).unwrap(), ledger::pdf(&ledger).unwrap());
    assert_eq!(ledger::xlsx(&ledger).unwrap(), ledger::xlsx(&ledger).unwrap());
}

#[test]
fn metadata_of_a_photo_stays_out_of_every_paper() {
    let photo = support::photo(320, 240, 2);
    // An EXIF segment with a place, a comment, and a second picture behind the end.
    let mut planted = photo[..2].to_vec();
    let secret = b"Exif\0\0MM\0*GPS-43.0621N-141.3544E";
    planted.extend([0xff, 0xe1]);
    planted.extend(u16::try_from(secret.len() + 2).unwrap().to_be_bytes());
    planted.extend(secret);
    planted.extend([0xff, 0xfe, 0, 9]);
    planted.extend(b"comment");
    planted.extend(&photo[2..]);
    planted.extend(&photo);
    let picture = Picture::new(&planted).unwrap();
    assert_eq!(picture.bytes(), photo, "exactly the picture remains");
    let ledger = bare(PerPage::Three, vec![Row { number: 1, picture: Some(picture), ..Row::default() }]);
    for file in [ledger::pdf(&ledger).unwrap(), ledger::xlsx(&ledger).unwrap()] {
        let holds = |needle: &[u8]| file.windows(needle.len()).any(|part| part == needle);
        assert!(!holds(b"GPS-43") && !holds(b"comment"));
    }
}

#[test]
fn broken_pictures_are_refused_with_a_code() {
    let photo = support::photo(320, 240, 2);
    for (bytes, code) in [
        (b"".to_vec(), "picture-unknown"),
        (b"GIF89a".to_vec(), "picture-unknown"),
        (photo[..40].to_vec(), "picture-damaged"),
        (photo[..3].to_vec(), "picture-damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec(), "picture-damaged"),
        (vec![0xff, 0xd8, 0xff, 0xda, 0, 2, 0xff, 0xd9], "picture-damaged"),
    ] {
        assert_eq!(Picture::new(&bytes).unwrap_err().code, code);
    }
    let mut wide = photo;
    let sof = wide.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    wide[sof + 5..sof + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert_eq!(Picture::new(&wide).unwrap_err().code, "picture-pixels");
}

#[test]
fn names_are_shown_and_what_the_font_lacks_is_not_dropped() {
    for c in "髙﨑①②㈱Ⅲ℡〒㎡㎥℃☐☑☒〓鷗塡剝邉邊齋ヱ".chars() {
        assert!(covers(c), "{c}");
    }
    // Every character of JIS X 0208 that is not private use.
    assert!(covers('亜') && covers('腕') && covers('弌') && covers('熙'));
    assert!(!covers('𠮷') && !covers('😀'));
    let row =
        Row { number: 1, title: "𠮷田①髙﨑".into(), caption: "😀の印".into(), ..Row::default() };
    let pdf = ledger::pdf(&bare(PerPage::Three, vec![row])).unwrap();
    let words = pdf_text(&pdf);
    assert!(words.contains("①髙﨑"), "{words}");
    assert!(
        words.contains('𠮷') && words.contains('😀'),
        "copied text keeps the character that is shown as 〓: {words}"
    );
}

/// All text of a PDF by its ToUnicode maps, in drawing order.
fn pdf_text(pdf: &[u8]) -> String {
    let document = Document::load_mem(pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    document.extract_text(&pages).unwrap()
}

#[test]
fn a_long_caption_goes_on_at_the_end() {
    let caption = format!("{}おわり", "のり面の小段の上から三メートルの位置に亀裂がある。".repeat(60));
    let row = Row { number: 12, caption, ..Row::default() };
    for per_page in PerPage::ALL {
        let pdf = ledger::pdf(&bare(per_page, vec![row.clone()])).unwrap();
        assert!(Document::load_mem(&pdf).unwrap().get_pages().len() >= 2);
        let words: String = pdf_text(&pdf).chars().filter(|c| !c.is_whitespace()).collect();
        assert!(words.contains("写真12の説明の続き"), "{per_page:?}");
        let shown = words.matches("亀裂がある").count();
        assert!(shown >= 60 - 2 && words.contains("おわり"), "{per_page:?}: {shown} of 60 sentences");
    }
}

#[test]
fn workbook_texts_are_strings_never_formulas() {
    let mut ledger = ledger_of(3, PerPage::Three);
    ledger.case_name = "=HYPERLINK(\"http://example.invalid\")".into();
    ledger.rows[0].title = "=1+1".into();
    ledger.rows[1].caption = "@SUM(A1)\u{1}\u{b}".into();
    ledger.rows[2].place = "+cmd|' /C calc'!A0".into();
    for per_page in PerPage::ALL {
        ledger.per_page = per_page;
        let parts = parts(&ledger::xlsx(&ledger).unwrap());
        let sheet = text(&parts, "xl/worksheets/sheet1.xml");
        assert!(!sheet.contains("<f>") && !sheet.contains("<f "), "{per_page:?}");
        let strings = text(&parts, "xl/sharedStrings.xml");
        for wanted in ["=1+1", "@SUM(A1)", "+cmd|", "=HYPERLINK"] {
            assert!(strings.contains(wanted), "{wanted}");
        }
        assert!(text(&parts, "xl/workbook.xml").contains("_xlnm.Print_Titles"));
        assert!(sheet.contains("paperSize=\"9\""));
    }
}

#[test]
fn workbook_pictures_lie_in_their_cells() {
    let ledger = ledger_of(10, PerPage::Two);
    let parts = parts(&ledger::xlsx(&ledger).unwrap());
    let drawing = text(&parts, "xl/drawings/drawing1.xml");
    assert_eq!(drawing.matches("<xdr:pic>").count(), 9, "the ninth row has no photo");
    let media: Vec<&Vec<u8>> =
        parts.iter().filter(|(name, _)| name.starts_with("xl/media/")).map(|(_, bytes)| bytes).collect();
    assert_eq!(media, [ledger.rows[0].picture.as_ref().unwrap().bytes()]);
    assert!(text(&parts, "docProps/core.xml").contains("2026-11-21"), "the day given, not the computer's");
}

#[test]
fn reports_hold_what_was_answered() {
    let report = support::report();
    let pdf = inspection::pdf(&report).unwrap();
    let words: String = pdf_text(&pdf).chars().filter(|c| !c.is_whitespace()).collect();
    for wanted in [
        "砂利採取場立入検査調書",
        "令和8年11月20日",
        "☑",
        "指摘事項",
        "直ちに",
        "総合判定",
        "髙橋一郎",
        "No.8",
    ] {
        assert!(words.contains(wanted), "{wanted}");
    }
    assert_eq!(words.matches('☑').count(), 12 + 2, "one ruling each, two choices");
    let document = Document::load_mem(&pdf).unwrap();
    assert!(images(&document).len() >= 4, "three photos and a signature (with its mask)");
    let parts = parts(&inspection::xlsx(&report).unwrap());
    let strings = text(&parts, "xl/sharedStrings.xml");
    for wanted in ["所見", "北側のり面", "直ちに", "☑"] {
        assert!(strings.contains(wanted), "{wanted}");
    }
    assert_eq!(text(&parts, "xl/drawings/drawing2.xml").matches("<xdr:pic>").count(), 3);
}

#[test]
fn a_huge_text_flows_over_pages_without_loss() {
    let stops =
        |report: &inspection::Report| pdf_text(&inspection::pdf(report).unwrap()).matches('。').count();
    let mut report = support::report();
    report.opinion = String::new();
    let before = stops(&report);
    report.opinion = format!("{}おわり", "所見の一文である。".repeat(2_000));
    assert_eq!(stops(&report), before + 2_000, "each sentence once");
    let words = pdf_text(&inspection::pdf(&report).unwrap());
    assert!(words.contains("おわり"));
}

#[test]
fn an_empty_report_is_still_a_paper() {
    let report = inspection::Report::default();
    assert_eq!(Document::load_mem(&inspection::pdf(&report).unwrap()).unwrap().get_pages().len(), 1);
    assert!(parts(&inspection::xlsx(&report).unwrap()).contains_key("xl/workbook.xml"));
    let many = bare(PerPage::Six, vec![Row::default(); ledger::ROWS_LIMIT + 1]);
    assert_eq!(ledger::pdf(&many).unwrap_err().code, "ledger-long");
    assert_eq!(ledger::xlsx(&many).unwrap_err().code, "ledger-long");
}
