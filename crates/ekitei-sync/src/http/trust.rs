//! What proves that the other side is the office: certificates of its authority, and pins of the authority's key.
//!
//! Both stand in one text: PEM, with lines `sha256/…` outside of the blocks (the hash of the authority's public key as
//! base64, which a QR code and a phone manager's field have room for). A pin needs the authority's certificate in the
//! chain that the server shows.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ekitei_model::Fault;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

const PIN: &str = "sha256/";
const PIN_BYTES: usize = 32;

/// What one text names.
#[derive(Debug)]
pub(super) struct Trust {
    pub roots: RootCertStore,
    pub pins: Vec<[u8; PIN_BYTES]>,
}

impl Trust {
    /// # Errors
    /// `server-ca`: something in it can be read neither as a certificate nor as a pin.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::ask("server-ca");
        let mut roots = RootCertStore::empty();
        for cert in CertificateDer::pem_slice_iter(text.as_bytes()) {
            roots.add(cert.map_err(|_| wrong())?).map_err(|_| wrong())?;
        }
        let mut inside = false;
        let mut pins = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.starts_with("-----") {
                inside = line.starts_with("-----BEGIN");
            } else if let Some(hash) = line.strip_prefix(PIN).filter(|_| !inside) {
                let bytes = STANDARD.decode(hash).map_err(|_| wrong())?;
                pins.push(bytes.try_into().map_err(|_| wrong())?);
            }
        }
        Ok(Self { roots, pins })
    }

    pub fn is_empty(&self) -> bool {
        self.roots.is_empty() && self.pins.is_empty()
    }
}

/// Accepts a chain that ends at one of the roots, or that contains a pinned authority and ends at that.
#[derive(Debug)]
pub(super) struct Pinned {
    trust: Trust,
    provider: Arc<CryptoProvider>,
}

impl Pinned {
    pub fn new(trust: Trust, provider: Arc<CryptoProvider>) -> Self {
        Self { trust, provider }
    }

    /// The roots, with what the pins name in this chain.
    fn roots(&self, chain: &[&CertificateDer<'_>]) -> RootCertStore {
        let mut roots = self.trust.roots.clone();
        for cert in chain {
            let pinned = ParsedCertificate::try_from(*cert)
                .is_ok_and(|c| self.trust.pins.contains(&Sha256::digest(c.subject_public_key_info()).into()));
            if pinned {
                // One that cannot be read as an authority proves nothing.
                let _ = roots.add((*cert).clone().into_owned());
            }
        }
        roots
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain: Vec<_> = std::iter::once(end_entity).chain(intermediates).collect();
        let roots = self.roots(&chain);
        if roots.is_empty() {
            return Err(CertificateError::UnknownIssuer.into());
        }
        let made =
            WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::clone(&self.provider)).build();
        let verifier = made.map_err(|e| Error::General(e.to_string()))?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
