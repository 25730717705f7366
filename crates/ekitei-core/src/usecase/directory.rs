//! People of the prefecture, by name, reading, section, extension or mobile number; in the order of their readings.
//! More than 20,000 entries are looked through in memory, as long as the phone is unlocked.

use crate::bridge::args::{DirectoryPageArgs, SearchArgs};
use crate::bridge::views::{DirectoryPage, PersonView, RailMark};
use crate::open::Open;
use crate::view;
use ekitei_model::fold::fold;
use ekitei_model::{Fault, RecordId, kinds};
use ekitei_store::vault::people::{Entry, Mark};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows of one page at most.
const MAX_COUNT: u32 = 200;
/// What does not begin with kana: letters, or a reading that nobody wrote.
const OTHER: &str = "他";
/// The rows of the syllabary, by the last letter of each.
const ROWS: [(&str, char); 10] = [
    ("あ", 'お'),
    ("か", 'ご'),
    ("さ", 'ぞ'),
    ("た", 'ど'),
    ("な", 'の'),
    ("は", 'ぽ'),
    ("ま", 'も'),
    ("や", 'よ'),
    ("ら", 'ろ'),
    ("わ", 'ん'),
];

pub fn directory(open: &Open, args: &SearchArgs) -> Result<Vec<PersonView>, Fault> {
    let today = open.now().today();
    let found = open.reader().directory(&args.query, args.limit)?;
    Ok(found.iter().map(|record| view::person(record, &today)).collect())
}

/// # Errors
/// `record-unknown`.
pub fn person(open: &Open, staff: &str) -> Result<PersonView, Fault> {
    let entry = open.record_of(kinds::staff_record_id(&staff.into()), kinds::STAFF)?;
    Ok(view::person(&entry.record, &open.now().today()))
}

pub fn page(open: &Open, args: &DirectoryPageArgs) -> Result<DirectoryPage, Fault> {
    let people = open.shared().book().of_today(open)?;
    let today = open.now().today();
    let found = people.find(&args.query);
    let from = args.from.min(len(&found));
    let wanted = found.iter().skip(from as usize).take(args.count.min(MAX_COUNT) as usize);
    let ids: Vec<RecordId> = wanted.map(|n| people.entries[*n as usize].record).collect();
    let people_shown = open.reader().entries(&ids)?;
    Ok(DirectoryPage {
        total: len(&found),
        from,
        people: people_shown.iter().map(|record| view::person(record, &today)).collect(),
        rail: if fold(&args.query).is_empty() { people.rail.clone() } else { Vec::new() },
    })
}

fn len(found: &[u32]) -> u32 {
    u32::try_from(found.len()).unwrap_or(u32::MAX)
}

/// The directory in memory; empty while the phone is locked.
#[derive(Default)]
pub(crate) struct Book(Mutex<Option<Arc<People>>>);

struct People {
    /// What it was made from, and for which day.
    made: (Mark, String),
    /// Those who hold a post, in their order.
    entries: Vec<Entry>,
    rail: Vec<RailMark>,
}

impl Book {
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn of_today(&self, open: &Open) -> Result<Arc<People>, Fault> {
        let made = (open.reader().people_mark()?, open.now().today());
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(people) = known.filter(|p| p.made == made) {
            return Ok(people);
        }
        let people = Arc::new(People::new(open.reader().people()?, made));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&people));
        Ok(people)
    }
}

impl People {
    fn new(mut entries: Vec<Entry>, made: (Mark, String)) -> Self {
        entries.retain(|e| e.until.is_empty() || e.until >= made.1);
        entries.sort_by(|a, b| order(a).cmp(&order(b)));
        let mut rail: Vec<RailMark> = Vec::new();
        for (at, entry) in (0u32..).zip(&entries) {
            let row = row_of(&entry.kana);
            if rail.last().is_none_or(|mark| mark.row != row) {
                rail.push(RailMark { row: row.to_owned(), at });
            }
        }
        Self { made, entries, rail }
    }

