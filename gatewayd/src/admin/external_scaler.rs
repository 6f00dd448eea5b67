//! KEDA's external scaler: tells an engine that scales from outside how many servers are wanted. It
//! has an address of its own, and changes nothing.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt};
use gateway_proto::externalscaler as keda;
use keda::external_scaler_server::{ExternalScaler, ExternalScalerServer};
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::{Code, Request, Response, Status};

use super::connections::{Connection, PATIENCE, arriving};
use super::rejection::{invalid, status};
use super::{DEADLINE, KEEPALIVE, LARGEST_MESSAGE_BYTES, MOST_CALLS};
use crate::model::ScalerView;
use crate::state::Scalers;

/// How often is looked whether something changed for those who wait for it.
const GLANCE: Duration = Duration::from_secs(1);

/// A connection is asked to end after so long, so that none has its place for ever.
const LONGEST_CALL: Duration = Duration::from_secs(600);

type Answers = Pin<Box<dyn Stream<Item = Result<keda::IsActiveResponse, Status>> + Send>>;

/// Answers KEDA on `listener` for as long as it is polled.
///
/// # Errors
/// When the listener breaks.
pub async fn serve_external_scaler(scalers: Scalers, listener: TcpListener) -> io::Result<()> {
    let service = ExternalScalerServer::new(Wanted { scalers });
    let callers = arriving(listener, "the external scaler")
        .map(|(stream, place)| Ok::<_, io::Error>(Connection::new(stream, place, (), PATIENCE)));
    Server::builder()
        .timeout(DEADLINE)
        .concurrency_limit_per_connection(MOST_CALLS)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE))
        .max_connection_age(LONGEST_CALL)
        .max_connection_age_grace(KEEPALIVE)
        .add_service(service.max_decoding_message_size(LARGEST_MESSAGE_BYTES))
        .serve_with_incoming(callers)
        .await
        .map_err(io::Error::other)
}

/// Tells how many servers are wanted.
struct Wanted {
    scalers: Scalers,
}

#[tonic::async_trait]
impl ExternalScaler for Wanted {
    type StreamIsActiveStream = Answers;

    async fn is_active(
        &self,
        request: Request<keda::ScaledObjectRef>,
    ) -> Result<Response<keda::IsActiveResponse>, Status> {
        Ok(Response::new(is_active(&scaler(&self.scalers, &request.into_inner())?)))
    }

    async fn stream_is_active(
        &self,
        request: Request<keda::ScaledObjectRef>,
    ) -> Result<Response<Answers>, Status> {
        let (scalers, asked) = (self.scalers.clone(), request.into_inner());
        scaler(&scalers, &asked)?;
        let changes =
            stream::try_unfold((scalers, asked, None), |(scalers, asked, told)| async move {
                loop {
                    let now = is_active(&scaler(&scalers, &asked)?);
                    if told != Some(now.result) {
                        let told = Some(now.result);
                        return Ok(Some((now, (scalers, asked, told))));
                    }
                    tokio::time::sleep(GLANCE).await;
                }
            });
        Ok(Response::new(Box::pin(changes)))
    }

    async fn get_metric_spec(
        &self,
        request: Request<keda::ScaledObjectRef>,
    ) -> Result<Response<keda::GetMetricSpecResponse>, Status> {
        let it = scaler(&self.scalers, &request.into_inner())?;
        // One replica each, so the replicas come to what the metric is.
        let spec =
            keda::MetricSpec { metric_name: metric(&it), target_size: 1, target_size_float: 1.0 };
        Ok(Response::new(keda::GetMetricSpecResponse { metric_specs: vec![spec] }))
    }

    async fn get_metrics(
        &self,
        request: Request<keda::GetMetricsRequest>,
    ) -> Result<Response<keda::GetMetricsResponse>, Status> {
        let keda::GetMetricsRequest { scaled_object_ref, metric_name } = request.into_inner();
        let it = scaler(&self.scalers, &scaled_object_ref.unwrap_or_default())?;
        if metric_name != metric(&it) {
            let what = format!("there is no metric {metric_name:?}: ask for {}", metric(&it));
            return Err(status(Code::NotFound, "NOT_FOUND", &what, None));
        }
        let value = keda::MetricValue {
            metric_name,
            metric_value: i64::from(it.desired),
            metric_value_float: f64::from(it.desired),
        };
        Ok(Response::new(keda::GetMetricsResponse { metric_values: vec![value] }))
    }
}

/// The scaler of the pool that is asked about.
fn scaler(scalers: &Scalers, asked: &keda::ScaledObjectRef) -> Result<ScalerView, Status> {
    let Some(pool) = asked.scaler_metadata.get("pool") else {
        return Err(invalid("scalerMetadata", "no pool is named: add `pool: NAME` to the trigger"));
    };
    let views = scalers.views();
    views.iter().find(|it| it.pool == *pool.as_str()).cloned().ok_or_else(|| {
        let known: Vec<&str> = views.iter().map(|it| it.pool.as_str()).collect();
        let what = format!("pool {pool:?} is not scaled; there are: {}", known.join(", "));
        status(Code::NotFound, "NOT_FOUND", &what, Some("see `gatewayctl scaler list`"))
    })
}

fn is_active(it: &ScalerView) -> keda::IsActiveResponse {
    keda::IsActiveResponse { result: it.desired > 0 }
}

fn metric(it: &ScalerView) -> String {
    format!("gateway-desired-{}", it.pool)
}
