//! The service `Limits`.

use gateway_proto as wire;
use gateway_proto::limits_server::Limits;
use tonic::{Request, Response, Status};

use super::{Admin, change};

#[tonic::async_trait]
impl Limits for Admin {
    async fn set(
        &self,
        request: Request<wire::SetLimitRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        self.apply(request, |asked| Ok((change::set_limit(&asked)?, asked.intent))).await
    }
}
