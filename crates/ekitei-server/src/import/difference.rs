//! What a list of people would change, before anything is changed: added, changed, left, bureau by bureau.

use ekitei_model::calendar::days_after;
use ekitei_model::people::{Post, Role, Staff};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One person before and after.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    pub before: Staff,
    pub after: Staff,
}

/// Of one bureau (the first part of a section's path).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    pub added: u64,
    pub changed: u64,
    pub left: u64,
    pub unchanged: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    pub bureaus: BTreeMap<String, Tally>,
    pub added: Vec<Staff>,
    pub changed: Vec<Change>,
    /// People of the bureaus that the list is about, who are not in it.
    pub left: Vec<Staff>,
    pub unchanged: u64,
}

/// `known`: everybody the office has. People of bureaus that the list does not name are not compared: a bureau may bring
/// its own list. Administrators are never among those who left: a list of a bureau does not know them.
pub fn difference(known: &[Staff], list: &[Staff], today: &str) -> Difference {
    let by_id: HashMap<&str, &Staff> = known.iter().map(|s| (s.id.as_str(), s)).collect();
    let listed: BTreeSet<&str> = list.iter().map(|s| s.id.as_str()).collect();
    let covered: BTreeSet<&str> = list.iter().flat_map(|s| &s.posts).map(|p| bureau(&p.section)).collect();
    let mut out = Difference::default();
    for person in list {
        let tally = out.bureaus.entry(bureau_of(person, today)).or_default();
        match by_id.get(person.id.as_str()) {
            None => {
                tally.added += 1;
                out.added.push(person.clone());
            }
            Some(old) if *old == person => {
                tally.unchanged += 1;
                out.unchanged += 1;
            }
            Some(old) => {
                tally.changed += 1;
                out.changed.push(Change { before: (*old).clone(), after: person.clone() });
            }
        }
    }
    for person in known.iter().filter(|s| !listed.contains(s.id.as_str())) {
        let held: Vec<&Post> = person.posts.iter().filter(|p| p.held_on(today)).collect();
        let of_list = !held.is_empty() && held.iter().all(|p| covered.contains(bureau(&p.section)));
        if of_list && !held.iter().any(|p| p.role == Role::Admin) {
            out.bureaus.entry(bureau_of(person, today)).or_default().left += 1;
            out.left.push(person.clone());
        }
    }
    out
}

/// The first part of the path.
pub fn bureau(section: &str) -> &str {
    section.split('/').next().unwrap_or(section)
}

/// Where the person works today; in the order of the list.
pub fn bureau_of(person: &Staff, today: &str) -> String {
    let post = person.posts.iter().find(|p| p.held_on(today)).or_else(|| person.posts.first());
    post.map_or("", |p| bureau(&p.section)).to_owned()
}

/// The person with every post ended yesterday. Their name stays: what they wrote bears it.
pub fn ended(person: &Staff, today: &str) -> Staff {
    let yesterday = days_after(today, -1);
    let mut gone = person.clone();
    gone.posts.retain(|p| p.from.as_ref().is_none_or(|from| *from <= yesterday));
    for post in &mut gone.posts {
        if post.to.as_ref().is_none_or(|to| *to > yesterday) {
            post.to = Some(yesterday.clone());
        }
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = "2026-11-21";

    fn person(id: &str, section: &str, role: Role) -> Staff {
        let post = Post { section: section.to_owned(), role, from: None, to: None };
        Staff {
            id: id.into(),
            name: format!("職員{id}"),
            kana: format!("しょくいん{id}"),
            extension: "1".into(),
            mobile: String::new(),
            posts: vec![post],
        }
    }

    fn ids(people: &[Staff]) -> Vec<&str> {
        people.iter().map(|s| s.id.as_str()).collect()
    }

    #[test]
    fn a_bureau_s_own_list_says_nothing_about_the_others() {
        let staff = |id: &str, section: &str| person(id, section, Role::Staff);
        let mut both = staff("5", "甲局/課");
        both.posts.push(Post { section: "乙局/課".into(), role: Role::Staff, from: None, to: None });
        let mut former = staff("6", "甲局/課");
        former.posts[0].to = Some("2026-03-31".into());
        let known = [
            staff("1", "甲局/課/係"),
            staff("2", "甲局/課/係"),
            staff("3", "甲局/課"),
            staff("4", "乙局/課"),
            both,
            former,
            person("admin", "甲局/課", Role::Admin),
        ];
        let mut moved = staff("2", "甲局/別の課");
        moved.extension = "2".into();
        let list = [staff("1", "甲局/課/係"), moved.clone(), staff("9", "甲局/課")];
        let d = difference(&known, &list, TODAY);
        assert_eq!((ids(&d.added), ids(&d.left), d.unchanged), (vec!["9"], vec!["3"], 1));
        assert_eq!(d.changed, [Change { before: known[1].clone(), after: moved }]);
        assert_eq!(d.bureaus.len(), 1);
        assert_eq!(d.bureaus["甲局"], Tally { added: 1, changed: 1, left: 1, unchanged: 1 });
        // With both bureaus in the list, the one who works in both is missed.
        let whole = [&list[..], &[staff("4", "乙局/課")]].concat();
        assert_eq!(ids(&difference(&known, &whole, TODAY).left), ["3", "5"]);
        assert_eq!(difference(&known, &known, TODAY).unchanged, 7);
    }

    #[test]
    fn who_left_holds_no_post_and_keeps_the_name() {
        let mut before = person("1", "甲局/課", Role::Head);
        before.posts.push(Post {
            section: "甲局/来年の課".into(),
            role: Role::Staff,
            from: Some("2027-04-01".into()),
            to: None,
        });
        let gone = ended(&before, TODAY);
        assert_eq!((gone.name.as_str(), gone.posts.len()), ("職員1", 1));
        assert_eq!(gone.posts[0].to.as_deref(), Some("2026-11-20"));
        assert_eq!(gone.sections_on(TODAY).count(), 0);
        assert_eq!(ended(&gone, TODAY), gone);
    }
}
