//! What screens show of inspections and forms.

use super::{children, last_of, last_of_form, sheets};
use crate::bridge::views::{
    AmendmentView, FormRow, InspectionRow, InspectionView, LastVisitView, PhotoView, VisitForm,
};
use crate::open::Open;
use crate::usecase::{cases, photos};
use crate::view;
use ekitei_forms::facade::{Call, Reply};
use ekitei_model::inspection::State;
use ekitei_model::kinds::{self, amendment, form_version, inspection as field, visit};
use ekitei_model::{Fault, Record, RecordId};
use ekitei_store::vault::Shown;
use std::collections::BTreeMap;

/// The newest version of each form that this phone may fill in, by title.
pub fn forms(open: &Open) -> Result<Vec<FormRow>, Fault> {
    let mut newest: BTreeMap<String, FormRow> = BTreeMap::new();
    for Shown { record, .. } in open.reader().of_kind(kinds::FORM_VERSION)? {
        if !record.text(form_version::WITHDRAWN_AT).is_empty() {
            continue;
        }
        let row = FormRow {
            id: record.id,
            form: record.text(form_version::FORM).to_owned(),
            version: record.fields.get(form_version::VERSION).and_then(|v| v.as_u64()).unwrap_or(0),
            title: record.text(form_version::TITLE).to_owned(),
        };
        match newest.get(&row.form) {
            Some(known) if known.version >= row.version => {}
            _ => drop(newest.insert(row.form.clone(), row)),
        }
    }
    let mut rows: Vec<FormRow> = newest.into_values().collect();
    rows.sort_by(|a, b| a.title.cmp(&b.title));
    Ok(rows)
}

pub fn get(open: &Open, id: RecordId) -> Result<InspectionView, Fault> {
    let shown = open.record_of(id, kinds::INSPECTION)?;
    let record = &shown.record;
    let children = children(open, record)?;
    let form = match sheets::call(open, record, &children, Call::View) {
        Ok(Reply::Form(form)) => Some(form),
        Ok(_) => None,
        // The record is shown although its form has not come yet.
        Err(fault) if fault.code == "form-not-here" => None,
        Err(fault) => return Err(fault),
    };
    let case = record.scope.case().map(|c| cases::row(open, c)).transpose()?;
    let row = row(&shown);
    Ok(InspectionView {
        case: record.scope.case().unwrap_or(record.id),
        case_number: case.as_ref().map(|c| c.number.clone()).unwrap_or_default(),
        case_name: case.map(|c| c.name).unwrap_or_default(),
        form,
        report: record.text(field::REPORT).to_owned(),
        returned_reason: record.text(field::RETURNED_REASON).to_owned(),
        accepted_by: record.text(field::ACCEPTED_BY).to_owned(),
        // Several papers; the first leads to all.
        filed: record.list(field::FILED).into_iter().next().unwrap_or_default(),
        photos: by_item(open, &children)?,
        last: last_of(open, record)?.map(|l| last_visit(open, &l)).transpose()?,
        amendments: amendments(open, record)?,
        row,
    })
}

/// Newest first.
pub fn of_case(open: &Open, case: RecordId) -> Result<Vec<InspectionRow>, Fault> {
    let scope = ekitei_model::Scope::Case(case);
    let mut rows: Vec<InspectionRow> =
        open.reader().in_scope(&scope, &[kinds::INSPECTION])?.iter().map(row).collect();
    rows.reverse();
    Ok(rows)
}

/// The forms that a visit is planned with, each with what has been begun of it; then what was begun besides.
pub fn of_visit(open: &Open, record: &Record) -> Result<Vec<VisitForm>, Fault> {
    let Some(case) = record.scope.case() else { return Ok(Vec::new()) };
    let begun: Vec<InspectionRow> =
        of_case(open, case)?.into_iter().filter(|i| i.visit == Some(record.id)).collect();
    let known = forms(open)?;
    let mut out: Vec<VisitForm> = Vec::new();
    for wanted in record.list(visit::FORMS) {
        let form = known.iter().find(|f| f.form == wanted);
        let inspection = begun.iter().find(|i| i.form == wanted);
        let title = inspection.map(|i| i.title.clone()).or_else(|| form.map(|f| f.title.clone()));
        // The last visit's pictures are looked at on site, where there is often no line.
        let open_still = inspection.is_none_or(|i| i.state.is_open());
        if open_still
            && let Some(last) =
                last_of_form(open, &record.scope, &wanted, inspection.map_or(record.id, |i| i.id))?
        {
            open.prepare_displays(&children(open, &last)?)?;
        }
        out.push(VisitForm {
            form_version: form.map(|f| f.id),
            title: title.unwrap_or_default(),
            inspection: inspection.cloned(),
            form: wanted,
        });
    }
    for other in begun.into_iter().filter(|i| !out.iter().any(|o| o.form == i.form)).collect::<Vec<_>>() {
        out.push(VisitForm {
            form: other.form.clone(),
            form_version: None,
            title: other.title.clone(),
            inspection: Some(other),
        });
    }
    Ok(out)
}

pub fn row(shown: &Shown) -> InspectionRow {
    let record = &shown.record;
    InspectionRow {
        id: record.id,
        form: record.text(field::FORM).to_owned(),
        title: record.text(field::TITLE).to_owned(),
        visit: record.text(field::VISIT).parse().ok(),
        state: State::of(record),
        inspector: record.text(field::INSPECTOR).to_owned(),
        started_at: view::stamp_field(record, field::STARTED_AT),
        finished_at: view::stamp_field(record, field::FINISHED_AT),
        progress: view::progress(record, shown.into()),
    }
}

fn by_item(open: &Open, children: &[Record]) -> Result<BTreeMap<String, Vec<PhotoView>>, Fault> {
    let mut out = BTreeMap::new();
    for (key, ids) in sheets::attachments(children) {
        let views = ids.into_iter().map(|id| photos::shown(open, id)).collect::<Result<Vec<_>, _>>()?;
        out.insert(key.0, views);
    }
    Ok(out)
}

fn last_visit(open: &Open, last: &Record) -> Result<LastVisitView, Fault> {
    Ok(LastVisitView {
        id: last.id,
        at: view::stamp_field(last, field::FINISHED_AT),
        photos: by_item(open, &children(open, last)?)?,
        findings: findings(last),
    })
}

/// What was written about the rulings that failed. The engine names a ruling's finding after it.
fn findings(last: &Record) -> BTreeMap<String, String> {
    let answers = last.fields.iter().filter_map(|(name, value)| {
        let key = name.strip_prefix(field::ANSWER)?;
        let question = key.split('@').next().unwrap_or(key);
        Some((key.to_owned(), value.as_str()?.to_owned())).filter(|_| question.ends_with("_finding"))
    });
    answers.collect()
}

fn amendments(open: &Open, record: &Record) -> Result<Vec<AmendmentView>, Fault> {
    let all = open.reader().in_scope(&record.scope, &[kinds::AMENDMENT])?;
    let own = all.into_iter().map(|s| s.record).filter(|a| a.parent == Some(record.id));
    Ok(own
        .map(|a| AmendmentView {
            id: a.id,
            state: a.text(amendment::STATE).to_owned(),
            by: a.text(amendment::BY_STAFF).to_owned(),
            proposed: a.fields.get(amendment::PROPOSED).cloned().unwrap_or_default(),
            standing: a.fields.get(amendment::STANDING).cloned().unwrap_or_default(),
        })
        .collect())
}
