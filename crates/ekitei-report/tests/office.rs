//! The filled samples as LibreOffice shows them, beside the originals: the same pages, the same frame of lines, the
//! answers in the text. Needs `soffice`, `pdftoppm` and `pdftotext`; the stage that has them sets the feature `office`,
//! and without it nothing here is proven.
#![cfg(feature = "office")]
#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use ekitei_report::own_sheet::{ChoiceMark, fill, propose};

/// The measures of ＭＳ Ｐゴシック come from a font that is there, so that circles and columns fit as on an office PC.
const FONTS: &str = r#"<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match target="pattern"><test name="family"><string>ＭＳ Ｐゴシック</string></test>
<edit name="family" mode="assign" binding="strong"><string>Noto Sans CJK JP</string></edit></match></fontconfig>"#;

fn run(program: &str, arguments: &[&str], folder: &Path) -> Vec<u8> {
    let out = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("FONTCONFIG_FILE", folder.join("fonts.conf"))
        .env("HOME", folder)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(out.status.success(), "{program}: {}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

/// The pages of a workbook as grey pictures, and its text.
fn render(folder: &Path, name: &str) -> (Vec<Page>, String) {
    run("soffice", &["--headless", "--convert-to", "pdf", &format!("{name}.xlsx")], folder);
    run("pdftoppm", &["-r", "72", "-gray", &format!("{name}.pdf"), name], folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension().is_some_and(|end| end == "pgm")
                && path.file_name().unwrap().to_string_lossy().starts_with(&format!("{name}-"))
        })
        .collect();
    files.sort();
    let text = run("pdftotext", &["-layout", &format!("{name}.pdf"), "-"], folder);
    (
        files.iter().map(|file| Page::read(&std::fs::read(file).unwrap())).collect(),
        String::from_utf8(text).unwrap(),
    )
}

/// Darker than this is ink.
const INK: u8 = 120;
/// Of a thousand dark pixels of the original, so many may have gone: boxes that became ticks, hints that became answers.
const LOST_OF_1000: usize = 5;

struct Page {
    width: usize,
    grey: Vec<u8>,
}

impl Page {
    /// A binary PGM.
    fn read(bytes: &[u8]) -> Self {
        let mut at = 0;
        let mut numbers = Vec::new();
        assert!(bytes.starts_with(b"P5"));
        at += 2;
        while numbers.len() < 3 {
            while bytes[at].is_ascii_whitespace() {
                at += 1;
            }
            let end = at + bytes[at..].iter().position(u8::is_ascii_whitespace).unwrap();
            numbers.push(std::str::from_utf8(&bytes[at..end]).unwrap().parse::<usize>().unwrap());
            at = end;
        }
        Self { width: numbers[0], grey: bytes[at + 1..].to_vec() }
    }

    fn height(&self) -> usize {
        self.grey.len() / self.width
    }

    /// Places of long dark lines across: the sheet's ruling.
    fn rules(&self) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for (y, row) in self.grey.chunks_exact(self.width).enumerate() {
            let longest = row.split(|grey| *grey > 200).map(<[u8]>::len).max().unwrap_or(0);
            if longest > self.width / 4 {
                found.push((y, longest));
            }
        }
        found
    }

    /// The page lying on its side: its upright lines run across.
    fn turned(&self) -> Self {
        let columns =
            (0..self.width).flat_map(|x| (0..self.height()).map(move |y| self.grey[y * self.width + x]));
        Self { width: self.height(), grey: columns.collect() }
    }

    /// Dark pixels, and how many of them have nothing dark within one pixel on `other`.
    fn ink_lost_on(&self, other: &Self) -> (usize, usize) {
        let (mut ink, mut lost) = (0, 0);
        for y in 1..self.height() - 1 {
            for x in 1..self.width - 1 {
                if self.grey[y * self.width + x] > INK {
                    continue;
                }
                ink += 1;
                let near = (y - 1..=y + 1).flat_map(|y| (x - 1..=x + 1).map(move |x| y * self.width + x));
                lost += usize::from(near.into_iter().all(|at| other.grey[at] > INK + 40));
            }
        }
        (ink, lost)
    }
}

#[test]
fn the_filled_sheet_looks_like_the_sheet() {
    for (name, wanted) in [
        ("gravel-pit", &["令和8年11月20日", "12,400.5", "髙橋", "=要確認"][..]),
        ("staff-housing", &["戸建", "髙橋", "☑"][..]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("fonts.conf"), FONTS).unwrap();
        let original = std::fs::read(
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../assets/sheets/{name}.xlsx")),
        )
        .unwrap();
        let proposal = propose(&original).unwrap();
        let filled =
            fill(&original, &support::answers::filling(&proposal, ChoiceMark::Oval, support::picture))
                .unwrap();
        std::fs::write(folder.path().join("original.xlsx"), &original).unwrap();
        std::fs::write(folder.path().join("filled.xlsx"), &filled.bytes).unwrap();
        let (before, words) = render(folder.path(), "original");
        let (after, text) = render(folder.path(), "filled");
        assert_eq!(before.len(), after.len(), "{name}: the same number of pages");
        for (page, (old, new)) in before.iter().zip(&after).enumerate() {
            assert_eq!(old.grey.len(), new.grey.len());
            // Photos may add dark rows of their own; no line of the sheet may be missing or moved, so the cells are
            // merged as they were and the page shows the same part of the sheet.
            for (how, old, new) in [
                ("across", old.rules(), new.rules()),
                ("upright", old.turned().rules(), new.turned().rules()),
            ] {
                assert!(how == "upright" || !old.is_empty(), "{name} page {page} is ruled");
                for (y, length) in &old {
                    let kept = new.iter().any(|(at, other)| at.abs_diff(*y) <= 1 && *other + 4 >= *length);
                    assert!(kept, "{name} page {page}: the line {how} at {y} is gone");
                }
            }
            // Words and lines of the sheet stay where they were, but for what the answers stand in place of.
            let (ink, lost) = old.ink_lost_on(new);
            println!("{name} page {page}: {lost} of {ink} dark pixels have gone");
            assert!(
                lost * 1_000 <= ink * LOST_OF_1000,
                "{name} page {page}: {lost} of {ink} dark pixels have gone"
            );
        }
        for word in wanted {
            assert!(text.contains(word), "{name}: {word} in\n{text}");
        }
        for word in ["課長", "係長"].iter().filter(|word| words.contains(**word)) {
            assert!(text.contains(word), "{name}: the seal boxes' words stay");
        }
        let photos =
            after.iter().flat_map(|page| &page.grey).filter(|grey| (60..230).contains(*grey)).count();
        let before =
            before.iter().flat_map(|page| &page.grey).filter(|grey| (60..230).contains(*grey)).count();
        assert!(photos > before + 20_000, "{name}: photos are shown");
    }
}
