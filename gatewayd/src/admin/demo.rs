//! The service `Demo`: the load of a demo gateway can be turned.

use gateway_proto as wire;
use gateway_proto::demo_server::Demo;
use tokio::sync::watch;
use tonic::{Code, Request, Response, Status};

use super::Admin;
use super::rejection::{invalid, status};

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
        knob.send_replace(rps);
        Ok(Response::new(wire::Load { before_rps, rps }))
    }
}
