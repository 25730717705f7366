//! How a pull is cut into pages.

use crate::rows::Page;
use ekitei_model::Scope;
use ekitei_model::wire::{Direction, MAX_PAGE_RECORDS, PageHeader, Want};

/// What a want asks of the rows. `after` wins when both are named; neither means begin: newest first from the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// `seq` above, ascending.
    After(u64),
    /// `born_seq` below, descending.
    Before(u64),
}

pub(crate) fn ask(want: &Want) -> Ask {
    match (want.after, want.before) {
        (Some(after), _) => Ask::After(after),
        (None, Some(before)) => Ask::Before(before),
        (None, None) => Ask::Before(i64::MAX as u64),
    }
}

/// Rows to fetch for one page: one more than fits, to know whether there is more.
pub(crate) const FETCH: i64 = MAX_PAGE_RECORDS as i64 + 1;

/// Bytes left of an answer. The first record always goes, however large: an answer makes progress.
#[derive(Debug)]
pub(crate) struct Budget {
    left: i64,
    used: bool,
}

impl Budget {
    pub fn new(max_bytes: u32) -> Self {
        Self { left: i64::from(max_bytes), used: false }
    }
    pub fn left(&self) -> i64 {
        self.left
    }
    pub fn spent(&self) -> bool {
        self.used && self.left <= 0
    }
    fn take(&mut self, bytes: usize) -> bool {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        if self.used && bytes > self.left {
            // The answer is full: smaller records of later scopes do not overtake.
            self.left = 0;
            return false;
        }
        self.used = true;
        self.left -= bytes;
        true
    }
}

/// One page being filled. Feed it rows in order until it says no.
pub(crate) struct Filling<'a> {
    scope: &'a Scope,
    ask: Ask,
    head: u64,
    records: Vec<String>,
    last: u64,
    more: bool,
}

impl<'a> Filling<'a> {
    pub fn new(scope: &'a Scope, ask: Ask, head: u64) -> Self {
        Self { scope, ask, head, records: Vec::new(), last: 0, more: false }
    }

    /// `place`: `seq` or `born_seq`, as the ask orders them. `false`: the page is full, the row was not taken.
    pub fn add(
        &mut self,
        budget: &mut Budget,
        place: u64,
        body: impl FnOnce() -> String,
        bytes: usize,
    ) -> bool {
        if self.records.len() == MAX_PAGE_RECORDS || !budget.take(bytes + 1) {
            self.more = true;
            return false;
        }
        self.last = place;
        self.records.push(body());
        true
    }

    /// `None`: nothing of it fitted, the scope must be asked for again.
    pub fn done(self) -> Option<Page> {
        if self.records.is_empty() && self.more {
            return None;
        }
        let next = match (self.ask, self.more) {
            (Ask::After(_), false) => self.head,
            (Ask::Before(_), false) => 0,
            (_, true) => self.last,
        };
        let direction = match self.ask {
            Ask::After(_) => Direction::After,
            Ask::Before(_) => Direction::Before,
        };
        let header = PageHeader {
            scope: self.scope.clone(),
            direction,
            next,
            head: self.head,
            more: self.more,
            count: self.records.len() as u32,
            denied: false,
        };
        Some(Page { header, records: self.records })
    }
}

/// The scope is not readable (any more).
pub(crate) fn denied(scope: &Scope, ask: Ask) -> Page {
    let direction = match ask {
        Ask::After(_) => Direction::After,
        Ask::Before(_) => Direction::Before,
    };
    let header =
        PageHeader { scope: scope.clone(), direction, next: 0, head: 0, more: false, count: 0, denied: true };
    Page { header, records: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_record_always_goes_and_the_budget_stops_the_rest() {
        let mut budget = Budget::new(10);
        let scope = Scope::All;
        let mut page = Filling::new(&scope, Ask::After(0), 9);
        assert!(page.add(&mut budget, 4, || "x".repeat(50), 50));
        assert!(!page.add(&mut budget, 7, String::new, 1));
        let page = page.done().expect("one record");
        assert!(page.header.more && page.header.next == 4 && page.header.count == 1 && budget.spent());
        let mut second = Filling::new(&scope, Ask::After(0), 9);
        assert!(!second.add(&mut budget, 1, String::new, 1));
        assert_eq!(second.done(), None);
    }

    #[test]
    fn an_exhausted_page_points_to_the_head() {
        let scope = Scope::All;
        let page = Filling::new(&scope, Ask::After(3), 9).done().expect("empty page");
        assert!(!page.header.more && page.header.next == 9);
    }
}
