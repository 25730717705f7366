//! Short-lived tokens: the device signs the server's challenge.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use ekitei_model::Fault;
use ekitei_model::wire::{TokenReply, TokenRequest, paths, token_message};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use tokio::sync::Mutex;

use super::{Call, DeviceKey, HttpTransport, JSON, MAX_FAULT_BYTES, exchange, refusal};
use crate::error::CallError;
use crate::transport::AllSent;
use crate::wire;

/// The token in use; one renewal at a time.
pub struct Tokens {
    key: DeviceKey,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: Option<TokenReply>,
    /// For the next renewal; empty: ask for one.
    challenge: String,
}

impl Tokens {
    pub fn new(key: DeviceKey) -> Self {
        Self { key, held: Mutex::default() }
    }

    pub async fn saved(&self) -> Option<TokenReply> {
        self.held.lock().await.token.clone()
    }

    pub async fn restore(&self, token: TokenReply) {
        let mut held = self.held.lock().await;
        held.challenge = token.challenge.clone();
        held.token = Some(token);
    }

    pub async fn forget(&self) {
        self.held.lock().await.token = None;
    }

    /// The device's clock may be wrong, so a token is used until the server says that it is not good any more.
    pub async fn get(&self, http: &HttpTransport) -> Result<String, CallError> {
        let mut held = self.held.lock().await;
        if held.token.is_none() {
            self.fetch(http, &mut held).await?;
        }
        held.token.as_ref().map(|t| t.token.clone()).ok_or(CallError::Token)
    }

    /// Replaces `refused`, unless another request has done so meanwhile.
    pub async fn renew(&self, http: &HttpTransport, refused: &str) -> Result<(), CallError> {
        let mut held = self.held.lock().await;
        if held.token.as_ref().is_none_or(|t| t.token == refused) {
            held.token = None;
            self.fetch(http, &mut held).await?;
        }
        Ok(())
    }

    async fn fetch(&self, http: &HttpTransport, held: &mut Held) -> Result<(), CallError> {
        // Two tries: the first may only bring a fresh challenge.
        for _ in 0..2 {
            let challenge = std::mem::take(&mut held.challenge);
            let call = self.request(http, &challenge)?;
            let answer = exchange(&http.client(), &call, None, http.timeouts).await?;
            if answer.status.is_success() {
                let token: TokenReply = wire::decode_json(&answer.body, answer.packing, "token")?;
                held.challenge = token.challenge.clone();
                held.token = Some(token);
                return Ok(());
            }
            let fault = wire::decode_json::<Fault>(&answer.body, answer.packing, "fault").ok();
            match fault
                .and_then(|mut f| (f.code == "challenge").then(|| f.params.remove("challenge")).flatten())
            {
                Some(fresh) => held.challenge = fresh,
                None => return Err(refusal(&call, &answer, http.clock.now_ms())),
            }
        }
        Err(CallError::Token)
    }

    /// What asks for a token: the body of the request.
    pub fn signed(&self, challenge: &str) -> Vec<u8> {
        let signer = SigningKey::from_bytes(self.key.signing_key.expose());
        let signature = signer.sign(&token_message(self.key.device_id, challenge));
        let request = TokenRequest {
            device_id: self.key.device_id,
            challenge: challenge.to_owned(),
            signature: STANDARD.encode(signature.to_bytes()),
        };
        serde_json::to_vec(&request).expect("a token request is plain data")
    }

    fn request(&self, http: &HttpTransport, challenge: &str) -> Result<Call, CallError> {
        Ok(Call {
            method: Method::POST,
            url: http.url(paths::TOKEN)?,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, JSON)]),
            body: self.signed(challenge).into(),
            limit: MAX_FAULT_BYTES,
            of_upload: false,
            sent: AllSent::default(),
        })
    }
}
