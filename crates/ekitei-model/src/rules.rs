//! Who may do what. Evaluated by the server for every operation and every read; the phone asks the same functions
//! before it offers an action.

use crate::kinds::{self, case};
use crate::op::{OpBody, Operation};
use crate::people::{Role, Staff};
use crate::record::{Fields, Record};
use crate::scope::Scope;
use serde_json::Value;

/// Limits of one operation. A larger record goes to quarantine.
pub const MAX_OP_BYTES: usize = 480 * 1024;
pub const MAX_FIELDS: usize = 2_000;

/// The case's grants as scopes that hold its header: sections, or (restricted) each person. Sorted, without doubles.
pub fn header_scopes(case: &Record) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = if case.deleted {
        Vec::new()
    } else if case.flag(case::RESTRICTED) {
        people_of(case).into_iter().map(|p| Scope::User(p.as_str().into())).collect()
    } else {
        let mut s: Vec<Scope> = case.list(case::SECTIONS).into_iter().map(Scope::Section).collect();
        s.push(Scope::Section(case.text(case::SECTION).to_owned()));
        // Persons from other sections who were let in one by one.
        s.extend(people_of(case).into_iter().map(|p| Scope::User(p.as_str().into())));
        s
    };
    scopes.sort();
    scopes.dedup();
    scopes
}

/// Members and assignees, and (unless it is members-only) the people of its open visits.
pub fn people_of(case: &Record) -> Vec<String> {
    let mut p = case.list(case::MEMBERS);
    p.extend(case.list(case::ASSIGNEES));
    if !case.flag(case::RESTRICTED) {
        p.extend(case.list(case::VISITORS));
    }
    p.sort();
    p.dedup();
    p
}

/// The code for a visit whose plan would let somebody into a members-only case.
pub const VISIT_NOT_MEMBER: &str = "visit-not-member";

/// Those whom a visit with these fields may not take along: a members-only case is opened by its grants alone, never by
/// a plan. Any other case is readable for the people of a visit until the visit is accepted.
pub fn outsiders(case: &Record, visit: &Fields) -> Vec<String> {
    let people = match visit.get(kinds::visit::PEOPLE) {
        Some(Value::Array(people)) if case.flag(case::RESTRICTED) => people,
        _ => return Vec::new(),
    };
    let inside = people_of(case);
    let named = people.iter().filter_map(Value::as_str).filter(|p| !p.is_empty());
    named.filter(|p| !inside.iter().any(|i| i == p)).map(str::to_owned).collect()
}

/// Whose visits to the case are open: what [`case::VISITORS`] holds. Sorted, without doubles.
pub fn visitors<'a>(visits: impl IntoIterator<Item = &'a Record>) -> Vec<String> {
    let open = visits.into_iter().filter(|v| {
        v.kind == kinds::VISIT && !v.deleted && v.text(kinds::visit::STATE) != kinds::visit::ACCEPTED
    });
    let mut people: Vec<String> = open.flat_map(|v| v.list(kinds::visit::PEOPLE)).collect();
    people.retain(|p| !p.is_empty());
    people.sort();
    people.dedup();
    people
}

/// Whether `staff` may read the case today (`YYYY-MM-DD`).
pub fn may_read_case(case: &Record, staff: &Staff, today: &str) -> bool {
    if people_of(case).iter().any(|p| p == staff.id.as_str()) {
        return true;
    }
    if case.flag(case::RESTRICTED) {
        return false;
    }
    let granted = case.list(case::SECTIONS);
    staff.sections_on(today).any(|s| s == case.text(case::SECTION) || granted.iter().any(|g| g == s))
}

/// Whether `leader` looks after `person`: head or steward of a section in which the person holds a post today.
pub fn looks_after(leader: &Staff, person: &Staff, today: &str) -> bool {
    let held = person.posts.iter().filter(|p| p.held_on(today));
    held.into_iter().any(|p| leader.has_role_in(&p.section, &[Role::Head, Role::Steward], today))
}

