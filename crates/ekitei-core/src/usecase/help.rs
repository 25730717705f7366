//! When something happens: help cards by the clock. A copy lies in the queue's file under the device's own key, because the
//! colleague whose phone is at hand has locked it.

use crate::bridge::views::{HelpCardView, HelpContact, HelpView};
use crate::shared::Shared;
use ekitei_model::calendar::{Holidays, Hours, holidays_id, is_working_time};
use ekitei_model::help_card::{HelpCard, PURPOSES};
use ekitei_model::{Fault, Scope, Stamp, kinds};
use ekitei_store::Vault;
use ekitei_store::queue::meta;
use ekitei_store::vault::read;
use serde::{Deserialize, Serialize};

/// Where the copy lies.
const KEPT: &str = "core.help";

/// What a locked phone knows. No name, no case: telephone numbers of desks.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    cards: Vec<KeptCard>,
    holidays: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KeptCard {
    /// Empty: for all.
    section: String,
    #[serde(flatten)]
    card: HelpCard,
}

/// Brings the copy up to the vault; writes only what is news.
pub fn keep(shared: &Shared, vault: &Vault) -> Result<(), Fault> {
    let (records, holidays) = vault.read(|c| {
        let found = read::of_kind(c, kinds::HELP_CARD)?;
        Ok((found, read::mirrored(c, holidays_id())?))
    })?;
    let mut cards: Vec<KeptCard> = records
        .iter()
        .filter_map(|shown| {
            let section = match &shown.record.scope {
                Scope::Section(path) => path.clone(),
                _ => String::new(),
            };
            HelpCard::of(&shown.record).map(|card| KeptCard { section, card })
        })
        .collect();
    cards.sort_by(|a, b| place(a).cmp(&place(b)));
    let holidays = holidays.map(|r| Holidays::of(&r)).unwrap_or_default();
    let now = Kept { cards, holidays: holidays.days().map(str::to_owned).collect() };
    let before: Option<Kept> = shared.queue_read(|c| meta::json(c, KEPT))?;
    if before.unwrap_or_default() != now {
        shared.queue_write(|tx| meta::set_json(tx, KEPT, &now))?;
    }
    Ok(())
}

/// In the order of the purposes; a section's own card before the one for all.
fn place(kept: &KeptCard) -> (usize, bool, &str) {
    let purpose = PURPOSES.iter().position(|p| *p == kept.card.purpose).unwrap_or(PURPOSES.len());
    (purpose, kept.section.is_empty(), &kept.section)
}

/// Works locked, and before anything was ever fetched (then there are no cards).
pub fn help(shared: &Shared) -> Result<HelpView, Fault> {
    let kept: Kept = shared.queue_read(|c| meta::json(c, KEPT))?.unwrap_or_default();
    Ok(by_the_clock(kept, shared.now().stamp()))
}

/// Days off besides the weekend, as the office last said them to this phone; works locked.
pub fn holidays(shared: &Shared) -> Result<Vec<String>, Fault> {
    let kept: Kept = shared.queue_read(|c| meta::json(c, KEPT))?.unwrap_or_default();
    Ok(kept.holidays)
}

fn by_the_clock(kept: Kept, now: Stamp) -> HelpView {
    let holidays = Holidays::new(kept.holidays);
    let card = |kept: KeptCard| {
        let contacts = kept.card.contacts.into_iter();
        let mut contacts: Vec<HelpContact> =
            contacts.map(|contact| HelpContact { now: contact.answers(now, &holidays), contact }).collect();
        contacts.sort_by_key(|c| !c.now);
        HelpCardView { purpose: kept.card.purpose, section: kept.section, steps: kept.card.steps, contacts }
    };
    HelpView {
        now,
        working: is_working_time(now, &holidays, Hours::default()),
        cards: kept.cards.into_iter().map(card).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn who_answers_now_comes_first() {
        let kept = |holidays: &[&str]| -> Kept {
            serde_json::from_value(json!({"holidays": holidays, "cards": [{
                "section": "", "purpose": "lost", "steps": ["探す"],
                "contacts": [
                    {"label": "窓口", "number": "0000", "days": "weekdays", "from": "08:45", "to": "17:30"},
                    {"label": "夜間", "number": "0001", "days": "closed"},
                ]
            }]}))
            .unwrap()
        };
        let first = |at: &str, holidays: &[&str]| {
            let view = by_the_clock(kept(holidays), at.parse().unwrap());
            let card = &view.cards[0];
            (view.working, card.contacts[0].contact.label.clone(), card.contacts[1].now)
        };
        assert_eq!(first("2026-11-24T10:00:00+09:00", &[]), (true, "窓口".into(), false));
        assert_eq!(first("2026-11-24T20:00:00+09:00", &[]), (false, "夜間".into(), false));
        assert_eq!(first("2026-11-23T10:00:00+09:00", &["2026-11-23"]), (false, "夜間".into(), false));
    }
}
