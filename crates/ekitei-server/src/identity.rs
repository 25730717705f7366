//! The one boundary behind which it is decided who a person is. Accounts with passwords for now; OIDC or LDAP would
//! come here and nowhere else.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use ekitei_model::StaffId;
use ekitei_model::people::Staff;
use ekitei_server_db::{Storage, StorageError};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// Shorter ones are guessed; longer ones only cost time.
pub const MIN_PASSWORD_CHARS: usize = 8;
pub const MAX_PASSWORD_BYTES: usize = 256;
/// Each check takes 19 MiB and some ten milliseconds of one core.
const CHECKS_AT_ONCE: usize = 2;

#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
}

pub struct Identity {
    storage: Arc<dyn Storage>,
    places: Semaphore,
}

impl Identity {
    pub fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage, places: Semaphore::new(CHECKS_AT_ONCE) }
    }

    /// The person, if the password is theirs. An unknown person takes as long as a wrong password.
    ///
    /// # Errors
    /// The database did not answer.
    pub async fn check(&self, staff: &StaffId, password: &str) -> Result<Option<Staff>, IdentityError> {
        let known = self.storage.password_hash(staff).await?;
        let exists = known.is_some();
        let hash = known.unwrap_or_else(|| nobody().to_owned());
        let password = password.to_owned();
        let _place = self.places.acquire().await;
        let right = tokio::task::spawn_blocking(move || verify(&hash, &password))
            .await
            .map_err(|e| IdentityError::Hash(e.to_string()))?;
        if right && exists { Ok(self.storage.staff(staff).await?) } else { Ok(None) }
    }
}

/// Argon2id in PHC form, with a new salt.
///
/// # Errors
/// No random bytes.
pub fn hash(password: &str) -> Result<String, IdentityError> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|h| h.to_string()).map_err(|e| IdentityError::Hash(e.to_string()))
}

fn verify(hash: &str, password: &str) -> bool {
    password.len() <= MAX_PASSWORD_BYTES
        && PasswordHash::new(hash)
            .is_ok_and(|h| Argon2::default().verify_password(password.as_bytes(), &h).is_ok())
}

/// A hash that no password meets in practice.
fn nobody() -> &'static str {
    static NOBODY: OnceLock<String> = OnceLock::new();
    NOBODY.get_or_init(|| {
        let secret = crate::secret::random_text().unwrap_or_default();
        hash(&secret).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_right_password_passes() {
        let h = hash("正しい合言葉").unwrap();
        assert!(h.starts_with("$argon2id$"));
        assert!(verify(&h, "正しい合言葉"));
        assert!(!verify(&h, "違う合言葉"));
        assert!(!verify("", ""));
        assert!(!verify("not a hash", "x"));
        assert!(!verify(nobody(), ""));
        assert_ne!(h, hash("正しい合言葉").unwrap());
    }
}
