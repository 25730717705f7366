//! What the phone tells by itself.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Told {
    /// Line or charger changed: ask for the facts again.
    Facts,
    Insets,
    /// A volume key, while it is a shutter.
    Shutter,
    /// Another app handed something over: `share_take`.
    Share,
    /// The minutes without a touch are over.
    Lock,
    /// The app left the front, or came back.
    Hidden,
    Shown,
    /// The managed configuration changed.
    Mdm,
    /// A newer Kotlin half may say more.
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Told;

    #[test]
    fn names_are_those_of_the_kotlin_half() {
        let told = |text: &str| serde_json::from_str::<Told>(text).unwrap();
        assert_eq!(told(r#"{"what":"shutter"}"#), Told::Shutter);
        assert_eq!(told(r#"{"what":"facts","more":1}"#), Told::Facts);
        assert_eq!(told(r#"{"what":"lidar"}"#), Told::Other);
    }
}