/// Whether `actor` enrols and revokes the phones of `owner`: the administrator everyone's, heads and stewards those of
/// their section.
pub fn manages_phones_of(actor: &Staff, owner: &Staff, today: &str) -> bool {
    actor.is_admin(today) || looks_after(actor, owner, today)
}

/// Whether `staff` may read a scope that is not a case's (those need the case record: [`may_read_case`]).
pub fn may_read_standing(scope: &Scope, staff: &Staff, today: &str) -> bool {
    match scope {
        Scope::User(id) => *id == staff.id,
        Scope::Section(path) => staff.sections_on(today).any(|s| s == path),
        Scope::All => true,
        Scope::Case(_) | Scope::Room(_) | Scope::Tally(_) => false,
    }
}

/// The scopes that a person's devices always follow.
pub fn standing_scopes(staff: &Staff, today: &str) -> Vec<Scope> {
    let mut out = vec![Scope::All, Scope::User(staff.id.clone())];
    let mut sections: Vec<&str> = staff.sections_on(today).collect();
    sections.sort_unstable();
    sections.dedup();
    out.extend(sections.into_iter().map(|s| Scope::Section(s.to_owned())));
    out
}

/// Fields of a case that change who sees it or where it is filed.
const GRANT_FIELDS: [&str; 6] =
    [case::SECTION, case::SECTIONS, case::MEMBERS, case::ASSIGNEES, case::RESTRICTED, case::FILING];

/// Why an operation may not be applied: the code for its quarantine. `target` is the record it changes.
/// Permission to read its scope has been checked by the caller.
pub fn refuse(op: &Operation, target: Option<&Record>, staff: &Staff, today: &str) -> Option<&'static str> {
    let (kind, fields): (&str, Option<&Fields>) = match &op.body {
        OpBody::Create { kind, fields, .. } | OpBody::Publish { kind, fields, .. } => (kind, Some(fields)),
        OpBody::Patch { fields, .. } => (target.map_or("", |t| t.kind.as_str()), Some(fields)),
        OpBody::Delete => (target.map_or("", |t| t.kind.as_str()), None),
        OpBody::Mark { .. } | OpBody::Void { .. } => return None,
    };
    if kinds::OFFICE_KINDS.contains(&kind) {
        return Some("office-kind");
    }
    let creates = matches!(op.body, OpBody::Create { .. } | OpBody::Publish { .. });
    if kind == kinds::CONFLICT {
        let resolves = fields.is_some_and(|f| f.keys().all(|k| k == kinds::conflict::RESOLUTION));
        return (creates || !resolves).then_some("office-kind");
    }
    // With its case everything in it becomes unreadable: a matter for those who lead the section.
    let leads = |t: &Record| staff.has_role_in(t.text(case::SECTION), &[Role::Head, Role::Steward], today);
    if kind == kinds::CASE && fields.is_none() && !target.is_some_and(leads) {
        return Some("not-allowed");
    }
    if FORM_KINDS.contains(&kind)
        && let Some(reason) = refuse_form(op, target, staff, today)
    {
        return Some(reason);
    }
    if kind == kinds::CHECKLIST
        && let Some(reason) = crate::checklist::refuse(op, target, staff, today)
    {
        return Some(reason);
    }
    if (kind == kinds::CHECKLIST_RUN || kind == kinds::LINE_CHECK) && fields.is_none() {
        return Some("append-only");
    }
    if kind == kinds::HELP_CARD && !leads_there(op, target, staff, today) {
        return Some("not-allowed");
    }
    if kind == kinds::AMENDMENT && (creates || fields.is_none()) {
        return Some("office-kind");
    }
    let fields = fields?;
    if fields.len() > MAX_FIELDS {
        return Some("too-many-fields");
    }
    if fields.keys().any(|k| k.starts_with(kinds::OFFICE_PREFIX)) {
        return Some("office-field");
    }
    if kind == kinds::CASE && !may_write_case(target, fields, creates, staff, today) {
        return Some("not-allowed");
    }
    None
}

