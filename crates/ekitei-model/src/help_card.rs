//! Help cards: what to do, and whom to call, when a phone is lost, stolen or damaged, or the carrier is down. Kept by the
//! administrator; read on locked phones, too.

use crate::calendar::{
    Holidays, Hours, days_after, is_working_day, is_working_time, minute_of_day, minutes_of,
};
use crate::fault::Fault;
use crate::ids::RecordId;
use crate::record::{Fields, Record};
use crate::scope::Scope;
use crate::time::Stamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub const PURPOSE: &str = "purpose";
pub const STEPS: &str = "steps";
pub const CONTACTS: &str = "contacts";

/// In the order in which screens offer them.
pub const PURPOSES: [&str; 4] = ["lost", "stolen", "damaged", "outage"];

const MAX_STEPS: usize = 12;
const MAX_CONTACTS: usize = 12;
/// Of one step or name, characters.
const MAX_TEXT: usize = 300;

/// On which days a contact answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    #[default]
    All,
    /// Monday to Friday, unless it is a holiday.
    Weekdays,
    /// Saturday, Sunday and holidays.
    Holidays,
    /// Whenever the office does not work: nights, weekends, holidays. From and to say nothing then.
    Closed,
}

/// Whom to call, and when somebody is there. The outside number and the extension are different things.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Contact {
    pub label: String,
    #[serde(default)]
    pub number: String,
    #[serde(default)]
    pub extension: String,
    /// `08:45`; absent: from the beginning of the day. A span that ends before it begins runs over midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub to: Option<String>,
    #[serde(default)]
    pub days: Days,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpCard {
    /// One of [`PURPOSES`].
    pub purpose: String,
    pub steps: Vec<String>,
    pub contacts: Vec<Contact>,
}

/// The one card for a purpose in `all:` or in a section.
pub fn card_id(scope: &Scope, purpose: &str) -> RecordId {
    RecordId::derived(&["help_card", &scope.to_string(), purpose])
}

impl Contact {
    /// Whether somebody answers there at that instant.
    pub fn answers(&self, at: Stamp, holidays: &Holidays) -> bool {
        if self.days == Days::Closed {
            return !is_working_time(at, holidays, Hours::default());
        }
        let time =
            |text: &Option<String>, otherwise| text.as_deref().and_then(minutes_of).unwrap_or(otherwise);
        let (from, to) = (time(&self.from, 0), time(&self.to, 24 * 60));
        let (now, today) = (minute_of_day(at), at.local_date());
        if from < to {
            return (from..to).contains(&now) && self.on(&today, holidays);
        }
        // Over midnight: the night belongs to the day on which it began.
        (now >= from && self.on(&today, holidays)) || (now < to && self.on(&days_after(&today, -1), holidays))
    }

    fn on(&self, day: &str, holidays: &Holidays) -> bool {
        match self.days {
            Days::All | Days::Closed => true,
            Days::Weekdays => is_working_day(day, holidays),
            Days::Holidays => !is_working_day(day, holidays),
        }
    }
}

impl HelpCard {
    /// `None`: a card that this program does not understand. What is missing is empty.
    pub fn of(record: &Record) -> Option<Self> {
        let purpose = record.text(PURPOSE).to_owned();
        let contacts = match record.fields.get(CONTACTS) {
            Some(Value::Array(all)) => {
                all.iter().filter_map(|c| serde_json::from_value(c.clone()).ok()).collect()
            }
            _ => Vec::new(),
        };
        PURPOSES.contains(&purpose.as_str()).then(|| Self { purpose, steps: record.list(STEPS), contacts })
    }

    pub fn fields(&self) -> Fields {
        Fields::from([
            (PURPOSE.to_owned(), json!(self.purpose)),
            (STEPS.to_owned(), json!(self.steps)),
            (CONTACTS.to_owned(), json!(self.contacts)),
        ])
    }

    /// Everything that a person must correct before it can be kept.
    pub fn problems(&self) -> Vec<Fault> {
        let mut out = Vec::new();
        if !PURPOSES.contains(&self.purpose.as_str()) {
            out.push(Fault::ask("help-purpose").with("value", &self.purpose));
        }
        let blank = |t: &str| t.trim().is_empty() || t.chars().count() > MAX_TEXT;
        if self.steps.is_empty() || self.steps.len() > MAX_STEPS {
            out.push(Fault::ask("help-steps").with("count", MAX_STEPS));
        }
        for (n, _) in self.steps.iter().enumerate().filter(|(_, s)| blank(s)) {
            out.push(Fault::ask("help-step-empty").with("number", n + 1));
        }
        if self.contacts.len() > MAX_CONTACTS {
            out.push(Fault::ask("help-contacts").with("count", MAX_CONTACTS));
        }
        for (n, contact) in self.contacts.iter().enumerate() {
            let fault = |code: &str| Fault::ask(code).with("number", n + 1);
            if blank(&contact.label) {
                out.push(fault("help-contact-name"));
            }
            if !dials(&contact.number) || !dials(&contact.extension) {
                out.push(fault("help-contact-digits"));
            } else if contact.number.is_empty() && contact.extension.is_empty() {
                out.push(fault("help-contact-number"));
            }
            let times = [&contact.from, &contact.to];
            if times.into_iter().flatten().any(|t| minutes_of(t).is_none()) {
                out.push(fault("help-contact-time"));
            }
        }
        out
    }
}

