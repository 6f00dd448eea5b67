//! The calls that tell who one is, and who tried what.

use futures_util::{StreamExt as _, stream::BoxStream};
use gateway_proto::{self as wire, access_client::AccessClient, audit_client::AuditClient};

use super::{Client, Error, calls::answer};
use crate::model::{AuditAsked, AuditRecord, ChainLink, Identity};

/// Records as they come, newest first; an error is the last item.
pub type AuditRecords = BoxStream<'static, Result<AuditRecord, Error>>;
/// The parts of an audit log as they come; an error is the last item.
pub type AuditParts = BoxStream<'static, Result<AuditPart, Error>>;

/// A part of an audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditPart {
    /// The last line, when reading began.
    Head(ChainLink),
    /// The file that the bytes behind it are of.
    File(String),
    /// Bytes of it.
    Bytes(Vec<u8>),
}

impl Client {
    /// Who one is for the gateway.
    ///
    /// # Errors
    /// When the gateway cannot be reached or does not answer in time.
    pub async fn identity(&self) -> Result<Identity, Error> {
        let mut access = AccessClient::new(self.channel.clone());
        let call = access.who_am_i(wire::WhoAmIRequest {});
        let it = answer(self.request_timeout, call).await?;
        let wire::Identity { actor, role, known_by, listener } = it;
        Ok(Identity { actor, role, known_by, listener })
    }

    /// What was tried, newest first.
    ///
    /// # Errors
    /// When one may not know, or the gateway cannot be reached.
    pub async fn audit(&self, asked: AuditAsked) -> Result<AuditRecords, Error> {
        let AuditAsked { since_ms, who, results, limit } = asked;
        let mut audit = AuditClient::new(self.channel.clone());
        let call = audit.list(wire::AuditListRequest { since_ms, who, results, limit });
        let records = answer(self.request_timeout, call).await?;
        Ok(records.map(|item| item.map(record).map_err(Error::from)).boxed())
    }

    /// The audit log as it is.
    ///
    /// # Errors
    /// When one may not know, or the gateway cannot be reached.
    pub async fn audit_parts(&self) -> Result<AuditParts, Error> {
        let mut audit = AuditClient::new(self.channel.clone());
        let parts = answer(self.request_timeout, audit.read(wire::AuditReadRequest {})).await?;
        let known = parts.filter_map(async |item| match item {
            // A part of a kind that this version does not know says nothing about lines.
            Ok(part) => part.part.map(|part| Ok(self::part(part))),
            Err(status) => Some(Err(status.into())),
        });
        Ok(known.boxed())
    }
}

fn part(it: wire::audit_part::Part) -> AuditPart {
    use wire::audit_part::Part;
    match it {
        Part::Head(wire::AuditHead { seq, hash }) => AuditPart::Head(ChainLink { seq, hash }),
        Part::File(name) => AuditPart::File(name),
        Part::Bytes(bytes) => AuditPart::Bytes(bytes),
    }
}

fn record(it: wire::AuditRecord) -> AuditRecord {
    AuditRecord {
        seq: it.seq,
        time_ms: it.time_ms,
        actor: it.actor,
        role: it.role,
        listener: it.listener,
        via: it.via,
        method: it.method,
        what: it.what,
        target: it.target,
        reason: it.reason,
        before: it.before,
        after: it.after,
        op: it.op,
        revision: it.revision,
        result: it.result,
        error: it.error,
        forced: it.forced,
    }
}
