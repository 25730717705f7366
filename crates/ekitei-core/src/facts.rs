//! What the device says about itself. Only shells set it (`Core::set_facts`); screens and checklists read it (the call
//! `facts`). Absent is unknown, never a guess.

use ekitei_model::Stamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Battery {
    /// 0 to 100.
    pub percent: u8,
    pub charging: bool,
    #[serde(default)]
    pub temperature_c: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    None,
    Wifi,
    Mobile,
    Ethernet,
    #[default]
    Unknown,
}

/// The line as the system sees it; whether the office answers is `StatusView.line`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Network {
    #[serde(default)]
    pub kind: NetworkKind,
    /// The system reached something beyond the access point. A closed network may never validate.
    #[serde(default)]
    pub validated: Option<bool>,
    #[serde(default)]
    pub metered: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Hotspot {
    On,
    Off,
    #[default]
    Unknown,
}

/// Degrees (WGS 84) and metres.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Position {
    pub lat: f64,
    pub lon: f64,
    pub accuracy_m: f64,
    pub at: Stamp,
}

/// What system bars, cut-outs and the keyboard cover, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "DeviceInsets")]
pub struct Insets {
    #[serde(default)]
    pub top: f64,
    #[serde(default)]
    pub right: f64,
    #[serde(default)]
    pub bottom: f64,
    #[serde(default)]
    pub left: f64,
    #[serde(default)]
    pub keyboard: f64,
}

/// One look at the device. Unknown names are passed over: a newer native half may say more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct DeviceFacts {
    #[serde(default)]
    pub battery: Option<Battery>,
    #[serde(default)]
    pub network: Network,
    #[serde(default)]
    pub airplane: Option<bool>,
    #[serde(default)]
    pub mobile_data: Option<bool>,
    #[serde(default)]
    pub hotspot: Hotspot,
    #[serde(default)]
    #[ts(type = "number | null")]
    pub storage_free_bytes: Option<u64>,
    /// Version of the web view that shows the screens, for example `119.0.6045.193`.
    #[serde(default)]
    pub webview: Option<String>,
    #[serde(default)]
    pub position: Option<Position>,
    #[serde(default)]
    pub insets: Option<Insets>,
    /// No phone said this: sliders of the demonstration, or a desktop.
    #[serde(default)]
    pub stand_in: bool,
}

impl DeviceFacts {
    /// Whether a line may have come where there was none, or another one: worth a try at once.
    pub(crate) fn line_differs(&self, before: &Self) -> bool {
        self.network.kind != before.network.kind || self.network.validated != before.network.validated
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_platform_does_not_tell_is_unknown() {
        let facts: DeviceFacts = serde_json::from_str("{}").unwrap();
        assert_eq!(facts, DeviceFacts::default());
        assert_eq!(facts.hotspot, Hotspot::Unknown);
        let newer = r#"{"battery":{"percent":61,"charging":false},"network":{"kind":"mobile"},"lidar":1}"#;
        let facts: DeviceFacts = serde_json::from_str(newer).unwrap();
        assert_eq!(facts.battery.map(|b| (b.percent, b.temperature_c)), Some((61, None)));
        assert_eq!((facts.network.kind, facts.network.validated), (NetworkKind::Mobile, None));
    }

    #[test]
    fn another_line_is_noticed_and_a_charger_is_none() {
        let before = DeviceFacts::default();
        let battery = Some(Battery { percent: 5, charging: true, temperature_c: None });
        assert!(!DeviceFacts { battery, ..before.clone() }.line_differs(&before));
        let network = Network { validated: Some(true), ..Network::default() };
        assert!(DeviceFacts { network, ..before.clone() }.line_differs(&before));
    }
}
