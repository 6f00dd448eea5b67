//! The service `Demo`: the load of a demo gateway can be turned, and its app servers be spoilt.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use gateway_proto as wire;
use gateway_proto::demo_server::Demo;
use tokio::sync::{mpsc, oneshot, watch};
use tonic::{Code, Request, Response, Status};

use super::caller::{actor_of, call_of};
use super::rejection::{invalid, rejected, status};
use super::{Admin, change};
use crate::model::{AuditEntry, EventKind, Name, Rejection, Severity};

/// What can be practised on.
#[derive(Clone, Debug)]
pub struct Playground {
    /// The load's rate in requests per second; whoever makes the load watches it.
    pub load: watch::Sender<f64>,
    /// The way to whoever spoils app servers; a full one makes callers wait.
    pub faults: mpsc::Sender<FaultOrder>,
}

/// What an app server is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Gone.
    Kill,
    /// So much slower with each answer.
    Slow(Duration),
    /// Failing each request.
    Fail,
    /// As just started.
    Cold,
    /// As usual.
    Heal,
}

/// An app server to spoil.
#[derive(Debug)]
pub struct FaultOrder {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it is to be.
    pub fault: Fault,
    /// Who waits for it: why it could not be done.
    pub answer: oneshot::Sender<Result<(), String>>,
}

impl Fault {
    fn told(self) -> String {
        match self {
            Fault::Kill => "is killed".to_owned(),
            Fault::Slow(by) => format!("takes {} ms longer with each answer", by.as_millis()),
            Fault::Fail => "answers each request 503".to_owned(),
            Fault::Cold => "is cold, and gets warm within half a minute".to_owned(),
            Fault::Heal => "is as usual".to_owned(),
        }
    }
}

/// How much slower an app server gets when nobody says, and what may be said.
const SLOW_MS: u32 = 300;
const SLOW_WITHIN_MS: RangeInclusive<u32> = 1..=60_000;

/// The highest rate.
const HIGHEST_RPS: f64 = 1_000_000.0;
/// The largest factor.
const LARGEST_FACTOR: f64 = 1000.0;

#[tonic::async_trait]
impl Demo for Admin {
    async fn set_load(
        &self,
        request: Request<wire::SetLoadRequest>,
    ) -> Result<Response<wire::Load>, Status> {
        use wire::set_load_request::Load;
        let knob = &self.playground()?.load;
        let before_rps = *knob.borrow();
        let (actor, call) = (actor_of(&request), call_of(&request));
        let rps = match request.into_inner().load {
            Some(Load::Rps(rps)) if (0.0..=HIGHEST_RPS).contains(&rps) => rps,
            Some(Load::Rps(_)) => return Err(invalid("rps", "expected 0 to 1000000 per second")),
            Some(Load::Factor(factor)) if factor > 0.0 && factor <= LARGEST_FACTOR => {
                (before_rps * factor).min(HIGHEST_RPS)
            }
            Some(Load::Factor(_)) => {
                return Err(invalid("factor", "expected more than 0 and at most 1000"));
            }
            None => return Err(invalid("load", "say a rate or a factor")),
        };
        let entry = AuditEntry {
            actor: actor.clone(),
            call,
            what: "load".to_owned(),
            target: "demo".to_owned(),
            before: format!("{before_rps} rps"),
            after: format!("{rps} rps"),
            ..AuditEntry::default()
        };
        let written = self.audit.append(entry).await;
        written.map_err(|error| rejected(&Rejection::NotAudited(error.to_string())))?;
        knob.send_replace(rps);
        let what = format!("load: {before_rps:.0} -> {rps:.0} requests/s");
        self.events.record(EventKind::Gateway, Severity::Info, &actor, "gateway", &what);
        Ok(Response::new(wire::Load { before_rps, rps }))
    }

    async fn practise(
        &self,
        request: Request<wire::PractiseRequest>,
    ) -> Result<Response<wire::Practised>, Status> {
        let faults = &self.playground()?.faults;
        let (actor, call) = (actor_of(&request), call_of(&request));
        let asked = request.into_inner();
        let fault = fault(&asked)?;
        let (name, address) = self.app_server(&asked.name)?;
        let target = format!("backend/{name}");
        let entry = AuditEntry {
            actor: actor.clone(),
            call,
            what: "practise".to_owned(),
            target: target.clone(),
            after: fault.told(),
            ..AuditEntry::default()
        };
        let written = self.audit.append(entry).await;
        written.map_err(|error| rejected(&Rejection::NotAudited(error.to_string())))?;
        let (answer, done) = oneshot::channel();
        let stopping = || Status::unavailable("the demo is stopping");
        let order = FaultOrder { address, fault, answer };
        faults.send(order).await.map_err(|_| stopping())?;
        let unreached = |why: String| {
            let hint = Some("`gatewayctl backend list` tells which app servers there are");
            status(Code::Unavailable, "UNREACHED", &format!("{name}: {why}"), hint)
        };
        done.await.map_err(|_| stopping())?.map_err(unreached)?;
        let what = fault.told();
        self.events.record(EventKind::Gateway, Severity::Info, &actor, &target, &what);
        let what = format!("{name} {what}");
        Ok(Response::new(wire::Practised { name: name.to_string(), what }))
    }
}

impl Admin {
    /// What can be practised on, where something can.
    fn playground(&self) -> Result<&Playground, Status> {
        self.demo.as_ref().ok_or_else(|| {
            let hint = Some("start one with `gatewayd demo`");
            let what = "this gateway is not a demo: its load and servers are not ours to play with";
            status(Code::FailedPrecondition, "NOT_A_DEMO", what, hint)
        })
    }

    /// Where the app server called `name` listens.
    fn app_server(&self, name: &str) -> Result<(Name, SocketAddr), Status> {
        let name: Name = change::name("name", name)?;
        let desired = self.writer.desired();
        match desired.gateway.backend(name.as_str()) {
            Some((_, backend)) => Ok((name, backend.address)),
            None => Err(rejected(&Rejection::Unknown { noun: "backend", name, nearest: None })),
        }
    }
}

fn fault(asked: &wire::PractiseRequest) -> Result<Fault, Status> {
    let ms = asked.slow_ms.unwrap_or(SLOW_MS);
    if !SLOW_WITHIN_MS.contains(&ms) {
        return Err(invalid("slow_ms", "expected 1 to 60000"));
    }
    match wire::Fault::try_from(asked.fault) {
        Ok(wire::Fault::Kill) => Ok(Fault::Kill),
        Ok(wire::Fault::Slow) => Ok(Fault::Slow(Duration::from_millis(ms.into()))),
        Ok(wire::Fault::Fail) => Ok(Fault::Fail),
        Ok(wire::Fault::Cold) => Ok(Fault::Cold),
        Ok(wire::Fault::Heal) => Ok(Fault::Heal),
        Ok(wire::Fault::Unspecified) | Err(_) => {
            Err(invalid("fault", "expected kill, slow, fail, cold or heal"))
        }
    }
}
