//! 「残りはすべて適」: first the list of what it would fill, then, with exactly this list, the filling.

use crate::compile::NodeId;
use crate::def::ItemType;
use crate::session::data::READ_ONLY;
use crate::session::{AnswerKey, Session};
use ekitei_model::Fault;
use serde::{Deserialize, Serialize};

/// A ruling that is still open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RestItem {
    pub key: AnswerKey,
    pub label: String,
    pub group: String,
}

impl Session {
    /// The open rulings, in the order of the form; those that the form excludes are not among them.
    pub fn rest_preview(&self) -> Vec<RestItem> {
        let language = self.env().language.as_str();
        let item = |(frame, node): (u32, NodeId)| RestItem {
            key: self.key_at(frame, node),
            label: self.fill_in(self.form.node(node).item.label.get(language), frame),
            group: self.group_of(frame, node),
        };
        self.open_rulings().into_iter().map(item).collect()
    }

    fn open_rulings(&self) -> Vec<(u32, NodeId)> {
        let mut open = self.in_order();
        open.retain(|&(frame, node)| {
            let plan = self.form.node(node);
            let slot = self.data.slot_of(&self.form, frame, node);
            *plan.kind() == ItemType::Ruling
                && plan.item.rest_conform != Some(false)
                && slot.value.is_empty()
                && !slot.has(READ_ONLY)
                && self.is_asked(frame, node)
        });
        open
    }

    /// Fills exactly the rulings that the person has seen in the preview. Fault: `rest-changed` when the open rulings are
    /// others by now; nothing is filled then.
    pub fn rest_apply(&mut self, seen: &[AnswerKey]) -> Result<(), Fault> {
        let open: Vec<AnswerKey> = self.open_rulings().into_iter().map(|(f, n)| self.key_at(f, n)).collect();
        if open != seen {
            return Err(Fault::ask("rest-changed"));
        }
        for key in seen {
            self.set(key, &"ok".into())?;
        }
        Ok(())
    }
}
