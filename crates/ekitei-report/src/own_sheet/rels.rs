//! Relationships between parts.

use std::collections::BTreeMap;

use ekitei_model::fault::Fault;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::package::shown;
use super::xml::{attribute, body, damaged, local};

pub(crate) struct Relation {
    pub id: String,
    /// The last part of the type's address: `worksheet`, `drawing`, …
    pub kind: String,
    /// Full name of the part inside the archive.
    pub target: String,
    pub external: bool,
}

/// Where the relationships of a part stand.
pub(crate) fn path_of(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/_rels/{name}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// The part whose relationships a `.rels` part holds.
fn owner_of(rels: &str) -> String {
    let (folder, name) = rels.rsplit_once("_rels/").unwrap_or(("", rels));
    format!("{folder}{}", name.strip_suffix(".rels").unwrap_or(name))
}

pub(crate) fn read(rels_part: &str, text: &str) -> Result<Vec<Relation>, Fault> {
    let owner = owner_of(rels_part);
    let mut reader = Reader::from_str(body(text));
    let mut found = Vec::new();
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(element) | Event::Empty(element) if local(&element) == "Relationship" => {
                let kind = attribute(&element, "Type")?.unwrap_or_default();
                let external = attribute(&element, "TargetMode")?
                    .is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
                let target = attribute(&element, "Target")?.unwrap_or_default();
                found.push(Relation {
                    id: attribute(&element, "Id")?.unwrap_or_default(),
                    kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                    target: if external { target } else { resolve(&owner, &target)? },
                    external,
                });
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// A target beside its owner as a full name; one that climbs out of the archive is refused.
fn resolve(owner: &str, target: &str) -> Result<String, Fault> {
    let target = target.split(['#', '?']).next().unwrap_or_default();
    if target.contains(['\\', ':', '\0', '%']) {
        return Err(Fault::ask("sheet-path").with("part", shown(target)));
    }
    let mut parts: Vec<&str> = match owner.rsplit_once('/') {
        Some((folder, _)) if !target.starts_with('/') => folder.split('/').collect(),
        _ => Vec::new(),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or_else(|| Fault::ask("sheet-path").with("part", shown(target)))?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// Nothing outside the file may be fetched when it is opened. A link that a person clicks is no such thing.
pub(crate) fn refuse_external(texts: &BTreeMap<String, String>) -> Result<(), Fault> {
    for (name, text) in texts.iter().filter(|(name, _)| name.to_ascii_lowercase().ends_with(".rels")) {
        for relation in read(name, text)? {
            if relation.external && relation.kind != "hyperlink" {
                return Err(Fault::ask("sheet-external").with("part", shown(name)));
            }
            if matches!(
                relation.kind.as_str(),
                "externalLink" | "externalLinkPath" | "oleObject" | "attachedTemplate" | "connections"
            ) {
                return Err(Fault::ask("sheet-external").with("part", shown(name)));
            }
            if matches!(relation.kind.as_str(), "vbaProject" | "xlMacrosheet" | "xlIntlMacrosheet") {
                return Err(Fault::ask("sheet-macro"));
            }
        }
    }
    Ok(())
}
