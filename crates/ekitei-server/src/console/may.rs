//! What a signed-in person may do besides reading and writing records (those rules are the model's).

use ekitei_model::people::{Role, Staff};

/// Enrol and revoke phones of anyone at all.
pub fn manages_phones(actor: &Staff, today: &str) -> bool {
    actor.is_admin(today) || steward_sections(actor, today).next().is_some()
}

pub use ekitei_model::rules::manages_phones_of;

/// Assign, restrict, grant, choose the filing of a case.
pub fn manages_case(actor: &Staff, section: &str, today: &str) -> bool {
    actor.has_role_in(section, &[Role::Head, Role::Steward], today)
}

fn steward_sections<'a>(actor: &'a Staff, today: &'a str) -> impl Iterator<Item = &'a str> {
    let leads = |r: Role| matches!(r, Role::Head | Role::Steward);
    actor.posts.iter().filter(move |p| leads(p.role) && p.held_on(today)).map(|p| p.section.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ekitei_model::people::Post;

    fn person(posts: &[(&str, Role)]) -> Staff {
        Staff {
            id: "s".into(),
            name: String::new(),
            kana: String::new(),
            extension: String::new(),
            mobile: String::new(),
            posts: posts
                .iter()
                .map(|(s, r)| Post {
                    section: (*s).to_owned(),
                    role: *r,
                    from: None,
                    to: Some("2026-03-31".into()),
                })
                .collect(),
        }
    }

    #[test]
    fn phones_belong_to_the_section_s_stewards_and_the_administrator() {
        let owner = person(&[("甲/係", Role::Staff)]);
        let today = "2026-01-10";
        for (posts, may) in [
            (vec![("甲/係", Role::Steward)], true),
            (vec![("甲/係", Role::Head)], true),
            (vec![("本庁", Role::Admin)], true),
            (vec![("甲/係", Role::Staff)], false),
            (vec![("乙/係", Role::Steward)], false),
            (vec![("甲/係", Role::Audit)], false),
        ] {
            assert_eq!(manages_phones_of(&person(&posts), &owner, today), may, "{posts:?}");
        }
        assert!(!manages_phones_of(&person(&[("甲/係", Role::Steward)]), &owner, "2026-04-01"));
        assert!(!manages_phones(&owner, today));
    }
}