/// Nothing, or what a telephone understands: digits, hyphens, `+`, `#`, `*`, spaces, brackets.
pub fn dials(number: &str) -> bool {
    number.len() <= 40
        && number.chars().all(|c| c.is_ascii_digit() || "-+#* ()".contains(c))
        && (number.is_empty() || number.chars().any(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn contact(days: Days, from: Option<&str>, to: Option<&str>) -> Contact {
        Contact {
            label: "窓口".into(),
            number: "0000-00-0000".into(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            days,
            ..Contact::default()
        }
    }

    #[test]
    fn one_of_two_desks_answers_at_every_minute_of_a_year() {
        let holidays = Holidays::new(["2026-01-01", "2026-11-23"].map(str::to_owned));
        let desk = contact(Days::Weekdays, Some("08:45"), Some("17:30"));
        let night = contact(Days::Closed, None, None);
        let start: Stamp = "2026-01-01T00:00:00+09:00".parse().unwrap();
        for quarter in 0..(365 * 24 * 4) {
            let at = Stamp::japan(start.utc_ms + quarter * 15 * 60_000);
            assert_ne!(desk.answers(at, &holidays), night.answers(at, &holidays), "{at}");
        }
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_began() {
        let holidays = Holidays::default();
        let nights = contact(Days::Weekdays, Some("17:30"), Some("08:45"));
        for (at, answers) in [
            ("2026-11-20T17:30:00+09:00", true),
            ("2026-11-20T23:59:00+09:00", true),
            // Saturday morning is still Friday's night; Saturday's own night is nobody's.
            ("2026-11-21T08:44:00+09:00", true),
            ("2026-11-21T08:45:00+09:00", false),
            ("2026-11-21T18:00:00+09:00", false),
            ("2026-11-23T03:00:00+09:00", false),
            ("2026-11-23T12:00:00+09:00", false),
        ] {
            assert_eq!(nights.answers(at.parse().unwrap(), &holidays), answers, "{at}");
        }
        let weekend = contact(Days::Holidays, None, None);
        assert!(weekend.answers("2026-11-21T00:00:00+09:00".parse().unwrap(), &holidays));
        assert!(!weekend.answers("2026-11-20T23:59:00+09:00".parse().unwrap(), &holidays));
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let card = HelpCard {
            purpose: "fire".into(),
            steps: vec!["電話する".into(), "  ".into()],
            contacts: vec![
                Contact { label: String::new(), number: "0000".into(), ..Contact::default() },
                Contact { label: "a".into(), ..Contact::default() },
                Contact { label: "b".into(), number: "電話".into(), ..Contact::default() },
                contact(Days::All, Some("9時"), None),
            ],
        };
        let got: Vec<String> = card.problems().into_iter().map(|f| f.to_string()).collect();
        assert_eq!(
            got,
            [
                "help-purpose value=fire",
                "help-step-empty number=2",
                "help-contact-name number=1",
                "help-contact-number number=2",
                "help-contact-digits number=3",
                "help-contact-time number=4",
            ]
        );
        assert_eq!(HelpCard { purpose: "lost".into(), steps: vec![], contacts: vec![] }.problems().len(), 1);
    }

    #[test]
    fn a_card_travels_as_fields_and_one_that_is_not_understood_is_left_out() {
        let card = HelpCard {
            purpose: "lost".into(),
            steps: vec!["電話する".into()],
            contacts: vec![contact(Days::Closed, None, None)],
        };
        assert_eq!(card.problems(), []);
        let id = card_id(&Scope::All, "lost");
        let mut record: Record = serde_json::from_value(json!({
            "id": id, "kind": "help_card", "scope": "all:", "born_seq": 1, "seq": 1, "fields": card.fields()
        }))
        .unwrap();
        assert_eq!(HelpCard::of(&record), Some(card));
        record.fields.insert(CONTACTS.into(), json!([{"label": "x", "days": "full_moon"}, {"label": "y"}]));
        assert_eq!(HelpCard::of(&record).unwrap().contacts.len(), 1);
        record.fields.insert(PURPOSE.into(), "fire".into());
        assert_eq!(HelpCard::of(&record), None);
        assert_ne!(id, card_id(&Scope::Section("甲".into()), "lost"));
    }
}
