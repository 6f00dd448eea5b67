//! The calls about the file.

use gateway_proto::{self as wire, config_client::ConfigClient};

use super::{Client, Error, ErrorCode, calls::answer, request};
use crate::model::{ConfigText, Field, Intent, Validation};

impl Client {
    /// What is said of the gateway, what the file says of it, and who said so.
    ///
    /// # Errors
    /// When the gateway cannot be reached or does not answer in time.
    pub async fn fields(&self) -> Result<Vec<Field>, Error> {
        let mut config = ConfigClient::new(self.channel.clone());
        let list = answer(self.request_timeout, config.fields(wire::FieldsRequest {})).await?;
        Ok(list.fields.into_iter().map(field).collect())
    }

    /// What `text`, which comes from `file`, describes, or all that is wrong with it.
    ///
    /// # Errors
    /// When the gateway cannot be reached or does not answer in time.
    pub async fn validate(&self, file: &str, text: &str) -> Result<Validation, Error> {
        let mut config = ConfigClient::new(self.channel.clone());
        let request = wire::ValidateRequest { text: text.to_owned(), file: file.to_owned() };
        let wire::ValidateResponse { summary, mistakes } =
            answer(self.request_timeout, config.validate(request)).await?;
        Ok(Validation { file: file.to_owned(), summary, mistakes })
    }

    /// The gateway's file, as it is and as it would be if it said what operators did.
    ///
    /// # Errors
    /// When there is none, it was changed since it was applied, or the gateway cannot be reached.
    pub async fn export(&self) -> Result<ConfigText, Error> {
        let mut config = ConfigClient::new(self.channel.clone());
        let wire::ExportResponse { path, written, text } =
            answer(self.request_timeout, config.export(wire::ExportRequest {})).await?;
        Ok(ConfigText { path, written, text })
    }

    pub(super) async fn apply_config(
        &self,
        text: String,
        intent: &Intent,
    ) -> Result<wire::Operation, Error> {
        let mut config = ConfigClient::new(self.channel.clone());
        let intent = request::intent(intent);
        let request = wire::ApplyConfigRequest { text, intent };
        answer(self.request_timeout, config.apply(request)).await
    }

    pub(super) async fn roll_back(
        &self,
        revision: &str,
        asked: &Intent,
    ) -> Result<wire::Operation, Error> {
        let no_number = |_| Error::new(ErrorCode::Invalid, "a revision is a number");
        let revision = revision.parse().map_err(no_number)?;
        let mut config = ConfigClient::new(self.channel.clone());
        let request = wire::RollbackRequest { revision, intent: request::intent(asked) };
        answer(self.request_timeout, config.rollback(request)).await
    }

    pub(super) async fn persist_config(&self, intent: &Intent) -> Result<wire::Operation, Error> {
        let mut config = ConfigClient::new(self.channel.clone());
        let request = wire::PersistRequest { intent: request::intent(intent) };
        answer(self.request_timeout, config.persist(request)).await
    }
}

fn field(it: wire::Field) -> Field {
    Field {
        target: it.target,
        field: it.field,
        value: it.value,
        file: it.file,
        differs: it.differs,
        provenance: it.provenance,
        owner: it.owner,
        reason: it.reason,
        since_ms: it.since_ms,
        persists: it.persists,
        op: it.op,
        line: it.line,
    }
}
