//! Photos stay out of what the writers of PDF and Excel hash, renumber and copy several times: each photo goes in as its
//! own head of a few hundred bytes, and the finished file is written once more with the photos in place of the heads.
//! A signature (PNG) is small and goes in as it is.

use std::collections::HashMap;
use std::io::{Cursor, Read, Write};
use std::sync::Arc;

use ekitei_model::fault::Fault;
use memchr::memmem;
use rust_xlsxwriter::XlsxError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::picture::{Kind, Picture};

const SOI: &[u8] = &[0xff, 0xd8];
const EOI: &[u8] = &[0xff, 0xd9];
/// Begins the comment that every stand-in carries.
const SIGN: &[u8] = b"ekitei-stand-in\0";

/// The photos of one document and what stands in for them meanwhile.
#[derive(Default)]
pub(crate) struct Stubs {
    stubs: Vec<(Arc<Vec<u8>>, Picture)>,
    /// The same photo twice is stored once.
    known: HashMap<*const u8, usize>,
}

impl Stubs {
    /// What to give to the writer in place of the picture.
    pub fn stand_in(&mut self, picture: &Picture) -> Arc<Vec<u8>> {
        let Some(head) = head(picture) else { return picture.shared() };
        if let Some(known) = self.known.get(&picture.bytes().as_ptr()) {
            return Arc::clone(&self.stubs[*known].0);
        }
        let bytes = picture.bytes();
        let mut comment = SIGN.to_vec();
        comment.extend_from_slice(&(self.stubs.len() as u64).to_be_bytes());
        // The file's own id comes from its content: let the photos take part.
        comment.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        comment.extend(bytes.iter().rev().step_by(bytes.len().div_ceil(256)));
        let mut stub = SOI.to_vec();
        stub.extend_from_slice(&[0xff, 0xfe]);
        let length = u16::try_from(comment.len() + 2).expect("a comment of a few hundred bytes");
        stub.extend_from_slice(&length.to_be_bytes());
        stub.extend_from_slice(&comment);
        stub.extend_from_slice(&head[2..]);
        stub.extend_from_slice(EOI);
        let stub = Arc::new(stub);
        self.known.insert(bytes.as_ptr(), self.stubs.len());
        self.stubs.push((Arc::clone(&stub), picture.clone()));
        stub
    }

    /// The photo whose stand-in begins here.
    fn photo_at(&self, bytes: &[u8]) -> Option<(&[u8], &Picture)> {
        let number = bytes.get(6 + SIGN.len()..)?.first_chunk::<8>()?;
        let (stub, picture) = self.stubs.get(usize::try_from(u64::from_be_bytes(*number)).ok()?)?;
        bytes.starts_with(stub).then_some((stub.as_slice(), picture))
    }

    fn all_bytes(&self) -> usize {
        self.stubs.iter().map(|(_, picture)| picture.bytes().len()).sum()
    }