/// Kinds that their section's leaders and the administrators write, whoever reads them.
pub const FORM_KINDS: [&str; 3] = [kinds::FORM, kinds::FORM_VERSION, kinds::FORM_LIST];

/// Forms are written by those who lead the section (for all: administrators). What is published never changes: it can
/// only be withdrawn.
fn refuse_form(op: &Operation, target: Option<&Record>, staff: &Staff, today: &str) -> Option<&'static str> {
    if !leads_there(op, target, staff, today) {
        return Some("not-allowed");
    }
    let published = target.is_some_and(|t| t.kind != kinds::FORM);
    match &op.body {
        OpBody::Patch { fields, .. } if published => {
            let withdraws = fields.keys().all(|k| k == kinds::form_version::WITHDRAWN_AT);
            (!withdraws).then_some("form-published")
        }
        OpBody::Delete if published => Some("form-published"),
        _ => None,
    }
}

/// Whether the person leads the section that the record is kept in; what is for all is the administrators'.
pub(crate) fn leads_there(op: &Operation, target: Option<&Record>, staff: &Staff, today: &str) -> bool {
    let scope = match &op.body {
        OpBody::Create { scope, .. } | OpBody::Publish { scope, .. } => Some(scope),
        _ => target.map(|t| &t.scope),
    };
    match scope {
        Some(Scope::Section(path)) => crate::inspection::may_publish(Some(path), staff, today),
        Some(Scope::All) => crate::inspection::may_publish(None, staff, today),
        _ => false,
    }
}

fn may_write_case(
    target: Option<&Record>,
    fields: &Fields,
    creates: bool,
    staff: &Staff,
    today: &str,
) -> bool {
    let leads = |section: &str| staff.has_role_in(section, &[Role::Head, Role::Steward], today);
    if creates {
        let section = fields.get(case::SECTION).and_then(|v| v.as_str()).unwrap_or("");
        return staff.sections_on(today).any(|s| s == section);
    }
    let touches_grants = fields.keys().any(|k| GRANT_FIELDS.contains(&k.as_str()));
    !touches_grants || target.is_some_and(|t| leads(t.text(case::SECTION)))
}

