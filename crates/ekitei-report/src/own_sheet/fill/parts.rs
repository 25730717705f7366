//! The archive with some parts replaced or added; everything else is copied packed as it is.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use ekitei_model::fault::Fault;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::own_sheet::package::Package;
use crate::own_sheet::rels;
use crate::own_sheet::xml::{body, damaged, escape};
use crate::picture::Picture;

const PACKAGE_RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE_RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPES: &str = "[Content_Types].xml";

pub(super) struct Patch<'a> {
    package: &'a Package<'a>,
    texts: BTreeMap<String, String>,
    media: BTreeMap<String, Picture>,
}

impl<'a> Patch<'a> {
    pub fn new(package: &'a Package<'a>) -> Self {
        Self { package, texts: BTreeMap::new(), media: BTreeMap::new() }
    }

    /// The part as it stands now.
    pub fn text(&self, name: &str) -> Option<String> {
        self.texts.get(name).cloned().or_else(|| self.package.text(name).map(str::to_owned))
    }

    pub fn replace(&mut self, name: &str, text: String) {
        self.texts.insert(name.to_owned(), text);
    }

    pub fn media(&mut self, name: &str, picture: &Picture) {
        self.media.insert(name.to_owned(), picture.clone());
        let (extension, kind) = (picture.kind().extension(), picture.kind().media_type());
        if let Some(types) = self.text(TYPES)
            && !types.to_ascii_lowercase().contains(&format!("extension=\"{extension}\""))
            && let Some(at) = types.find("<Default ").or_else(|| types.find("<Override "))
        {
            let entry = format!("<Default Extension=\"{extension}\" ContentType=\"{kind}\"/>");
            self.replace(TYPES, format!("{}{entry}{}", &types[..at], &types[at..]));
        }
    }

    /// A name that no part of the archive has.
    pub fn free_name(&self, stem: &str, extension: &str) -> String {
        let taken = |name: &str| {
            self.package.has(name) || self.texts.contains_key(name) || self.media.contains_key(name)
        };
        // One number for all kinds of pictures, as other programs count them.
        let kinds = ["xml", "jpeg", "jpg", "png", "gif", "emf", "wmf", "bmp", "tiff"];
        let number =
            (1_u32..).find(|number| !kinds.iter().any(|kind| taken(&format!("{stem}{number}.{kind}"))));
        format!("{stem}{}.{extension}", number.unwrap_or(0))
    }

    pub fn override_type(&mut self, part: &str, kind: &str) -> Result<(), Fault> {
        let types = self.text(TYPES).ok_or_else(damaged)?;
        let at = types.rfind("</").ok_or_else(damaged)?;
        let entry = format!("<Override PartName=\"/{}\" ContentType=\"{kind}\"/>", escape(part));
        self.replace(TYPES, format!("{}{entry}{}", &types[..at], &types[at..]));
        Ok(())
    }

    /// Adds a relationship to a part and returns its id.
    pub fn relate(&mut self, part: &str, kind: &str, target: &str) -> Result<String, Fault> {
        let name = rels::path_of(part);
        let (text, ids) = match self.text(&name) {
            Some(text) => {
                let ids: Vec<String> =
                    rels::read(&name, &text)?.into_iter().map(|relation| relation.id).collect();
                (text, ids)
            }
            None => (
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"{PACKAGE_RELATIONS}\"></Relationships>"
                ),
                Vec::new(),
            ),
        };
        let id =
            (1_u32..).map(|number| format!("rId{number}")).find(|id| !ids.contains(id)).unwrap_or_default();
        let entry = format!(
            "<Relationship Id=\"{id}\" Type=\"{OFFICE_RELATIONS}/{kind}\" Target=\"{}\"/>",
            escape(target)
        );
        let text = match text.rfind("</") {
            Some(at) => format!("{}{entry}{}", &text[..at], &text[at..]),
            None => {
                // An empty root element.
                let at = body(&text).rfind("/>").ok_or_else(damaged)? + (text.len() - body(&text).len());
                format!("{}>{entry}</Relationships>", &text[..at])
            }
        };
        self.replace(&name, text);
        Ok(id)
    }

    pub fn write(self) -> Result<Vec<u8>, Fault> {
        let failed = |_| Fault::ask("sheet-damaged");
        let mut archive = self.package.archive()?;
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        let packed = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        let stored = packed.compression_method(CompressionMethod::Stored);
        for (index, name) in self.package.names().iter().enumerate() {
            match self.texts.get(name) {
                Some(text) if self.package.text(name) != Some(text.as_str()) => {
                    out.start_file(name.as_str(), packed).map_err(failed)?;
                    out.write_all(text.as_bytes()).map_err(|_| damaged())?;
                }
                _ => {
                    let file = archive.by_index_raw(index).map_err(failed)?;
                    out.raw_copy_file(file).map_err(failed)?;
                }
            }
        }
        for (name, text) in self.texts.iter().filter(|(name, _)| self.package.text(name).is_none()) {
            out.start_file(name.as_str(), packed).map_err(failed)?;
            out.write_all(text.as_bytes()).map_err(|_| damaged())?;
        }
        for (name, picture) in &self.media {
            out.start_file(name.as_str(), stored).map_err(failed)?;
            out.write_all(picture.bytes()).map_err(|_| damaged())?;
        }
        out.finish().map(Cursor::into_inner).map_err(failed)
    }
}

/// Cached results of formulas may be old now: the program that opens the file computes them anew.
pub(super) fn recalculate_on_load(patch: &mut Patch<'_>, workbook: &str) -> Result<(), Fault> {
    let text = patch.text(workbook).ok_or_else(damaged)?;
    if text.contains("fullCalcOnLoad=\"1\"") {
        return Ok(());
    }
    let at = text.find("calcPr").filter(|at| text[..*at].ends_with('<') || text[..*at].ends_with(':'));
    if let Some(at) = at {
        let after = at + "calcPr".len();
        patch.replace(workbook, format!("{} fullCalcOnLoad=\"1\"{}", &text[..after], &text[after..]));
    }
    Ok(())
}
