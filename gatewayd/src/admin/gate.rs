//! The gate: every call passes it, and is let through only when its caller may make it. Who is turned
//! back is counted and audited before being told so.

use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Layer, Service};

use super::caller::Caller;
use super::rejection::{status, too_often};
use super::roles;
use crate::model::{AuditEntry, Call, Role, Verdict};
use crate::state::{Audit, CallerPace, Denial, Denials};

/// Calls of one caller per second, and at once: more than any script needs, less than hurts.
const CALLS_PER_SECOND: NonZeroU32 = NonZeroU32::new(500).expect("not zero");
const CALLS_AT_ONCE: NonZeroU32 = NonZeroU32::new(1000).expect("not zero");
/// Denials of one caller that are audited, per second and at once, so that somebody who may do nothing
/// cannot push the rest out of the log. All are counted.
const AUDITED_PER_SECOND: NonZeroU32 = NonZeroU32::MIN;
const AUDITED_AT_ONCE: NonZeroU32 = NonZeroU32::new(200).expect("not zero");

/// What every call passes; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    audit: Audit,
    denials: Denials,
    calls: CallerPace,
    audited: CallerPace,
}

/// A service behind the gate.
#[derive(Clone, Debug)]
pub(super) struct Guarded<S> {
    gate: Gate,
    next: S,
}

/// Why a call is not let through.
enum No {
    /// There is no such method.
    Unknown,
    /// The caller calls too often.
    TooOften(Duration),
    /// The caller may not; this is what it would need.
    Denied(Arc<Caller>, Call, Role),
}

impl Gate {
    pub(super) fn new(audit: Audit, denials: Denials) -> Gate {
        let calls = CallerPace::new(CALLS_PER_SECOND, CALLS_AT_ONCE);
        let audited = CallerPace::new(AUDITED_PER_SECOND, AUDITED_AT_ONCE);
        Gate { audit, denials, calls, audited }
    }

    fn admit(&self, request: &http::Request<Body>) -> Result<Call, No> {
        let caller = request.extensions().get::<Arc<Caller>>().ok_or(No::Unknown)?;
        self.calls.admit(&caller.actor).map_err(No::TooOften)?;
        let method = request.uri().path();
        let needed = roles::needed(method).ok_or(No::Unknown)?;
        let call = caller.call(method);
        match call.role {
            Some(role) if role >= needed => Ok(call),
            _ => Err(No::Denied(Arc::clone(caller), call, needed)),
        }
    }

    async fn turn_back(&self, no: No) -> Status {
        match no {
            No::TooOften(wait) => too_often(wait),
            No::Unknown => {
                let hint = Some("are gatewayctl and gatewayd of the same version?");
                status(Code::Unimplemented, "UNKNOWN_METHOD", "there is no such method", hint)
            }
            No::Denied(caller, call, needed) => {
                let denied = denied(&caller, &call, needed);
                let why = if call.role.is_some() { Denial::Role } else { Denial::Stranger };
                self.denials.count(why);
                if self.audited.admit(&caller.actor).is_ok() {
                    let entry = AuditEntry {
                        actor: caller.actor.clone(),
                        call: Some(call),
                        verdict: Verdict::Denied,
                        error: denied.message().to_owned(),
                        ..AuditEntry::default()
                    };
                    // It is denied whether that can be written or not; that it cannot is told there.
                    let _ = self.audit.append(entry).await;
                }
                denied
            }
        }
    }
}

fn denied(caller: &Caller, call: &Call, needed: Role) -> Status {
    let (actor, method) = (&caller.actor, call.method.trim_start_matches('/'));
    let needed = needed.word();
    match call.role {
        Some(role) => {
            let role = role.word();
            let what = format!("{method} needs the role {needed}, and {actor} is {role} here");
            let hint = "`gatewayctl whoami` tells why; an admin gives roles in [admin.roles]";
            status(Code::PermissionDenied, "ROLE", &what, Some(hint))
        }
        None => {
            let what = format!("{method} needs the role {needed}, and {actor} has none");
            let hint = "an admin gives roles in [admin.roles] of the gateway's file";
            status(Code::PermissionDenied, "STRANGER", &what, Some(hint))
        }
    }
}

impl<S> Layer<S> for Gate {
    type Service = Guarded<S>;

    fn layer(&self, next: S) -> Guarded<S> {
        Guarded { gate: self.clone(), next }
    }
}

type Answering<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl<S> Service<http::Request<Body>> for Guarded<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = S::Error;
    type Future = Answering<http::Response<Body>, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.next.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        match self.gate.admit(&request) {
            Ok(call) => {
                request.extensions_mut().insert(call);
                Box::pin(self.next.call(request))
            }
            Err(no) => {
                let gate = self.gate.clone();
                Box::pin(async move { Ok(gate.turn_back(no).await.into_http()) })
            }
        }
    }
}
