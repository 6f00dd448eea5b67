//! The service `Certificates`.

use gateway_proto as wire;
use gateway_proto::certificates_server::Certificates;
use tonic::{Code, Request, Response, Status};

use super::change::{asker, intent};
use super::rejection::{invalid, rejected, status};
use super::{Admin, operations};
use crate::model::{CertificateView, ChainLink, ReadingResult};
use crate::state::CertificateRefusal;

/// More than any gateway has listeners.
const MOST_NAMES: usize = 1000;

#[tonic::async_trait]
impl Certificates for Admin {
    async fn list(
        &self,
        _: Request<wire::CertificatesRequest>,
    ) -> Result<Response<wire::CertificateList>, Status> {
        let certificates = self.certificates.views().iter().map(certificate).collect();
        let time_ms = self.scalers.wall_ms();
        Ok(Response::new(wire::CertificateList { time_ms, certificates }))
    }

    async fn reload(
        &self,
        request: Request<wire::ReloadCertificatesRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        let asker = asker(&request);
        let wire::ReloadCertificatesRequest { served_by, intent: asked } = request.into_inner();
        if served_by.len() > MOST_NAMES {
            return Err(invalid("served_by", format!("at most {MOST_NAMES} at once")));
        }
        let intent = self.sensible(&asker, intent(&asker, asked)).await?;
        let target = target(&served_by);
        match self.certificates.reload(served_by, intent.clone()).await {
            Ok(operation) => Ok(Response::new(operations::operation(operation))),
            Err(why) => {
                self.note(&intent, target, why.to_string()).await;
                Err(refused(&why))
            }
        }
    }
}

/// What is asked about, as operations tell it.
fn target(served_by: &[String]) -> String {
    let one = |it: &String| match it.as_str() {
        CertificateView::ADMIN => "gateway".to_owned(),
        listener => format!("listener/{listener}"),
    };
    match served_by {
        [] => "gateway".to_owned(),
        some => some.iter().map(one).collect::<Vec<_>>().join(","),
    }
}

fn certificate(it: &CertificateView) -> wire::Certificate {
    let refused = match &it.reading.result {
        ReadingResult::Refused(why) => why.clone(),
        ReadingResult::Read | ReadingResult::Renewed => String::new(),
    };
    let facts = it.facts.clone();
    wire::Certificate {
        name: it.name().to_owned(),
        served_by: it.served_by.clone(),
        names: facts.names,
        subject: facts.subject,
        issuer: facts.issuer,
        serial: facts.serial,
        fingerprint: facts.fingerprint,
        key: facts.key,
        not_before_ms: facts.not_before_ms,
        expires_ms: facts.expires_ms,
        source: facts.source,
        self_signed: it.self_signed,
        result: it.reading.result.word().to_owned(),
        result_ms: it.reading.at_ms,
        refused,
        chain: facts.chain.into_iter().map(link).collect(),
    }
}

fn link(it: ChainLink) -> wire::ChainLink {
    let ChainLink { subject, issuer, expires_ms } = it;
    wire::ChainLink { subject, issuer, expires_ms }
}

fn refused(why: &CertificateRefusal) -> Status {
    let (code, reason, hint) = match why {
        CertificateRefusal::Rejected(rejection) => return rejected(rejection),
        CertificateRefusal::Unknown { .. } => {
            (Code::NotFound, "NOT_FOUND", "`gatewayctl cert list` shows those there are")
        }
        CertificateRefusal::Unusable(_) => {
            (Code::FailedPrecondition, "FILE", "the certificates that were served are served still")
        }
        CertificateRefusal::Stopping => {
            (Code::Unavailable, "STOPPING", "ask the process that took over")
        }
    };
    status(code, reason, &why.to_string(), Some(hint))
}
