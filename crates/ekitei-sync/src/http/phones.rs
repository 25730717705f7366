//! Asking about the phones of others, and cutting one off. Not part of the engine's line: a person waits for the answer.

use super::{Call, HttpTransport, JSON, MAX_FAULT_BYTES};
use crate::error::CallError;
use crate::wire;
use ekitei_model::phones::{CutOff, PATH, PhoneRow};
use ekitei_model::wire::DeviceState;
use ekitei_model::{DeviceId, Fault};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

impl HttpTransport {
    /// Phones of people whom the caller looks after, whose name, reading or number contains `query`.
    ///
    /// # Errors
    /// The office's refusal, or the line's fault.
    pub async fn phones(&self, query: &str) -> Result<Vec<PhoneRow>, Fault> {
        let asked = async {
            let mut call: Call = self.call(Method::GET, PATH)?;
            call.url.query_pairs_mut().append_pair("q", query);
            let answer = self.send(call).await?;
            wire::decode_json(&answer.body, answer.packing, "phones")
        };
        asked.await.map_err(|e: CallError| e.to_fault())
    }

    /// `state`: [`DeviceState::DrainOnly`] or [`DeviceState::Wiped`].
    ///
    /// # Errors
    /// `not-allowed`, `phone-own`, `phone-state`, or the line's fault.
    pub async fn cut_off(&self, id: DeviceId, state: DeviceState) -> Result<(), Fault> {
        let asked = async {
            let mut call = self.call(Method::POST, &format!("{PATH}/{id}/state"))?;
            call.headers.insert(CONTENT_TYPE, JSON);
            call.body = serde_json::to_vec(&CutOff { state }).expect("a state is plain data").into();
            call.limit = MAX_FAULT_BYTES;
            self.send(call).await.map(|_| ())
        };
        asked.await.map_err(|e: CallError| e.to_fault())
    }
}
