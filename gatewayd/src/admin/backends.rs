//! The service `Backends`.

use gateway_proto as wire;
use gateway_proto::backends_server::Backends;
use tonic::{Request, Response, Status};

use super::{Admin, change, drain};

#[tonic::async_trait]
impl Backends for Admin {
    async fn add(
        &self,
        request: Request<wire::AddBackendRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        self.apply(request, |asked| Ok((change::add(&asked)?, asked.intent))).await
    }

    async fn remove(
        &self,
        request: Request<wire::RemoveBackendsRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        self.apply(request, |asked| Ok((change::remove(&asked)?, asked.intent))).await
    }

    async fn set_standing(
        &self,
        request: Request<wire::SetStandingRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        self.apply(request, |asked| Ok((drain::set_standing(&asked)?, asked.intent))).await
    }

    async fn kill(
        &self,
        request: Request<wire::KillRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        self.apply(request, |asked| Ok((drain::kill(&asked)?, asked.intent))).await
    }

    async fn set_weights(
        &self,
        request: Request<wire::SetWeightsRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        self.apply(request, |asked| Ok((change::set_weights(&asked)?, asked.intent))).await
    }

    async fn probe(
        &self,
        request: Request<wire::ProbeRequest>,
    ) -> Result<Response<wire::ProbeReport>, Status> {
        self.try_address(request).await
    }
}
