//! The service `Limits`.

use gateway_proto as wire;
use gateway_proto::limits_server::Limits;
use tonic::{Request, Response, Status};

use super::rejection::{invalid, rejected};
use super::{Admin, change, inquiries};
use crate::model::{Name, Rejection};
use crate::state::{Inquiry, Wanted};

#[tonic::async_trait]
impl Limits for Admin {
    async fn set(
        &self,
        request: Request<wire::SetLimitRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        let read = |asked: wire::SetLimitRequest| Ok((change::set_limit(&asked)?, asked.intent));
        self.apply(request, read).await
    }

    async fn reset(
        &self,
        request: Request<wire::ResetLimitRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        let read =
            |asked: wire::ResetLimitRequest| Ok((change::reset_limit(&asked)?, asked.intent));
        self.apply(request, read).await
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
        let limit = limit.clone();
        let found = self.inquire(move |inquiry| inquiry.simulate(&limit, rule, window)).await?;
        Ok(Response::new(inquiries::simulation(&found)))
    }

    async fn rejections(
        &self,
        request: Request<wire::RejectionsRequest>,
    ) -> Result<Response<wire::RejectionList>, Status> {
        let asked = request.into_inner();
        let (by, window) = (inquiries::grouping(asked.by)?, inquiries::window(asked.window_ms)?);
        let most = match asked.top {
            top @ 1..=1000 => top as usize,
            _ => return Err(invalid("top", "expected 1 to 1000")),
        };
        let (table, wanted) =
            (self.writer.table(), Wanted { by, would: asked.would, window, most });
        let found = self.inquire(move |inquiry| inquiry.rejections(&table, wanted)).await?;
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
        let forwarded = asked.forwarded_for;
        let ask = move |inquiry: &Inquiry| inquiry.client(&table, &desired, peer, &forwarded);
        let found = self.inquire(ask).await?;
        Ok(Response::new(inquiries::client(found)))
    }
}
