//! The vault key, wrapped by a key that each use opens with a finger or a face. It goes from the core to Kotlin and back; no
//! screen sees it.

use crate::answers::{Done, Unwrapped, Wrapped};
use crate::{Native, Refused};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tauri::Runtime;
use zeroize::Zeroizing;

const PURPOSE: &str = "vault";

impl<R: Runtime> Native<R> {
    /// Asks for a finger or a face (`title` says what for). Blocks.
    ///
    /// # Errors
    /// `biometrics-none` (also on a desktop), `biometrics-cancelled`, `biometrics-lockout`, `keystore-unavailable`.
    pub fn wrap(&self, plain: &[u8], title: &str) -> Result<Vec<u8>, Refused> {
        let plain = Zeroizing::new(STANDARD.encode(plain));
        let args = json!({ "purpose": PURPOSE, "plain": *plain, "title": title });
        let answer: Wrapped = self.ask("keystore_wrap", args)?;
        answered(answer.stand_in)?;
        STANDARD.decode(answer.wrapped).map_err(|e| Refused::new("native-failed", e))
    }

    /// What [`Native::wrap`] was given. Blocks.
    ///
    /// # Errors
    /// `biometrics-changed`: another finger was added since, the key is gone; as [`Native::wrap`].
    pub fn unwrap(&self, wrapped: &[u8], title: &str) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let args = json!({ "purpose": PURPOSE, "wrapped": STANDARD.encode(wrapped), "title": title });
        let answer: Unwrapped = self.ask("keystore_unwrap", args)?;
        answered(answer.stand_in)?;
        let plain = Zeroizing::new(answer.plain);
        STANDARD.decode(&*plain).map(Zeroizing::new).map_err(|e| Refused::new("native-failed", e))
    }

    /// The key goes.
    ///
    /// # Errors
    /// The Kotlin half does not answer.
    pub fn forget_biometrics(&self) -> Result<(), Refused> {
        self.ask::<Done>("keystore_forget", json!({ "purpose": PURPOSE })).map(|_| ())
    }
}

/// A desktop has no finger to ask for.
fn answered(stand_in: bool) -> Result<(), Refused> {
    if stand_in { Err(Refused::new("biometrics-none", "stand-in")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::StandIn;

    #[test]
    fn a_desktop_opens_nothing() {
        assert_eq!(
            answered(Wrapped::stand_in().stand_in).map_err(|r| r.code),
            Err("biometrics-none".to_owned())
        );
        assert!(Unwrapped::stand_in().plain.is_empty());
        assert!(answered(false).is_ok());
    }
}
