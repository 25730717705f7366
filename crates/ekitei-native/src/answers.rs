//! What the commands answer. Names are those of the wire (android/README.md).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a desktop answers in place of a phone.
pub trait StandIn {
    fn stand_in() -> Self;
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty = $desktop:expr),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize)]
        pub struct $name {
            $($(#[$fdoc])* #[serde(default)] pub $field: $ty,)*
            /// No phone said this.
            #[serde(default)]
            pub stand_in: bool,
        }

        impl StandIn for $name {
            fn stand_in() -> Self {
                Self { $($field: $desktop,)* stand_in: true }
            }
        })*
    };
}

answers! {
    Home { dir: Option<String> = None }
    Done {}
    Captured {
        /// Names with a picture.
        taken: Vec<String> = Vec::new(),
        unused: Vec<String> = Vec::new(),
    }
    CapturesLeft { names: Vec<String> = Vec::new() }
    Picked { taken: Vec<PickedFile> = Vec::new(), refused: Vec<RefusedFile> = Vec::new() }
    Saved { saved: bool = false, opened: bool = false }
    Opened {
        /// `exact` | `near` | `none`
        opened: Value = json!("none"),
    }
    Shown { shown: bool = false, why: String = "stand-in".into() }
    Allowed { granted: bool = false }
    Running { running: bool = false }
    Grants { grants: Vec<Grant> = Vec::new() }
    Managed {
        managed: bool = false,
        server_url: Option<String> = None,
        ca_pin: Option<String> = None,
        ca_pin_spare: Option<String> = None,
        enrolment_secret: Option<String> = None,
        lock_minutes: Option<u16> = None,
        minimum_version: Option<String> = None,
        problems: Vec<String> = Vec::new(),
    }
    Keystore {
        /// `strongbox` | `tee` | `software` | `unknown`
        level: String = "unknown".into(),
        device_secure: bool = false,
        user_bound: bool = false,
        /// `ready` | `none_enrolled` | `none`
        biometrics: String = "none".into(),
    }
    Wrapped { wrapped: String = String::new() }
    Unwrapped { plain: String = String::new() }
    Place { position: Option<Value> = None, why: Option<String> = Some("off".into()) }
    /// CSS pixels.
    Insets { top: f64 = 0.0, right: f64 = 0.0, bottom: f64 = 0.0, left: f64 = 0.0, keyboard: f64 = 0.0 }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PickedFile {
    pub name: String,
    #[serde(default)]
    pub bytes: u64,
    #[serde(rename = "type", default)]
    pub media_type: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefusedFile {
    pub name: String,
    pub code: String,
    #[serde(default)]
    pub size_mb: Option<u64>,
    #[serde(default)]
    pub limit_mb: Option<u64>,
}

/// What the MDM must have granted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grant {
    pub what: String,
    pub granted: Option<bool>,
    #[serde(default)]
    pub component: Option<String>,
    #[serde(default)]
    pub settings: Option<String>,
}

/// `DeviceFacts` of the core, passed through.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Facts(pub Value);

impl StandIn for Facts {
    fn stand_in() -> Self {
        Self(json!({ "stand_in": true }))
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Nothing {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_desktop_says_that_it_is_no_phone() {
        assert!(Captured::stand_in().stand_in && Captured::stand_in().taken.is_empty());
        assert_eq!(
            serde_json::to_value(Opened::stand_in()).unwrap(),
            json!({"opened": "none", "stand_in": true})
        );
        assert_eq!(Facts::stand_in().0["stand_in"], true);
    }

    #[test]
    fn answers_of_the_kotlin_half_are_understood() {
        let picked: Picked = serde_json::from_value(json!({
            "taken": [{"name": "a.jpg", "bytes": 3, "type": "image/jpeg"}],
            "refused": [{"name": "b.pdf", "code": "photo-file-large", "size_mb": 200, "limit_mb": 100}]
        }))
        .unwrap();
        assert!(!picked.stand_in && picked.taken[0].media_type == "image/jpeg");
        let grants: Grants =
            serde_json::from_value(json!({"grants": [{"what": "notifications", "granted": false}]})).unwrap();
        assert_eq!(grants.grants[0].granted, Some(false));
    }
}