/// The scope in which a create of this kind may stand.
pub fn scope_fits(kind: &str, scope: &Scope, record: crate::RecordId) -> bool {
    if let Some(fits) = crate::chat::scope_fits(kind, scope, record) {
        return fits;
    }
    match (kind, scope) {
        (kinds::CASE, Scope::Case(id)) => *id == record,
        (kinds::CASE, _) => false,
        (kinds::VISIT | kinds::PHOTO, Scope::Case(_)) => true,
        (kinds::NOTE, Scope::Case(_) | Scope::User(_)) => true,
        (kinds::PHOTO, Scope::User(_) | Scope::Room(_)) => true,
        (kinds::INSPECTION, Scope::Case(_)) => true,
        (kinds::FORM, Scope::Section(_)) => true,
        (kinds::FORM_VERSION | kinds::FORM_LIST | kinds::HELP_CARD, Scope::Section(_) | Scope::All) => true,
        (kinds::VISIT | kinds::NOTE | kinds::PHOTO | kinds::INSPECTION, _) => false,
        (kinds::FORM | kinds::FORM_VERSION | kinds::FORM_LIST | kinds::HELP_CARD, _) => false,
        (kinds::CHECKLIST, Scope::Section(_) | Scope::All) => true,
        (kinds::CHECKLIST_RUN | kinds::LINE_CHECK, Scope::Case(_) | Scope::Section(_)) => true,
        (kinds::CHECKLIST | kinds::CHECKLIST_RUN | kinds::LINE_CHECK, _) => false,
        // Unknown kinds stay opaque, where the writer may write at all.
        (_, Scope::All | Scope::Section(_)) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::needless_pass_by_value)]
    use super::*;
    use crate::people::Post;
    use crate::{RecordId, StaffId};
    use serde_json::json;

    fn record(kind: &str, fields: Value) -> Record {
        let id = RecordId::derived(&["rules", kind, &fields.to_string()]);
        let scope = Scope::Case(id);
        serde_json::from_value(json!({
            "id": id, "kind": kind, "scope": scope, "born_seq": 1, "seq": 1, "fields": fields
        }))
        .expect("a record")
    }

    fn person(id: &str, section: &str, role: Role) -> Staff {
        let post = Post { section: section.to_owned(), role, from: None, to: Some("2026-12-31".to_owned()) };
        Staff {
            id: StaffId(id.to_owned()),
            name: String::new(),
            kana: String::new(),
            extension: String::new(),
            mobile: String::new(),
            posts: vec![post],
        }
    }

    #[test]
    fn the_people_of_open_visits_read_the_case_unless_it_is_members_only() {
        let visits = [
            record("visit", json!({"people": ["b2", "b1", ""], "state": "planned"})),
            record("visit", json!({"people": ["b1"]})),
            record("visit", json!({"people": ["c9"], "state": "accepted"})),
            record("note", json!({"people": ["c8"]})),
        ];
        assert_eq!(visitors(&visits), ["b1", "b2"]);
        let mut case = record("case", json!({"section": "甲", "office.visitors": visitors(&visits)}));
        let guest = person("b1", "乙", Role::Staff);
        assert!(may_read_case(&case, &guest, "2026-11-21"));
        assert!(header_scopes(&case).contains(&Scope::User("b1".into())), "so it is in their lists");
        assert!(!may_read_case(&case, &person("c9", "乙", Role::Staff), "2026-11-21"), "that visit is over");
        case.fields.insert(case::RESTRICTED.to_owned(), true.into());
        assert!(!may_read_case(&case, &guest, "2026-11-21"));
        assert!(!header_scopes(&case).contains(&Scope::User("b1".into())));
    }

    #[test]
    fn a_plan_lets_nobody_into_a_members_only_case() {
        let plan = |people: Value| Fields::from([("people".to_owned(), people)]);
        let open = record("case", json!({"section": "甲"}));
        assert!(outsiders(&open, &plan(json!(["b1"]))).is_empty());
        let closed = record(
            "case",
            json!({"restricted": true, "members": ["a1"], "assignees": ["a2"], "office.visitors": ["b1"]}),
        );
        assert_eq!(outsiders(&closed, &plan(json!(["a1", "b1", "a2", "", "c1"]))), ["b1", "c1"]);
        assert!(outsiders(&closed, &plan(Value::Null)).is_empty());
        assert!(outsiders(&closed, &Fields::from([("state".to_owned(), "departed".into())])).is_empty());
    }

    #[test]
    fn phones_are_managed_by_those_who_lead_the_section_today_and_by_administrators() {
        let owner = person("a1", "甲", Role::Staff);
        for (role, section, day, may) in [
            (Role::Head, "甲", "2026-11-21", true),
            (Role::Steward, "甲", "2026-11-21", true),
            (Role::Steward, "乙", "2026-11-21", false),
            (Role::Head, "甲", "2027-01-01", false),
            (Role::Staff, "甲", "2026-11-21", false),
            (Role::Audit, "甲", "2026-11-21", false),
        ] {
            let leader = person("z", section, role);
            assert_eq!(manages_phones_of(&leader, &owner, day), may, "{role:?} {section} {day}");
            assert_eq!(looks_after(&leader, &owner, day), may, "{role:?} {section} {day}");
        }
        let admin = person("z", "本庁", Role::Admin);
        assert!(
            manages_phones_of(&admin, &owner, "2026-11-21") && !looks_after(&admin, &owner, "2026-11-21")
        );
    }
}