    /// Places of those who have every word, those first whose name or reading begins with the first word.
    fn find(&self, query: &str) -> Vec<u32> {
        let query = fold(query);
        let words: Vec<&str> = query.split(' ').filter(|w| !w.is_empty()).collect();
        let Some(first) = words.first() else { return (0..).take(self.entries.len()).collect() };
        let (mut begins, mut holds) = (Vec::new(), Vec::new());
        for (at, entry) in (0u32..).zip(&self.entries) {
            if words.iter().all(|word| entry.folded.contains(word)) {
                let early = entry.kana.starts_with(first) || entry.folded.starts_with(first);
                if early { begins.push(at) } else { holds.push(at) }
            }
        }
        begins.append(&mut holds);
        begins
    }
}

fn order(entry: &Entry) -> (bool, &str, &str, RecordId) {
    (row_of(&entry.kana) == OTHER, &entry.kana, &entry.folded, entry.record)
}

/// `kana` is folded: hiragana, as far as it is kana.
fn row_of(kana: &str) -> &'static str {
    match kana.chars().next() {
        Some('ゔ') => "あ",
        Some(c @ 'ぁ'..='ん') => ROWS.iter().find(|(_, last)| c <= *last).map_or(OTHER, |(row, _)| row),
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kana: &str, folded: &str) -> Entry {
        let record = RecordId::derived(&["directory", kana, folded]);
        Entry { record, kana: kana.into(), folded: folded.into(), until: String::new() }
    }

    #[test]
    fn every_kana_stands_in_its_row() {
        let rows: String = "ぁあぉおかがごさぞただづどなのはばぱぽまもゃやよらろゎわをん"
            .chars()
            .map(|c| row_of(&c.to_string()))
            .collect();
        assert_eq!(rows, "ああああかかかささたたたたななははははままやややららわわわわ");
        assert_eq!((row_of("ゔぁん"), row_of("abc"), row_of(""), row_of("漢")), ("あ", "他", "他", "他"));
    }

    #[test]
    fn readings_in_order_then_letters_and_what_begins_with_the_word_first() {
        let sep = ekitei_store::vault::people::SEPARATOR;
        let full = |name: &str, kana: &str, rest: &str| entry(kana, &format!("{name}{sep}{kana}{sep}{rest}"));
        let entries = vec![
            full("渡辺", "わたなべ", "2101"),
            full("smith", "", "2102"),
            full("青葉 みどり", "あおば みどり", "2103"),
            full("笠原", "かさはら", "青葉出張所"),
            full("蒲田", "がまた", "000-0000"),
        ];
        let people = People::new(entries, (Mark::default(), "2026-11-21".into()));
        let names = |found: Vec<u32>| -> Vec<String> {
            found
                .iter()
                .map(|n| people.entries[*n as usize].folded.split(sep).next().unwrap_or("").into())
                .collect()
        };
        assert_eq!(names(people.find(" ")), ["青葉 みどり", "笠原", "蒲田", "渡辺", "smith"]);
        assert_eq!(names(people.find("青葉")), ["青葉 みどり", "笠原"]);
        assert_eq!(names(people.find("カサ 青葉")), ["笠原"], "every word, in any part");
        assert_eq!(names(people.find("210")), ["青葉 みどり", "渡辺", "smith"]);
        assert!(people.find("んん").is_empty());
        let rail: Vec<_> = people.rail.iter().map(|m| (m.row.as_str(), m.at)).collect();
        assert_eq!(rail, [("あ", 0), ("か", 1), ("わ", 3), ("他", 4)]);
    }

    #[test]
    fn who_holds_no_post_any_more_is_not_listed() {
        let mut gone = entry("あ", "a");
        gone.until = "2026-11-20".into();
        let mut last_day = entry("い", "i");
        last_day.until = "2026-11-21".into();
        let people =
            People::new(vec![gone, last_day, entry("う", "u")], (Mark::default(), "2026-11-21".into()));
        assert_eq!(people.entries.len(), 2);
    }
}
