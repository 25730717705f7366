//! Published versions of a form and what each changed.

use super::forms::readable_form;
use super::forms_publish::versions_of;
use super::guard::User;
use super::names::Names;
use super::views::{ChangeView, FaultView, VersionView, VersionsView};
use crate::app::Shared;
use crate::fault::Answer;
use axum::Json;
use axum::extract::{Path, State};
use ekitei_forms::FormDef;
use ekitei_model::kinds::{form, form_version};
use ekitei_model::{Record, Scope};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Differences that one answer tells of.
const MAX_CHANGES: usize = 200;

/// Versions of a form, newest first, each with what it changed; and what the draft changes.
#[utoipa::path(get, path = "/api/forms/{id}/versions", tag = "forms",
    params(("id" = String, Path, description = "The form")),
    responses((status = 200, body = VersionsView), (status = 404, body = FaultView)))]
pub async fn versions(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
) -> Answer<Json<VersionsView>> {
    let record = readable_form(&app, &user, &id).await?;
    let mut by_number: BTreeMap<u64, Vec<Record>> = BTreeMap::new();
    for found in versions_of(&app, &record).await? {
        let number = found.fields.get(form_version::VERSION).and_then(Value::as_u64).unwrap_or(0);
        by_number.entry(number).or_default().push(found);
    }
    let names = Names::new(&*app.storage);
    let mut out = Vec::with_capacity(by_number.len());
    let mut before: Option<Pieces> = None;
    for (version, records) in by_number {
        let Some(first) = records.first() else { continue };
        let now = first.fields.get(form_version::DEFINITION).map(Pieces::of).unwrap_or_default();
        let by = names.wrote(first, form_version::DEFINITION).await?;
        out.push(VersionView {
            version,
            published_at: first.text(form_version::PUBLISHED_AT).to_owned(),
            by: by.map(|(name, _)| name),
            targets: records.iter().map(|r| target(&r.scope)).collect(),
            withdrawn: records.iter().all(|r| !r.text(form_version::WITHDRAWN_AT).is_empty()),
            changes: before.as_ref().map(|b| now.changes_over(b)).unwrap_or_default(),
        });
        before = Some(now);
    }
    out.reverse();
    let draft = record.fields.get(form::DEFINITION).map(Pieces::of).unwrap_or_default();
    Ok(Json(VersionsView {
        draft: before.map(|b| draft.changes_over(&b)).unwrap_or_default(),
        versions: out,
    }))
}

fn target(scope: &Scope) -> String {
    match scope {
        Scope::Section(path) => path.clone(),
        _ => "*".to_owned(),
    }
}

/// A definition taken apart: its pieces in the order of the form.
#[derive(Default)]
struct Pieces {
    order: Vec<String>,
    by_id: HashMap<String, Piece>,
    form: Map<String, Value>,
}

struct Piece {
    parent: String,
    label: String,
    fields: Map<String, Value>,
}

impl Pieces {
    /// What is no definition has no pieces.
    fn of(definition: &Value) -> Self {
        let mut out = Self::default();
        // Read and written again, so that two ways to write the same do not count as a difference.
        let Ok(def) = serde_json::from_value::<FormDef>(definition.clone()) else { return out };
        let Ok(Value::Object(mut whole)) = serde_json::to_value(&def) else { return out };
        let items = whole.remove("items").unwrap_or_default();
        for own in ["id", "version"] {
            whole.remove(own);
        }
        out.form = whole;
        out.take("", items);
        out
    }

    fn take(&mut self, parent: &str, items: Value) {
        let Value::Array(items) = items else { return };
        for item in items {
            let Value::Object(mut fields) = item else { continue };
            let inside = fields.remove("items").unwrap_or_default();
            let Some(Value::String(id)) = fields.remove("id") else { continue };
            let label = fields.get("label").map(words).unwrap_or_default();
            self.order.push(id.clone());
            self.by_id.insert(id.clone(), Piece { parent: parent.to_owned(), label, fields });
            self.take(&id, inside);
        }
    }

