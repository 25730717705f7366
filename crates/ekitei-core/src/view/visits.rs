use super::{Pending, progress, stamp_field};
use crate::bridge::views::{CaseRow, VisitView};
use ekitei_model::Record;
use ekitei_model::kinds::visit as field;

pub fn visit(record: &Record, case: Option<&CaseRow>, pending: Pending) -> VisitView {
    let of_case = |f: fn(&CaseRow) -> &String| case.map(f).cloned().unwrap_or_default();
    VisitView {
        id: record.id,
        case: record.scope.case().unwrap_or(record.id),
        case_number: of_case(|c| &c.number),
        case_name: of_case(|c| &c.name),
        place: of_case(|c| &c.place),
        title: record.text(field::TITLE).to_owned(),
        planned_at: stamp_field(record, field::PLANNED_AT),
        state: match record.text(field::STATE) {
            "" => field::STATES[0].to_owned(),
            state => state.to_owned(),
        },
        people: record.list(field::PEOPLE),
        progress: progress(record, pending),
    }
}

/// The states that a visit may take from `state`: forward, also past a step that was forgotten. The office accepts.
pub fn next_states(state: &str) -> &'static [&'static str] {
    let at = field::STATES.iter().position(|s| *s == state).unwrap_or(0);
    let last_of_phone = field::STATES.len() - 1;
    &field::STATES[(at + 1).min(last_of_phone)..last_of_phone]
}

#[cfg(test)]
mod tests {
    use super::next_states;

    #[test]
    fn a_visit_only_moves_on_and_the_office_accepts() {
        assert_eq!(next_states("planned"), ["departed", "on_site", "finished"]);
        assert_eq!(next_states("on_site"), ["finished"]);
        assert!(next_states("finished").is_empty() && next_states("accepted").is_empty());
    }
}
