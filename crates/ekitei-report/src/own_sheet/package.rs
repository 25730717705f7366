//! The zip archive of a workbook, opened with limits before anything is believed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use ekitei_model::fault::Fault;
use zip::ZipArchive;

/// What a sheet may measure.
pub mod limits {
    /// The file, in bytes: what the prefecture's form service takes.
    pub const FILE_BYTES: usize = 10 * 1024 * 1024;
    /// The filled sheet with its pictures, in bytes: one record of that service.
    pub const FILLED_BYTES: usize = 20 * 1024 * 1024;
    /// Files inside the archive.
    pub const PARTS: usize = 2_000;
    /// One part unpacked, in bytes.
    pub const PART_BYTES: u64 = 48 * 1024 * 1024;
    /// All parts unpacked, in bytes.
    pub const ALL_BYTES: u64 = 128 * 1024 * 1024;
    /// Unpacked size divided by packed size, for parts above [`RATIO_FROM_BYTES`].
    pub const RATIO: u64 = 250;
    /// Small parts may be packed as tightly as they like.
    pub const RATIO_FROM_BYTES: u64 = 256 * 1024;
    /// Worksheets.
    pub const SHEETS: usize = 100;
    /// Cells of a worksheet that hold something or have a format.
    pub const CELLS: usize = 300_000;
    /// Merged ranges of a worksheet.
    pub const MERGES: usize = 20_000;
    /// Shared strings.
    pub const STRINGS: usize = 300_000;
    /// Depth of XML elements.
    pub const DEPTH: usize = 64;
    /// Questions proposed for one workbook.
    pub const QUESTIONS: usize = 2_000;
}

/// A workbook's parts by name. XML parts are held as text; pictures and the like only in the archive.
pub(crate) struct Package<'a> {
    bytes: &'a [u8],
    names: Vec<String>,
    texts: BTreeMap<String, String>,
}

const OLE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

