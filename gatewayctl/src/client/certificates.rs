//! The calls about certificates.

use gateway_proto::{self as wire, certificates_client::CertificatesClient};

use super::{Client, Error, calls::answer, request};
use crate::model::{Certificate, Intent, Voucher};

impl Client {
    /// The certificates that are served, by listener.
    ///
    /// # Errors
    /// When the gateway cannot be reached, does not answer in time, or is older than this call.
    pub async fn certificates(&self) -> Result<Vec<Certificate>, Error> {
        let mut client = CertificatesClient::new(self.channel.clone());
        let call = client.list(wire::CertificatesRequest {});
        let list = answer(self.request_timeout, call).await?;
        Ok(numbered(list.certificates.into_iter().map(certificate).collect()))
    }

    pub(super) async fn reload_certificates(
        &self,
        served_by: Vec<String>,
        asked: &Intent,
    ) -> Result<wire::Operation, Error> {
        let intent = request::intent(asked);
        let mut client = CertificatesClient::new(self.channel.clone());
        let call = client.reload(wire::ReloadCertificatesRequest { served_by, intent });
        answer(self.request_timeout, call).await
    }
}

/// Each with who serves it and its place there as its id.
fn numbered(mut certificates: Vec<Certificate>) -> Vec<Certificate> {
    for at in 0..certificates.len() {
        let by = certificates[at].served_by.clone();
        let place = certificates[..at].iter().filter(|it| it.served_by == by).count();
        certificates[at].id = format!("{by}/{place}");
    }
    certificates
}

fn certificate(it: wire::Certificate) -> Certificate {
    Certificate {
        id: String::new(),
        name: it.name,
        served_by: it.served_by,
        names: it.names,
        subject: it.subject,
        issuer: it.issuer,
        serial: it.serial,
        fingerprint: it.fingerprint,
        key: it.key,
        not_before_ms: it.not_before_ms,
        expires_ms: it.expires_ms,
        source: it.source,
        self_signed: it.self_signed,
        result: it.result,
        result_ms: it.result_ms,
        refused: it.refused,
        chain: it.chain.into_iter().map(voucher).collect(),
    }
}

fn voucher(it: wire::ChainLink) -> Voucher {
    let wire::ChainLink { subject, issuer, expires_ms } = it;
    Voucher { subject, issuer, expires_ms }
}
