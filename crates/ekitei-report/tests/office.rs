//! The filled samples as LibreOffice shows them, beside the originals: the same pages, pixel for pixel outside of the
//! cells that are written into (their borders included), the answers in the text. Needs `soffice`, `pdftoppm` and
//! `pdftotext`; the stage that has them sets `EKITEI_TEST_OFFICE`, and without it nothing here is proven.
#![allow(clippy::unwrap_used)]

mod support;

use support::stained::{self, Mask};

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

/// The pages of a workbook in colour, and its text.
fn render(folder: &Path, name: &str) -> (Vec<Page>, String) {
    run("soffice", &["--headless", "--convert-to", "pdf", &format!("{name}.xlsx")], folder);
    run("pdftoppm", &["-r", "100", &format!("{name}.pdf"), name], folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension().is_some_and(|end| end == "ppm")
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

/// A pixel that differs by more than this from all its neighbours on the other page is another one: smoothed edges
/// differ by less.
const APART: i16 = 96;

struct Page {
    width: usize,
    rgb: Vec<[u8; 3]>,
}

impl Page {
    /// A binary PPM.
    fn read(bytes: &[u8]) -> Self {
        let mut at = 0;
        let mut numbers = Vec::new();
        assert!(bytes.starts_with(b"P6"));
        at += 2;
        while numbers.len() < 3 {
            while bytes[at].is_ascii_whitespace() {
                at += 1;
            }
            let end = at + bytes[at..].iter().position(u8::is_ascii_whitespace).unwrap();
            numbers.push(std::str::from_utf8(&bytes[at..end]).unwrap().parse::<usize>().unwrap());
            at = end;
        }
        let rgb = bytes[at + 1..].chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect();
        Self { width: numbers[0], rgb }
    }

    fn height(&self) -> usize {
        self.rgb.len() / self.width
    }

    fn grey(&self, at: usize) -> i16 {
        let [r, g, b] = self.rgb[at].map(i16::from);
        (r * 2 + g * 5 + b) / 8
    }

    /// Places outside of `mask` where this page shows what the other shows nowhere near.
    fn differs(&self, other: &Self, mask: &Mask) -> Vec<(usize, usize)> {
        let mut out = Vec::new();
        for y in 1..self.height() - 1 {
            for x in 1..self.width - 1 {
                let at = y * self.width + x;
                if mask.covers(x, y) {
                    continue;
                }
                let mut near = (y - 1..=y + 1).flat_map(|y| (x - 1..=x + 1).map(move |x| y * self.width + x));
                if near.all(|there| (self.grey(at) - other.grey(there)).abs() > APART) {
                    out.push((x, y));
                }
            }
        }
        out
    }
}

#[test]
fn the_filled_sheet_looks_like_the_sheet() {
    if std::env::var_os("EKITEI_TEST_OFFICE").is_none() {
        println!("not run: EKITEI_TEST_OFFICE is not set; cargo xtask test --only office");
        return;
    }
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
        // Where the answers belong, as the same program draws it: those cells in a colour that nothing else has.
        std::fs::write(folder.path().join("stained.xlsx"), stained::stained(&original, &proposal)).unwrap();
        let (stained, _) = render(folder.path(), "stained");
        assert_eq!(stained.len(), before.len(), "{name}: the colour moves nothing");
        for (page, ((old, new), colour)) in before.iter().zip(&after).zip(&stained).enumerate() {
            assert_eq!((old.width, old.rgb.len()), (new.width, new.rgb.len()));
            let mask = Mask::of(&colour.rgb, colour.width);
            let share = mask.covered() * 100 / old.rgb.len();
            assert!((1..75).contains(&share), "{name} page {page}: answers take {share} of 100");
            // Both ways: nothing of the sheet has gone, and nothing stands beside the cells. Merged cells, borders,
            // frames, seal boxes, headings and the part of the sheet that is printed are what they were.
            let (gone, come) = (old.differs(new, &mask), new.differs(old, &mask));
            println!("{name} page {page}: {share} % are answers; {} gone, {} come", gone.len(), come.len());
            assert!(gone.is_empty(), "{name} page {page}: gone at {:?}", &gone[..gone.len().min(9)]);
            assert!(come.is_empty(), "{name} page {page}: come at {:?}", &come[..come.len().min(9)]);
            // It would be seen: the same page moved by three pixels is another one.
            let moved =
                Page { width: old.width, rgb: old.rgb[3..].iter().chain(&old.rgb[..3]).copied().collect() };
            assert!(old.differs(&moved, &mask).len() > 100);
        }
        for word in wanted {
            assert!(text.contains(word), "{name}: {word} in\n{text}");
        }
        for word in ["課長", "係長"].iter().filter(|word| words.contains(**word)) {
            assert!(text.contains(word), "{name}: the seal boxes' words stay");
        }
        let half_tones = |pages: &[Page]| {
            pages
                .iter()
                .flat_map(|p| (0..p.rgb.len()).map(|at| p.grey(at)))
                .filter(|g| (60..230).contains(g))
                .count()
        };
        assert!(half_tones(&after) > half_tones(&before) + 20_000, "{name}: photos are shown");
    }
}
