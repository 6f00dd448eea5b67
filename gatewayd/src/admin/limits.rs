//! The service `Limits`.

use std::time::Duration;

use gateway_proto as wire;
use gateway_proto::limits_server::Limits;
use tonic::{Request, Response, Status};

use super::rejection::{invalid, rejected};
use super::{Admin, change, inquiries};
use crate::model::{CandidateEdit, Change, LimitEdit, LimitMode, Name, Rejection, Rule};
use crate::state::LimitTable;

/// How far back a new rule is tried before it is accepted.
const LOOKED_BACK: Duration = Duration::from_secs(5 * 60);
/// One in so many of those that are refused nothing may be refused by a new rule.
const FEW: u64 = 20;

#[tonic::async_trait]
impl Limits for Admin {
    async fn set(
        &self,
        request: Request<wire::SetLimitRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        let danger = self.danger(&change::set_limit(request.get_ref())?);
        let forced = request.get_ref().intent.as_ref().is_some_and(|intent| intent.force);
        if let Some(what) = danger.clone().filter(|_| !forced) {
            return Err(rejected(&Rejection::Guard { what }));
        }
        let read = |asked: wire::SetLimitRequest| Ok((change::set_limit(&asked)?, asked.intent));
        let mut operation = self.apply(request, read).await?;
        let warning = danger.map(|what| format!("forced: {what}"));
        operation.get_mut().warnings.extend(warning);
        Ok(operation)
    }

    async fn simulate(
        &self,
        request: Request<wire::SimulateRequest>,
    ) -> Result<Response<wire::Simulation>, Status> {
        let asked = request.into_inner();
        let window = inquiries::window(asked.window_ms)?;
        let edit = inquiries::rule(&asked)?;
        let table = self.writer.table();
        let name: Name = change::name("name", &asked.name)?;
        let Some(limit) = table.limit(name.as_str()) else {
            return Err(rejected(&Rejection::Unknown { noun: "limit", name, nearest: None }));
        };
        let rule = limit.rule.edited(edit).map_err(|error| invalid("rule", error))?;
        Ok(Response::new(inquiries::simulation(&self.inquiry.simulate(limit, rule, window))))
    }

    async fn rejections(
        &self,
        request: Request<wire::RejectionsRequest>,
    ) -> Result<Response<wire::RejectionList>, Status> {
        let asked = request.into_inner();
        let (by, window) = (inquiries::grouping(asked.by)?, inquiries::window(asked.window_ms)?);
        let top = match asked.top {
            top @ 1..=1000 => top as usize,
            _ => return Err(invalid("top", "expected 1 to 1000")),
        };
        let found = self.inquiry.rejections(&self.writer.table(), by, window, top);
        let rejections = found.into_iter().map(inquiries::rejection).collect();
        Ok(Response::new(wire::RejectionList { rejections }))
    }

    async fn client(
        &self,
        request: Request<wire::ClientRequest>,
    ) -> Result<Response<wire::Client>, Status> {
        let asked = request.into_inner();
        let wrong = |_| invalid("address", format!("{:?} is not an address", asked.address));
        let peer = asked.address.parse().map_err(wrong)?;
        if asked.forwarded_for.len() > 32 {
            return Err(invalid("forwarded_for", "at most 32 lines"));
        }
        let (table, desired) = (self.writer.table(), self.writer.desired());
        let found = self.inquiry.client(&table, &desired, peer, &asked.forwarded_for);
        Ok(Response::new(inquiries::client(found)))
    }
}

impl Admin {
    /// Whom a new rule would hurt that the present one does not, in words; `None` when hardly
    /// anybody.
    fn danger(&self, change: &Change) -> Option<String> {
        let Change::SetLimit { name, edit } = change else { return None };
        let table = self.writer.table();
        let limit = table.limit(name.as_str())?;
        let rule = new_rule(limit, edit)?;
        let tried = self.inquiry.simulate(limit, rule, LOOKED_BACK);
        let innocent = tried.keys - tried.keys_were_refused;
        let hurt = tried.keys_newly_refused;
        (hurt * FEW > innocent).then(|| {
            format!(
                "{rule} would refuse {hurt} of the {innocent} clients that are refused nothing now"
            )
        })
    }
}

/// The rule that is enforced from now on, if it is another.
fn new_rule(limit: &LimitTable, edit: &LimitEdit) -> Option<Rule> {
    let rule = match (edit.rule, edit.candidate) {
        (_, Some(CandidateEdit::Promote)) => limit.candidate.as_ref()?.rule,
        (Some(edit), _) => limit.rule.edited(edit).ok()?,
        (None, _) => limit.rule,
    };
    let enforced = edit.mode.unwrap_or(limit.mode) == LimitMode::Enforce;
    // What shadow mode would refuse is what enforcing will.
    (enforced && rule != limit.rule).then_some(rule)
}
