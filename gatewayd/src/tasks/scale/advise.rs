//! The driver `advise`: somebody else starts and ends servers, and reads what is wanted.

use futures_util::future::{BoxFuture, ready};

use crate::model::{Driver as Settings, Name};

use super::driver::{Capabilities, Driver, DriverError, Instance, Victims};

/// Does nothing by itself.
#[derive(Debug)]
pub(super) struct Advise;

impl Driver for Advise {
    fn capabilities(&self) -> Capabilities {
        Capabilities { victims: Victims::None, room: None }
    }

    fn adapt(&mut self, settings: &Settings) -> bool {
        *settings == Settings::Advise
    }

    fn observe(&mut self) -> BoxFuture<'_, Result<Vec<Instance>, DriverError>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    fn scale_out<'a>(
        &'a mut self,
        _count: u32,
        _taken: &'a [Name],
    ) -> BoxFuture<'a, Result<(), DriverError>> {
        Box::pin(ready(Err(DriverError::OnlyAdvises)))
    }

    fn terminate<'a>(&'a mut self, _names: &'a [Name]) -> BoxFuture<'a, Result<(), DriverError>> {
        Box::pin(ready(Err(DriverError::OnlyAdvises)))
    }
}