impl<'a> Package<'a> {
    /// Errors: `sheet-empty`, `sheet-large`, `sheet-encrypted`, `sheet-old`, `sheet-not-excel`, `sheet-damaged`,
    /// `sheet-bomb`, `sheet-path`, `sheet-macro`, `sheet-embedded`, `sheet-external`, `sheet-binary`.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        if bytes.is_empty() {
            return Err(Fault::ask("sheet-empty"));
        }
        if bytes.len() > limits::FILE_BYTES {
            return Err(Fault::ask("sheet-large")
                .with("size_mb", bytes.len().div_ceil(1_000_000))
                .with("limit_mb", limits::FILE_BYTES / (1024 * 1024)));
        }
        if bytes.starts_with(OLE) {
            // A compound file: either a password-protected workbook or the format of before 2007.
            let wide: Vec<u8> = "EncryptedPackage".bytes().flat_map(|b| [b, 0]).collect();
            let locked = bytes.windows(wide.len()).any(|part| part == wide);
            return Err(Fault::ask(if locked { "sheet-encrypted" } else { "sheet-old" }));
        }
        if !bytes.starts_with(b"PK\x03\x04") {
            return Err(Fault::ask("sheet-not-excel"));
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Fault::ask("sheet-damaged"))?;
        if archive.len() > limits::PARTS {
            return Err(bomb("parts"));
        }
        let damaged = |_| Fault::ask("sheet-damaged");
        if archive.offset() != 0
            || archive.has_duplicate_names()
            || archive.has_overlapping_files().map_err(damaged)?
        {
            return Err(bomb("overlap"));
        }
        let mut this = Self { bytes, names: Vec::new(), texts: BTreeMap::new() };
        let mut seen = BTreeSet::new();
        let mut unpacked = 0_u64;
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).map_err(|error| match error {
                zip::result::ZipError::UnsupportedArchive(_) | zip::result::ZipError::InvalidPassword => {
                    Fault::ask("sheet-encrypted")
                }
                _ => Fault::ask("sheet-damaged"),
            })?;
            if file.encrypted() {
                return Err(Fault::ask("sheet-encrypted"));
            }
            let name = file.name().map_err(|_| Fault::ask("sheet-path"))?.into_owned();
            check_name(&name)?;
            if !seen.insert(name.to_ascii_lowercase()) {
                return Err(Fault::ask("sheet-path").with("part", shown(&name)));
            }
            let packed = file.compressed_size();
            let mut content = Vec::new();
            let room = limits::PART_BYTES.min(limits::ALL_BYTES - unpacked);
            // Declared sizes may lie: what counts is what comes out.
            (&mut file).take(room + 1).read_to_end(&mut content).map_err(|_| Fault::ask("sheet-damaged"))?;
            let size = content.len() as u64;
            unpacked += size.min(room);
            if size > room || (size > limits::RATIO_FROM_BYTES && size > packed.saturating_mul(limits::RATIO))
            {
                return Err(bomb(shown(&name).as_str()));
            }
            refuse_active(&name)?;
            if is_text(&name) {
                let text = String::from_utf8(content)
                    .map_err(|_| Fault::ask("sheet-encoding").with("part", shown(&name)))?;
                crate::own_sheet::xml::check(&text).map_err(|fault| fault.with("part", shown(&name)))?;
                this.texts.insert(name.clone(), text);
            }
            this.names.push(name);
        }
        if this.text("[Content_Types].xml").is_none() {
            return Err(Fault::ask("sheet-not-excel"));
        }
        this.refuse_types()?;
        crate::own_sheet::rels::refuse_external(&this.texts)?;
        Ok(this)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    pub fn need(&self, name: &str) -> Result<&str, Fault> {
        self.text(name).ok_or_else(|| Fault::ask("sheet-damaged").with("part", shown(name)))
    }

    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|one| one.eq_ignore_ascii_case(name))
    }

    /// Parts in the order of the archive.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn archive(&self) -> Result<ZipArchive<Cursor<&'a [u8]>>, Fault> {
        ZipArchive::new(Cursor::new(self.bytes)).map_err(|_| Fault::ask("sheet-damaged"))
    }

    /// Content types tell what a renamed file really is.
    fn refuse_types(&self) -> Result<(), Fault> {
        let types = self.need("[Content_Types].xml")?.to_ascii_lowercase();
        if types.contains("macroenabled") || types.contains("vbaproject") {
            return Err(Fault::ask("sheet-macro"));
        }
        if types.contains("sheet.binary.main") {
            return Err(Fault::ask("sheet-binary"));
        }
        if !types.contains("spreadsheetml.sheet.main+xml")
            && !types.contains("spreadsheetml.template.main+xml")
        {
            return Err(Fault::ask("sheet-not-excel"));
        }
        Ok(())
    }
}

fn bomb(part: &str) -> Fault {
    Fault::ask("sheet-bomb").with("part", part)
}

/// A part's name in a message: short, without control characters.
pub(crate) fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn check_name(name: &str) -> Result<(), Fault> {
    let bad = name.is_empty()
        || name.len() > 255
        || name.starts_with('/')
        || name.contains(['\\', ':', '\0'])
        || name.chars().any(char::is_control)
        || name.trim_end_matches('/').split('/').any(|part| part.is_empty() || part == "." || part == "..");
    if bad { Err(Fault::ask("sheet-path").with("part", shown(name))) } else { Ok(()) }
}

/// Parts that run, phone home or carry whole other files.
fn refuse_active(name: &str) -> Result<(), Fault> {
    let name = name.to_ascii_lowercase();
    let holds = |part: &str| name.contains(part);
    if holds("vbaproject") || holds("vbadata") || holds("/macrosheets/") || holds("/dialogsheets/") {
        return Err(Fault::ask("sheet-macro"));
    }
    if holds("/activex/") || holds("/embeddings/") || holds("/ctrlprops/") && name.ends_with(".bin") {
        return Err(Fault::ask("sheet-embedded"));
    }
    if holds("/externallinks/")
        || holds("xl/connections.xml")
        || holds("/querytables/")
        || holds("/webextensions/")
    {
        return Err(Fault::ask("sheet-external"));
    }
    Ok(())
}

fn is_text(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".xml", ".rels", ".vml"].iter().any(|end| name.ends_with(end))
}
