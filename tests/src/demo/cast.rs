//! Who and what plays, and what can be done with them.

use super::handset::{Handset, line_of, line_word};
use super::seed::Sample;
use super::terminal::Terminal;
use super::view::Board;
use super::{Done, PIN, blocking};
use crate::desk::Desk;
use crate::line::Mode;
use crate::office::Office;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Whose desk the stage looks from.
const VIEWER: &str = "s002";

/// Everything that plays.
pub struct Cast {
    pub board: Board,
    pub terminal: Arc<Terminal>,
    pub a: Arc<Handset>,
    pub b: Arc<Handset>,
    pub share: PathBuf,
    pub cache: PathBuf,
    pub sample: Sample,
    pub small: bool,
    /// Between steps, so that eyes can follow.
    pub pace: Duration,
    pub office_url: String,
    pub http: reqwest::Client,
    pub again: Notify,
    pub office: Mutex<Option<Office>>,
    /// What lay in the shared folder when the story began; absent: what is found next.
    pub old_files: Mutex<Option<BTreeSet<String>>>,
}

impl Cast {
    pub fn phone(&self, id: &str) -> Option<&Arc<Handset>> {
        [&self.a, &self.b].into_iter().find(|p| p.id == id)
    }

    pub async fn set_line(&self, id: &str, mode: Mode) -> Done<()> {
        let phone = self.phone(id).ok_or("no such phone")?;
        phone.set_line(mode).await?;
        self.board.phone(id, |p| line_word(mode).clone_into(&mut p.line));
        Ok(())
    }

    pub async fn set_line_word(&self, id: &str, word: &str) -> Done<()> {
        self.set_line(id, line_of(word).ok_or("no such line")?).await
    }

    pub async fn restart(&self, id: &str) -> Done<()> {
        self.phone(id).ok_or("no such phone")?.restart().await?;
        self.board.phone(id, |p| {
            p.starts += 1;
            p.running = true;
        });
        Ok(())
    }

    pub async fn desk(&self) -> Done<Desk> {
        Desk::sign_in(&self.http, &self.office_url, VIEWER).await
    }

    /// Both phones run, are open and have a good line, whatever a person did with them.
    pub async fn tidy(&self) -> Done<()> {
        for phone in [&self.a, &self.b] {
            if !phone.running() {
                self.restart(phone.id).await?;
            }
            self.set_line(phone.id, Mode::Good).await?;
            if phone.status().await?["locked"] == true {
                phone.call("unlock", json!({ "pin": PIN })).await?;
            }
        }
        *self.old_files.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// The screens' language, on each phone that is open.
    pub async fn set_language(&self, language: &str) -> Done<()> {
        for phone in [&self.a, &self.b].into_iter().filter(|p| p.running()) {
            let Ok(mut settings) = phone.call("settings_get", json!({})).await else { continue };
            settings["language"] = json!(language);
            phone.call("settings_set", settings).await?;
        }
        Ok(())
    }

    /// The office's own check of its books.
    pub async fn verify(&self) -> Done<()> {
        let office = self.office.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(office) = office else { return Err("the office is closed".into()) };
        let (office, result) = blocking(move || {
            let result = office.verify();
            (office, result)
        })
        .await?;
        *self.office.lock().unwrap_or_else(PoisonError::into_inner) = Some(office);
        result
    }

    /// No child outlives the demonstration.
    pub fn end(&self) {
        self.a.kill();
        self.b.kill();
        drop(self.office.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}
