//! Drafted texts: their conditions and what they tell of.

use super::resolve::compile;
use super::{Draft, Effect, Form, NodeId, Problems, ROOT};
use crate::problem::Problem;

pub(super) fn drafts(parts: &mut Form, problems: &mut Problems) {
    let mut report = std::mem::take(&mut parts.report);
    resolve(parts, ROOT, "report", &mut report, problems);
    parts.report = report;
    let mut all = std::mem::take(&mut parts.drafts);
    for (owner, drafts) in &mut all {
        resolve(parts, *owner, "draft", drafts, problems);
    }
    parts.drafts = all;
}

fn resolve(
    parts: &mut Form,
    owner: NodeId,
    field: &'static str,
    drafts: &mut [Draft],
    problems: &mut Problems,
) {
    let at = parts.nodes[owner as usize].item.id.clone();
    for draft in drafts {
        if let Some(when) = &draft.part.when {
            draft.when = compile(parts, owner, Effect::OnDemand, field, when, problems);
        }
        if let Some(each) = draft.part.each.as_deref().filter(|e| *e != "findings") {
            match parts.names.question(each).filter(|n| parts.nodes[*n as usize].inner.is_some()) {
                Some(node) => draft.each = Some(node),
                None => problems.add(Problem::new("form-question-unknown").at(&at, field).with("id", each)),
            }
        }
        for language in draft.part.text.languages() {
            for name in crate::draft::names_in(draft.part.text.get(language)) {
                let special = draft.part.each.is_some() && crate::draft::SPECIAL.contains(&name);
                if !special && parts.names.question(name).is_none() {
                    let shown: String = name.chars().take(80).collect();
                    problems.add(Problem::new("form-question-unknown").at(&at, field).with("id", shown));
                }
            }
        }
    }
}
