//! The operator's own file: which gateways there are, and with how much care each is treated.
//!
//! ```text
//! current = "prod-eu"        the context of commands that name none
//! [ui]                       how the dashboard begins
//! [keys]                     which keys it wants for which actions
//! [contexts.prod-eu]         one gateway: where it is, and how it is protected
//! ```

mod columns;
mod context;
mod edit;
mod fields;
mod file;
mod keys;
mod mistake;
mod read;
mod theme;
mod ui;

pub use columns::Layout;
pub use context::{Context, check_name};
pub use edit::{EditError, add, remove, rename, use_context};
pub use fields::suggestion;
pub use file::{ConfigError, check, load, path, replace, store, whole_text as text, write_private};
pub use keys::{Rebinding, Word};
pub use mistake::{Mistake, Place};
pub use theme::{ThemeName, ThemeNameError};
pub use ui::{Ascii, Ui};

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// The context of commands that name none.
    pub current: Option<String>,
    /// How the dashboard begins.
    pub ui: Ui,
    /// Which keys its operator wants for which actions, in the order of the file.
    pub keys: Vec<Rebinding>,
    /// The gateways, in the order of the file.
    pub contexts: Vec<Context>,
}

impl Config {
    /// The context called `name`.
    #[must_use]
    pub fn context(&self, name: &str) -> Option<&Context> {
        self.contexts.iter().find(|context| context.name == name)
    }
}
