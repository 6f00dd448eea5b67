//! The service `Demo`: the load of a demo gateway can be turned.

use gateway_proto as wire;
use gateway_proto::demo_server::Demo;
use tokio::sync::watch;
use tonic::{Code, Request, Response, Status};

use super::Admin;
use super::caller::{actor_of, call_of};
use super::rejection::{invalid, rejected, status};
use crate::model::{AuditEntry, Rejection};

/// The load's rate in requests per second; whoever makes the load watches it.
pub type LoadKnob = watch::Sender<f64>;

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
        let Some(knob) = &self.load else {
            let hint = Some("start one with `gatewayd demo`");
            let what = "this gateway is not a demo: its load is not ours to make";
            return Err(status(Code::FailedPrecondition, "NOT_A_DEMO", what, hint));
        };
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
            actor,
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
        Ok(Response::new(wire::Load { before_rps, rps }))
    }
}
