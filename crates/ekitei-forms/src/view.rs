//! What a screen draws: pages, questions, choices. Everything is ready to show; a screen decides nothing.

use crate::compile::{NodeId, ROOT, Role};
use crate::def::{ItemType, Scale};
use crate::eval::{Candidate, Eval};
use crate::session::data::{FORM_FRAME, READ_ONLY, RELEVANT, REQUIRED};
use crate::session::status::{AnswerFault, Progress};
use crate::session::{AnswerKey, Session};
use crate::{value, words};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Choices that a question view carries with it; longer lists are asked for by [`Session::choices`].
pub const INLINE_CHOICES: usize = 30;
/// Rows that one answer to [`Session::choices`] carries.
pub const MAX_CHOICES: usize = 200;

/// A group of the outermost level, or the questions between two of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PageInfo {
    /// Place among the pages, from 0.
    pub page: u32,
    pub label: String,
    pub progress: Progress,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FormView {
    pub form: String,
    pub version: u32,
    pub title: String,
    pub pages: Vec<PageInfo>,
    pub progress: Progress,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PageView {
    pub page: u32,
    pub label: String,
    pub items: Vec<ItemView>,
}

/// A question, group or repeat as it looks now. Hidden ones are not among the items of a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct ItemView {
    pub key: AnswerKey,
    /// `text`, `ruling`, `group`, … as in the definition.
    #[serde(rename = "type")]
    pub kind: String,
    pub label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<String>"))]
    pub hint: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<String>"))]
    pub unit: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<String>"))]
    pub appearance: String,
    /// `false` only where a single changed question is told of: it does not apply any more.
    pub relevant: bool,
    pub required: bool,
    pub read_only: bool,
    /// Computed: shown, never typed.
    pub computed: bool,
    /// As stored; null when unanswered.
    #[cfg_attr(feature = "ts", ts(type = "unknown"))]
    pub answer: Json,
    /// As a person reads it: 和暦, labels, units.
    pub shown: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<AnswerFault>,
    /// The last visit's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(type = "unknown", optional))]
    pub last: Option<Json>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<String>"))]
    pub last_shown: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<ChoiceView>>,
    /// How many there are in all, when they are too many to carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice_count: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<String>>"))]
    pub phrases: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_count: Option<u32>,
    /// A draft can be asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ts", ts(as = "Option<bool>"))]
    pub has_draft: bool,
    /// Of a ruling's finding and photos: the ruling's key. They follow it in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<AnswerKey>,
    /// 年度 of a date, 令和8年度.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<String>"))]
    pub fiscal_year: String,
    /// Of a group or matrix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<ItemView>>"))]
    pub items: Vec<ItemView>,
    /// Of a repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<Vec<InstanceView>>,
    /// Of a repeat: a count decides, nobody adds or removes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ts", ts(as = "Option<bool>"))]
    pub counted: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct InstanceView {
    /// `repeat@instance`
    pub key: AnswerKey,
    pub label: String,
    pub items: Vec<ItemView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ChoiceView {
    pub value: String,
    pub label: String,
}

/// A part of a long list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ChoicesView {
    pub choices: Vec<ChoiceView>,
    /// All that fit the filter and the search.
    pub count: u32,
}

impl Session {
    /// Groups of pages: each outermost container alone, questions between them together.
    fn pages(&self) -> Vec<Vec<NodeId>> {
        let mut pages: Vec<Vec<NodeId>> = Vec::new();
        let mut loose = false;
        for &node in &self.form.node(ROOT).children {
            let plan = self.form.node(node);
            if plan.kind().is_container() {
                pages.push(vec![node]);
                loose = false;
            } else if loose {
                pages.last_mut().expect("a loose page was begun").push(node);
            } else {
                pages.push(vec![node]);
                loose = true;
            }
        }
        pages
    }

    pub fn form_view(&self) -> FormView {
        let order = self.in_order();
        let pages = self.pages();
        // Each question belongs to the page of its outermost ancestor.
        let mut page_of = vec![0u32; self.form.nodes.len()];
        for (page, nodes) in pages.iter().enumerate() {
            nodes.iter().for_each(|n| page_of[*n as usize] = page as u32);
        }
        for node in 1..self.form.nodes.len() {
            let parent = self.form.node(node as NodeId).parent;
            if parent != ROOT {
                page_of[node] = page_of[parent as usize];
            }
        }
        let mut by_page: Vec<Vec<(u32, NodeId)>> = vec![Vec::new(); pages.len()];
        for &(frame, node) in &order {
            if let Some(list) = by_page.get_mut(page_of[node as usize] as usize) {
                list.push((frame, node));
            }
        }
        let shown = pages.iter().enumerate().filter(|(_, nodes)| {
            nodes.iter().any(|n| {
                let hidden = matches!(
                    self.form.node(*n).kind(),
                    ItemType::Hidden | ItemType::Meta | ItemType::Calculate
                );
                !hidden && self.data.slot_of(&self.form, FORM_FRAME, *n).has(RELEVANT)
            })
        });
        FormView {
            form: self.form.id.clone(),
            version: self.form.version,
            title: self.form.title.get(&self.env.language).to_owned(),
            pages: shown
                .map(|(page, nodes)| PageInfo {
                    page: page as u32,
                    label: self.page_label(nodes),
                    progress: self.progress_of(&by_page[page]),
                })
                .collect(),
            progress: self.progress_of(&order),
        }
    }

    fn page_label(&self, nodes: &[NodeId]) -> String {
        match nodes {
            [node] if self.form.node(*node).kind().is_container() => self.label_of(FORM_FRAME, *node),
            _ => String::new(),
        }
    }

    /// A page with all its questions; `None`: there is no such page.
    pub fn page_view(&self, page: u32) -> Option<PageView> {
        let pages = self.pages();
        let nodes = pages.get(page as usize)?;
        Some(PageView {
            page,
            label: self.page_label(nodes),
            items: nodes.iter().filter_map(|n| self.shown_item(FORM_FRAME, *n)).collect(),
        })
    }

    fn shown_item(&self, frame: u32, node: NodeId) -> Option<ItemView> {
        let plan = self.form.node(node);
        let relevant = self.data.slot_of(&self.form, frame, node).has(RELEVANT);
        let labelled_calculation = *plan.kind() == ItemType::Calculate && !plan.item.label.is_empty();
        let silent = matches!(plan.kind(), ItemType::Hidden | ItemType::Meta | ItemType::Calculate);
        if !relevant || (silent && !labelled_calculation) {
            return None;
        }
        let mut view = self.item_view(frame, node);
        if plan.inner.is_some() {
            let instance = |kid: &u32| InstanceView {
                key: AnswerKey::new(plan.id(), &self.data.frame(*kid).id),
                label: self.instance_label(*kid),
                items: plan.children.iter().filter_map(|c| self.shown_item(*kid, *c)).collect(),
            };
            view.instances =
                Some(self.data.frame(frame).kids[plan.kid as usize].iter().map(instance).collect());
            view.counted = plan.repeat_count.is_some();
        } else {
            view.items = plan.children.iter().filter_map(|c| self.shown_item(frame, *c)).collect();
        }
        Some(view)
    }

    /// One question without what is within it.
    pub(crate) fn item_view(&self, frame: u32, node: NodeId) -> ItemView {
        let plan = self.form.node(node);
        let slot = self.data.slot_of(&self.form, frame, node);
        let language = self.env.language.as_str();
        let key = self.key_at(frame, node);
        let last = self.last.get(&key).filter(|_| plan.item.from_last != crate::def::FromLast::Ignore);
        let last_value = last.and_then(|json| value::read(plan.kind(), json).ok());
        let is_ruling = *plan.kind() == ItemType::Ruling;
        let day =
            (*plan.kind() == ItemType::Date).then(|| crate::date::parse_iso(&slot.value.text())).flatten();
        let mut view = ItemView {
            kind: plan.kind().as_str().to_owned(),
            label: self.label_of(frame, node),
            hint: self.fill_in(plan.item.hint.get(language), frame),
            unit: plan.item.unit.get(language).to_owned(),
            appearance: plan.item.appearance.clone(),
            relevant: slot.has(RELEVANT),
            required: slot.has(REQUIRED),
            read_only: slot.has(READ_ONLY),
            computed: plan.is_computed(),
            answer: value::write(plan.kind(), &slot.value),
            shown: words::shown(&self.form, plan, &slot.value, language),
            fault: self.fault_at(frame, node),
            last: last.cloned(),
            last_shown: last_value.map_or_else(String::new, |v| words::shown(&self.form, plan, &v, language)),
            scale: is_ruling.then_some(plan.scale),
            phrases: plan.item.phrases.iter().map(|p| p.get(language).to_owned()).collect(),
            max_count: plan.item.max_count,
            has_draft: self.form.drafts.contains_key(&node),
            part_of: match plan.role {
                Role::Asked => None,
                Role::Finding(ruling) | Role::Photos(ruling) => Some(self.key_at(frame, ruling)),
            },
            fiscal_year: day
                .filter(|_| language != "en")
                .map_or_else(String::new, |d| d.wareki_fiscal_year()),
            key,
            ..ItemView::default()
        };
        if let Some(list) = plan.list {
            let rows = self.choice_rows(frame, node);
            if rows.len() <= INLINE_CHOICES {
                let list = &self.form.lists[list as usize];
                view.choices = Some(rows.iter().map(|r| choice(list, *r, language)).collect());
            } else {
                view.choice_count = Some(rows.len() as u32);
            }
        }
        view
    }

    /// The rows that may be chosen now.
    pub(crate) fn choice_rows(&self, frame: u32, node: NodeId) -> Vec<u32> {
        let plan = self.form.node(node);
        let Some(list) = plan.list else { return Vec::new() };
        match &plan.choice_filter {
            None => (0..self.form.lists[list as usize].len() as u32).collect(),
            Some(filter) => {
                let eval = Eval::new(&self.form, &self.data, &self.env, node, frame);
                eval.rows(list, filter, &Candidate { frame, row: None, position: 1, size: 1 })
            }
        }
    }

    /// A part of a question's choices: those that the filter leaves and whose label or value contains `search`, folded
    /// (width, case, kana). Fault: `question-unknown`, `instance-unknown`.
    pub fn choices(
        &self,
        key: &AnswerKey,
        search: &str,
        from: usize,
        limit: usize,
    ) -> Result<ChoicesView, ekitei_model::Fault> {
        let (frame, node) = self.place(key)?;
        let Some(list) = self.form.node(node).list else {
            return Ok(ChoicesView { choices: Vec::new(), count: 0 });
        };
        let list = &self.form.lists[list as usize];
        let language = self.env.language.as_str();
        let wanted = crate::narrow::fold(search);
        let rows = match self.form.node(node).choice_filter {
            None if !wanted.is_empty() => list.folded(language).rows(&wanted),
            _ => {
                let mut rows = self.choice_rows(frame, node);
                if !wanted.is_empty() {
                    let folded = list.folded(language);
                    rows.retain(|row| folded.fits(*row, &wanted));
                }
                rows
            }
        };
        let shown = rows.iter().skip(from).take(limit.min(MAX_CHOICES)).map(|r| choice(list, *r, language));
        Ok(ChoicesView { choices: shown.collect(), count: rows.len() as u32 })
    }

    pub(crate) fn instance_label(&self, frame: u32) -> String {
        let repeat = self.form.node(self.form.scope(self.data.frame(frame).scope).node);
        let language = self.env.language.as_str();
        let number = self.data.position(&self.form, frame);
        if repeat.item.instance_label.is_empty() {
            format!("{} {number}", repeat.item.label.get(language)).trim().to_owned()
        } else {
            let text = repeat.item.instance_label.get(language).replace("${no}", &number.to_string());
            self.fill_in(&text, frame)
        }
    }
}

fn choice(list: &crate::list::List, row: u32, language: &str) -> ChoiceView {
    ChoiceView { value: list.value(row).to_owned(), label: list.label(row, language).to_owned() }
}
