//! Checks that need no other item: names, types, fields that do not fit the type.

use super::Problems;
use crate::def::{FormDef, Item, ItemType};
use crate::limits::MAX_ID_CHARS;
use crate::problem::Problem;
use crate::value;
use crate::xpath::names::first_bad_char;

pub(crate) fn check_form(def: &FormDef, problems: &mut Problems) {
    check_name(&def.id, &def.id, "id", problems);
    if def.title.is_empty() {
        problems.add(Problem::new("form-title-missing"));
    }
    if def.items.is_empty() {
        problems.add(Problem::new("form-empty"));
    }
    for name in def.lists.keys() {
        check_name(name, name, "list", problems);
    }
}

fn check_name(name: &str, at: &str, field: &str, problems: &mut Problems) {
    let shown: String = at.chars().take(40).collect();
    if name.is_empty() {
        problems.add(Problem::new("form-id-missing").at(&shown, field));
    } else if name.len() > MAX_ID_CHARS * 4 || name.chars().count() > MAX_ID_CHARS {
        problems.add(Problem::new("form-id-long").at(&shown, field).with("count", MAX_ID_CHARS));
    } else if let Some(c) = first_bad_char(name) {
        problems.add(Problem::new("form-id-character").at(&shown, field).with("character", c));
    }
}

pub(crate) fn check_item(item: &Item, in_matrix: bool, problems: &mut Problems) {
    let at = item.id.as_str();
    check_name(at, at, "id", problems);
    if let Some(name) = &item.name {
        check_name(name, at, "name", problems);
    }
    let kind = &item.kind;
    if let ItemType::Unknown(name) = kind {
        let shown: String = name.chars().take(40).collect();
        problems.add(Problem::new("form-type-unknown").at(at, "type").with("type", shown));
        return;
    }
    if in_matrix && *kind != ItemType::Ruling {
        problems.add(Problem::new("form-matrix-item").at(at, "type").with("type", kind.as_str()));
    }
    let misfits = [
        ("items", !item.items.is_empty() && !kind.is_container()),
        ("repeat_count", item.repeat_count.is_some() && *kind != ItemType::Repeat),
        ("choices", !item.choices.is_empty() && !kind.is_choice()),
        ("list", item.list.is_some() && !kind.is_choice()),
        ("choice_filter", item.choice_filter.is_some() && !kind.is_choice()),
        ("constraint", item.constraint.is_some() && (kind.is_container() || *kind == ItemType::Note)),
        ("required", item.required.is_some() && (kind.is_container() || kind.is_derived())),
        ("default", item.default.is_some() && (kind.is_container() || kind.is_attachment())),
        (
            "default_expression",
            item.default_expression.is_some() && (kind.is_container() || kind.is_attachment()),
        ),
        ("calculate", item.calculate.is_some() && (kind.is_container() || kind.is_attachment())),
        ("meta", item.meta.is_some() && *kind != ItemType::Meta),
        ("draft", !item.draft.is_empty() && *kind != ItemType::Text),
        ("scale", item.scale.is_some() && !matches!(kind, ItemType::Ruling | ItemType::Matrix)),
        ("min", item.min.is_some() && !matches!(kind, ItemType::Integer | ItemType::Decimal)),
        ("max", item.max.is_some() && !matches!(kind, ItemType::Integer | ItemType::Decimal)),
    ];
    for (field, misfit) in misfits {
        if misfit {
            problems.add(Problem::new("form-field-misfit").at(at, field).with("type", kind.as_str()));
        }
    }
    let missing = match kind {
        ItemType::Calculate if item.calculate.is_none() => Some("calculate"),
        ItemType::Meta if item.meta.is_none() => Some("meta"),
        kind if kind.is_choice() && item.choices.is_empty() && item.list.is_none() => Some("choices"),
        kind if kind.is_container() && item.items.is_empty() => Some("items"),
        _ => None,
    };
    if let Some(field) = missing {
        problems.add(Problem::new("form-field-missing").at(at, field).with("type", kind.as_str()));
    }
    if let (Some(min), Some(max)) = (item.min, item.max)
        && min > max
    {
        problems.add(Problem::new("form-min-max").at(at, "min"));
    }
    if let Some(default) = &item.default
        && let Err(fault) = value::read(kind, default)
    {
        problems.add(Problem::new("form-default-misfit").at(at, "default").with("reason", fault.code));
    }
    if *kind == ItemType::SelectMany || *kind == ItemType::Rank {
        for choice in item.choices.iter().filter(|c| c.value.contains(char::is_whitespace)) {
            problems.add(Problem::new("form-choice-space").at(at, "choices").with("value", &choice.value));
        }
    }
}
