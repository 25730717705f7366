//! What papers and screens need to know of a definition besides what the engine says.

use ekitei_forms::def::{FormDef, ItemType, Scale};
use ekitei_forms::{Item, words};

/// A question in its surroundings.
pub struct Asked<'a> {
    pub item: &'a Item,
    /// The innermost repeat around it.
    pub repeat: Option<&'a Item>,
    scale: Scale,
}

pub fn find<'a>(def: &'a FormDef, question: &str) -> Option<Asked<'a>> {
    fn walk<'a>(
        items: &'a [Item],
        question: &str,
        repeat: Option<&'a Item>,
        scale: Option<Scale>,
    ) -> Option<Asked<'a>> {
        items.iter().find_map(|item| {
            let scale = item.scale.or(scale);
            if item.id == question {
                return Some(Asked { item, repeat, scale: scale.unwrap_or_default() });
            }
            let repeat = if item.kind == ItemType::Repeat { Some(item) } else { repeat };
            walk(&item.items, question, repeat, scale)
        })
    }
    walk(&def.items, question, None, None)
}

impl Asked<'_> {
    /// Value and label of what may be chosen; empty: nothing is chosen from, or it is a large list.
    pub fn options(&self) -> Vec<(String, String)> {
        match self.item.kind {
            ItemType::Ruling => ["ok", "fail", "na"]
                .map(|value| (value.to_owned(), words::ruling(self.scale, value, "ja")))
                .to_vec(),
            ItemType::SelectOne | ItemType::SelectMany if self.item.list.is_none() => {
                self.item.choices.iter().map(|c| (c.value.clone(), c.label.get("ja").to_owned())).collect()
            }
            _ => Vec::new(),
        }
    }
}