    fn changes_over(&self, before: &Self) -> Vec<ChangeView> {
        let mut out = Vec::new();
        let change = |what: &str, label: &str, was: Option<String>, fields: Vec<String>| ChangeView {
            what: what.to_owned(),
            label: label.to_owned(),
            before: was,
            fields,
        };
        let form = different(&before.form, &self.form);
        if !form.is_empty() {
            let was = form.iter().any(|f| f == "title").then(|| before.form.get("title").map(words));
            out.push(change("changed", "", was.flatten(), form));
        }
        let stayed = self.stayed(before);
        for id in &self.order {
            let now = &self.by_id[id];
            let Some(was) = before.by_id.get(id) else {
                out.push(change("added", &now.label, None, Vec::new()));
                continue;
            };
            let fields = different(&was.fields, &now.fields);
            if !fields.is_empty() {
                let label = (was.label != now.label).then(|| was.label.clone());
                out.push(change("changed", &now.label, label, fields));
            }
            if !stayed.contains(id.as_str()) {
                out.push(change("moved", &now.label, None, Vec::new()));
            }
        }
        for id in before.order.iter().filter(|id| !self.by_id.contains_key(*id)) {
            out.push(change("removed", &before.by_id[id].label, None, Vec::new()));
        }
        out.truncate(MAX_CHANGES);
        out
    }

    /// Pieces that kept their neighbours: the longest run of common pieces in the old order, under the same heading.
    fn stayed(&self, before: &Self) -> BTreeSet<&str> {
        let place: HashMap<&str, usize> =
            before.order.iter().enumerate().map(|(n, id)| (id.as_str(), n)).collect();
        let same = |id: &&str| before.by_id.get(*id).is_some_and(|p| p.parent == self.by_id[*id].parent);
        let common: Vec<&str> = self.order.iter().map(String::as_str).filter(same).collect();
        // Patience: `tails[n]` ends the best run of length n + 1, `link` leads back along it.
        let mut tails: Vec<usize> = Vec::new();
        let mut link: Vec<Option<usize>> = Vec::with_capacity(common.len());
        for (at, id) in common.iter().enumerate() {
            let wanted = place[id];
            let n = tails.partition_point(|&t| place[common[t]] < wanted);
            link.push(n.checked_sub(1).map(|before| tails[before]));
            if n == tails.len() {
                tails.push(at);
            } else {
                tails[n] = at;
            }
        }
        let mut out = BTreeSet::new();
        let mut at = tails.last().copied();
        while let Some(n) = at {
            out.insert(common[n]);
            at = link[n];
        }
        out
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(languages) => {
            let found = languages.get("ja").or_else(|| languages.values().next());
            found.and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

fn different(before: &Map<String, Value>, now: &Map<String, Value>) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    names.into_iter().filter(|n| before.get(*n) != now.get(*n)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(before: &Value, now: &Value) -> Vec<String> {
        let changes = Pieces::of(now).changes_over(&Pieces::of(before));
        changes.iter().map(|c| format!("{} {}{}", c.what, c.label, c.fields.join(","))).collect()
    }

    fn form(title: &str, items: &Value) -> Value {
        json!({"id": "f", "version": 3, "title": title, "items": items})
    }

    #[test]
    fn what_changed_is_named_and_nothing_else() {
        let before = form(
            "点検",
            &json!([
            {"id": "a", "type": "text", "label": "甲"},
            {"id": "g", "type": "group", "label": "組", "items": [
                {"id": "b", "type": "text", "label": "乙"}, {"id": "c", "type": "text", "label": "丙"}]},
            {"id": "d", "type": "text", "label": "丁"}]),
        );
        // The same, written the other way.
        let mut same = before.clone();
        same["title"] = json!({"ja": "点検"});
        same["version"] = 9.into();
        assert_eq!(said(&before, &same), Vec::<String>::new());
        let now = form(
            "新点検",
            &json!([
            {"id": "d", "type": "text", "label": "丁"},
            {"id": "a", "type": "text", "label": "甲", "required": true},
            {"id": "g", "type": "group", "label": "組", "items": [
                {"id": "c", "type": "integer", "label": "丙の数"}, {"id": "e", "type": "text", "label": "戊"}]}]),
        );
        assert_eq!(
            said(&before, &now),
            [
                "changed title",
                "moved 丁",
                "changed 甲required",
                "changed 丙の数label,type",
                "added 戊",
                "removed 乙"
            ]
        );
        let changes = Pieces::of(&now).changes_over(&Pieces::of(&before));
        assert_eq!(changes[0].before.as_deref(), Some("点検"));
        assert_eq!(changes[3].before.as_deref(), Some("丙"));
    }

    #[test]
    fn a_piece_under_another_heading_has_moved() {
        let group = |inside: Value, after: Value| {
            let mut items = vec![json!({"id": "g", "type": "group", "label": "組", "items": inside})];
            items.extend(after.as_array().cloned().unwrap_or_default());
            form("x", &items.into())
        };
        let b = json!({"id": "b", "type": "text", "label": "乙"});
        let (inside, outside) = (group(json!([b.clone()]), json!([])), group(json!([]), json!([b])));
        assert_eq!(said(&inside, &outside), ["moved 乙"]);
        assert_eq!(said(&json!(7), &json!("x")), Vec::<String>::new());
    }
}