    /// A workbook with its photos.
    ///
    /// # Errors
    /// The archive that was just written cannot be read.
    pub fn fill_workbook(&self, book: Vec<u8>) -> Result<Vec<u8>, XlsxError> {
        if self.stubs.is_empty() {
            return Ok(book);
        }
        let mut archive = ZipArchive::new(Cursor::new(book.as_slice()))?;
        let room = book.len() + self.all_bytes();
        let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(room)));
        let mut bytes = Vec::new();
        for number in 0..archive.len() {
            let mut part = archive.by_index_raw(number)?;
            let name = part.name()?.into_owned();
            if part.compression() == CompressionMethod::Stored && name.starts_with("xl/media/") {
                bytes.clear();
                part.read_to_end(&mut bytes)?;
                if let Some((_, photo)) = self.photo_at(&bytes) {
                    let options = SimpleFileOptions::default()
                        .compression_method(CompressionMethod::Stored)
                        .last_modified_time(part.last_modified().unwrap_or_default());
                    out.start_file(name, options)?;
                    out.write_all(photo.bytes())?;
                    continue;
                }
                drop(part);
                part = archive.by_index_raw(number)?;
            }
            out.raw_copy_file(part)?;
        }
        Ok(out.finish()?.into_inner())
    }

    /// A PDF with its photos: streams, their lengths, and the table of all places behind them.
    ///
    /// # Errors
    /// `report-pdf`: the file is not as the writer makes it.
    pub fn fill_pdf(&self, pdf: Vec<u8>) -> Result<Vec<u8>, Fault> {
        if self.stubs.is_empty() {
            return Ok(pdf);
        }
        let odd = |what: &str| Fault::ask("report-pdf").with("detail", what);
        let table = table_at(&pdf).ok_or_else(|| odd("table"))?;
        let mut out = Vec::with_capacity(pdf.len() + self.all_bytes() + 4_096);
        // Old places from which on everything has moved, and where they are now: a photo may be smaller than its stub.
        let mut moved: Vec<(usize, usize)> = Vec::new();
        let mut copied = 0;
        for found in memmem::find_iter(&pdf[..table], SIGN) {
            let Some(at) = found.checked_sub(6).filter(|at| *at >= copied) else { continue };
            let Some((stub, photo)) = self.photo_at(&pdf[at..]) else { continue };
            let object = memmem::rfind(&pdf[copied..at], b" obj").map_or(copied, |o| copied + o);
            let old = format!("/Length {}", stub.len());
            let length =
                memmem::find(&pdf[object..at], old.as_bytes()).ok_or_else(|| odd("length"))? + object;
            out.extend_from_slice(&pdf[copied..length]);
            out.extend_from_slice(format!("/Length {}", photo.bytes().len()).as_bytes());
            out.extend_from_slice(&pdf[length + old.len()..at]);
            out.extend_from_slice(photo.bytes());
            copied = at + stub.len();
            moved.push((copied, out.len()));
        }
        if moved.len() != self.stubs.len() {
            return Err(odd("photos"));
        }
        let place = |old: usize| {
            let before = moved.partition_point(|(from, _)| *from <= old);
            before.checked_sub(1).map_or(old, |last| moved[last].1 + (old - moved[last].0))
        };
        out.extend_from_slice(&pdf[copied..table]);
        write_table(&pdf[table..], place, &mut out).ok_or_else(|| odd("table"))?;
        out.extend_from_slice(format!("startxref\n{}\n%%EOF", place(table)).as_bytes());
        Ok(out)
    }
}

/// Bytes of a line of the table: `0000000017 00000 n` and its end.
const ENTRY: usize = 20;

/// Where the table of places begins, as the end of the file says.
fn table_at(pdf: &[u8]) -> Option<usize> {
    let end = memmem::rfind(pdf, b"startxref\n")? + b"startxref\n".len();
    let digits = pdf[end..].split(|b| !b.is_ascii_digit()).next()?;
    let at: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
    pdf.get(at..)?.starts_with(b"xref\n0 ").then_some(at)
}

/// The table with new places, and the trailer up to `startxref`.
fn write_table(table: &[u8], place: impl Fn(usize) -> usize, out: &mut Vec<u8>) -> Option<()> {
    let head = memmem::find(&table[b"xref\n".len()..], b"\n")? + b"xref\n".len() + 1;
    let trailer = memmem::rfind(table, b"trailer\n")?;
    let end = memmem::rfind(table, b"startxref\n")?;
    out.extend_from_slice(&table[..head]);
    let entries = table.get(head..trailer)?.chunks_exact(ENTRY);
    if !entries.remainder().is_empty() {
        return None;
    }
    for entry in entries {
        if entry[17] == b'n' {
            let old: usize = std::str::from_utf8(&entry[..10]).ok()?.parse().ok()?;
            out.extend_from_slice(format!("{:010}", place(old)).as_bytes());
            out.extend_from_slice(&entry[10..]);
        } else {
            out.extend_from_slice(entry);
        }
    }
    out.extend_from_slice(&table[trailer..end]);
    Some(())
}

/// A photo from its start to where its pixels begin. `None`: not a JPEG.
fn head(picture: &Picture) -> Option<&[u8]> {
    if picture.kind() != Kind::Jpeg {
        return None;
    }
    let bytes = picture.bytes();
    let mut at = 2;
    loop {
        let length = bytes.get(at + 2..)?.first_chunk::<2>()?;
        let end = at + 2 + usize::from(u16::from_be_bytes(*length));
        // What is longer is no head of a few hundred bytes.
        if bytes.get(at + 1) == Some(&0xda) {
            return bytes.get(..end).filter(|head| head.len() < bytes.len());
        }
        at = end;
    }
}
