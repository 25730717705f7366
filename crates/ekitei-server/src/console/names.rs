//! Names of people, each asked for once in a request.

use super::views::NameView;
use crate::fault::Answer;
use ekitei_model::StaffId;
use ekitei_server_db::Storage;
use std::collections::HashMap;
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

    /// # Errors
    /// The database did not answer.
    pub async fn all(&self, ids: &[String]) -> Answer<Vec<NameView>> {
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            out.push(self.of(id).await?);
        }
        Ok(out)
    }
}
