//! The service `Access`: who calls, as the gateway knows it.

use std::sync::Arc;

use gateway_proto as wire;
use gateway_proto::access_server::Access;
use tonic::{Request, Response, Status};

use super::Admin;
use super::caller::Caller;

#[tonic::async_trait]
impl Access for Admin {
    async fn who_am_i(
        &self,
        request: Request<wire::WhoAmIRequest>,
    ) -> Result<Response<wire::Identity>, Status> {
        let caller = request.extensions().get::<Arc<Caller>>();
        let known = caller.and_then(|caller| Some((caller, caller.grant.as_ref()?)));
        let (caller, grant) = known.ok_or_else(|| Status::unauthenticated("nobody is known"))?;
        Ok(Response::new(wire::Identity {
            actor: caller.actor.clone(),
            role: grant.role.word().to_owned(),
            known_by: grant.why.clone(),
            listener: caller.listener.to_owned(),
        }))
    }
}
