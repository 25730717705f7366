//! Names of people, each asked for once in a request.

use super::views::NameView;
use crate::fault::Answer;
use ekitei_model::{Record, StaffId, Stamp};
use ekitei_server_db::{Storage, office_device};
use std::collections::{BTreeSet, HashMap};
use tokio::sync::Mutex;

pub struct Names<'a> {
    storage: &'a dyn Storage,
    known: Mutex<HashMap<String, String>>,
}

impl<'a> Names<'a> {
    pub fn new(storage: &'a dyn Storage) -> Self {
        Self { storage, known: Mutex::default() }
    }

    /// The person with this number; one who is not in the directory keeps the number as name.
    ///
    /// # Errors
    /// The database did not answer.
    pub async fn of(&self, id: &str) -> Answer<NameView> {
        let mut known = self.known.lock().await;
        let name = match known.get(id) {
            Some(name) => name.clone(),
            None => {
                let found = self.storage.staff(&StaffId(id.to_owned())).await?;
                let name = found.map_or_else(|| id.to_owned(), |s| s.name);
                known.insert(id.to_owned(), name.clone());
                name
            }
        };
        Ok(NameView { id: id.to_owned(), name })
    }

    /// Asks at once for those of these that are not known yet.
    ///
    /// # Errors
    /// The database did not answer.
    pub async fn learn(&self, ids: impl IntoIterator<Item = &str>) -> Answer<()> {
        let mut known = self.known.lock().await;
        let missing: BTreeSet<&str> = ids.into_iter().filter(|id| !known.contains_key(*id)).collect();
        if missing.len() < 2 {
            return Ok(());
        }
        let asked = missing.iter().map(|id| StaffId((*id).to_owned())).collect();
        for person in self.storage.people(asked).await? {
            known.insert(person.id.0, person.name);
        }
        Ok(())
    }

    /// # Errors
    /// The database did not answer.
    pub async fn all(&self, ids: &[String]) -> Answer<Vec<NameView>> {
        self.learn(ids.iter().map(String::as_str)).await?;
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            out.push(self.of(id).await?);
        }
        Ok(out)
    }

    /// Who wrote the value of a field, and when by their clock (RFC 3339). `None`: the office itself.
    ///
    /// # Errors
    /// The database did not answer.
    pub async fn wrote(&self, of: &Record, field: &str) -> Answer<Option<(NameView, String)>> {
        let Some(rev) = of.rev(field) else { return Ok(None) };
        if let Some(origin) = of.created.as_ref().filter(|c| c.op == rev.op && c.device != office_device()) {
            return Ok(Some((self.of(origin.staff.as_str()).await?, origin.at.to_string())));
        }
        match self.storage.authors(&[rev.op]).await?.remove(&rev.op) {
            Some(author) => {
                let at = Stamp::japan(author.at_ms).to_string();
                Ok(Some((self.of(author.staff.as_str()).await?, at)))
            }
            None => Ok(None),
        }
    }
}
