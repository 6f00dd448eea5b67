//! The service `Config`.

use gateway_proto as wire;
use gateway_proto::config_server::Config;
use tonic::{Code, Request, Response, Status};

use super::change::{asker, intent};
use super::rejection::{invalid, rejected, status};
use super::{Admin, operations};
use crate::model::{Change, FieldView, Intent, Operation};
use crate::state::FileRefusal;

#[tonic::async_trait]
impl Config for Admin {
    async fn fields(
        &self,
        _: Request<wire::FieldsRequest>,
    ) -> Result<Response<wire::FieldList>, Status> {
        let (revision, fields) = self.file.fields().await.map_err(|why| refused(&why))?;
        let fields = fields.iter().map(field).collect();
        Ok(Response::new(wire::FieldList { revision, time_ms: self.scalers.wall_ms(), fields }))
    }

    async fn validate(
        &self,
        request: Request<wire::ValidateRequest>,
    ) -> Result<Response<wire::ValidateResponse>, Status> {
        let wire::ValidateRequest { text, file } = request.into_inner();
        let file = (!file.is_empty()).then_some(file);
        let (summary, mistakes) = match self.file.validate(text, file).await {
            Ok(summary) => (summary, String::new()),
            Err(FileRefusal::Wrong(mistakes)) => (String::new(), mistakes),
            Err(why) => return Err(refused(&why)),
        };
        Ok(Response::new(wire::ValidateResponse { summary, mistakes }))
    }

    async fn apply(
        &self,
        request: Request<wire::ApplyConfigRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        let asker = asker(&request);
        let wire::ApplyConfigRequest { text, intent: asked } = request.into_inner();
        let intent = self.sensible(&asker, intent(&asker, asked)).await?;
        let outcome = self.file.apply(text, intent.clone()).await;
        self.answer(&intent, outcome).await
    }

    async fn export(
        &self,
        _: Request<wire::ExportRequest>,
    ) -> Result<Response<wire::ExportResponse>, Status> {
        let export = self.file.export().await.map_err(|why| refused(&why))?;
        let path = export.path.display().to_string();
        let (written, text) = (export.written, export.text);
        Ok(Response::new(wire::ExportResponse { path, written, text }))
    }

    async fn persist(
        &self,
        request: Request<wire::PersistRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        let asker = asker(&request);
        let asked = request.into_inner().intent;
        let intent = self.sensible(&asker, intent(&asker, asked)).await?;
        let outcome = self.file.persist(intent.clone()).await;
        self.answer(&intent, outcome).await
    }

    async fn rollback(
        &self,
        request: Request<wire::RollbackRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        let to = request.get_ref().revision;
        let since = self.writer.operations().newer_than(to);
        Admin::apply(self, request, |it| Ok((Change::Rollback { to, since }, it.intent))).await
    }
}

impl Admin {
    async fn answer(
        &self,
        intent: &Intent,
        outcome: Result<Operation, FileRefusal>,
    ) -> Result<Response<wire::Operation>, Status> {
        match outcome {
            Ok(operation) => Ok(Response::new(operations::operation(operation))),
            Err(why) => {
                let told = match &why {
                    // The lines of a file that it quotes are nobody's but the file's.
                    FileRefusal::Wrong(_) => "the file has mistakes".to_owned(),
                    other => other.to_string(),
                };
                self.note(intent, "gateway".to_owned(), told).await;
                Err(refused(&why))
            }
        }
    }
}

fn field(it: &FieldView) -> wire::Field {
    let mark = it.mark.as_ref();
    wire::Field {
        target: it.target.clone(),
        field: it.field.to_owned(),
        value: it.value.clone(),
        file: it.file.clone(),
        differs: it.differs(),
        provenance: it.provenance.word().to_owned(),
        owner: mark.map(|it| it.owner.clone()).unwrap_or_default(),
        reason: mark.map(|it| it.reason.clone()).unwrap_or_default(),
        since_ms: mark.map(|it| it.since_ms),
        persists: it.persists,
        op: it.op.clone().unwrap_or_default(),
        line: it.line.and_then(|it| u32::try_from(it).ok()),
    }
}

fn refused(why: &FileRefusal) -> Status {
    let (code, reason) = match why {
        FileRefusal::Rejected(rejection) => return rejected(rejection),
        FileRefusal::Wrong(mistakes) => return invalid("text", mistakes),
        FileRefusal::Unapplied(_) => (Code::FailedPrecondition, "GUARD"),
        FileRefusal::NoFile => (Code::FailedPrecondition, "NO_FILE"),
        FileRefusal::Listeners => (Code::FailedPrecondition, "LISTENERS"),
        FileRefusal::System { .. } => (Code::FailedPrecondition, "FILE"),
        FileRefusal::Stopping => (Code::Unavailable, "STOPPING"),
    };
    status(code, reason, &why.to_string(), why.hint())
}
