//! Where is the gateway's admin API?

use std::{env, fmt, path::PathBuf, str::FromStr};

/// An admin API to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A unix socket on this machine.
    Unix(PathBuf),
    /// A host and port spoken to by mutual TLS.
    Https(HostPort),
}

/// A host and a port of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// A name, or an address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The text has no scheme we know.
    #[error("expected unix:///path/admin.sock or https://host:port, found `{0}`")]
    Scheme(String),
    /// A unix socket needs an absolute path.
    #[error("the socket's path must be absolute: unix:///path/admin.sock, found `{0}`")]
    Relative(String),
    /// Neither root nor a session with a runtime directory.
    #[error("no default socket: XDG_RUNTIME_DIR is not set; say --addr unix:///path/admin.sock")]
    NoDefault,
}

impl Address {
    /// The socket a gateway of this user uses when its configuration names none.
    ///
    /// # Errors
    /// When the user is not root and has no runtime directory.
    pub fn local() -> Result<Self, AddressError> {
        if nix::unistd::geteuid().is_root() {
            return Ok(Self::Unix(PathBuf::from("/run/gatewayd/admin.sock")));
        }
        match env::var_os("XDG_RUNTIME_DIR") {
            Some(dir) if !dir.is_empty() => {
                Ok(Self::Unix(PathBuf::from(dir).join("gatewayd/admin.sock")))
            }
            _ => Err(AddressError::NoDefault),
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if let Some(path) = text.strip_prefix("unix://") {
            return if path.starts_with('/') {
                Ok(Self::Unix(PathBuf::from(path)))
            } else {
                Err(AddressError::Relative(text.to_owned()))
            };
        }
        let wrong = || AddressError::Scheme(text.to_owned());
        let authority = text.strip_prefix("https://").ok_or_else(wrong)?;
        HostPort::read(authority.trim_end_matches('/')).map(Self::Https).ok_or_else(wrong)
    }
}

impl HostPort {
    fn read(text: &str) -> Option<Self> {
        let authority: http::uri::Authority = text.parse().ok()?;
        // Whoever writes a password here expects something of it.
        let port = authority.port_u16().filter(|_| !text.contains('@'))?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        (!host.is_empty()).then_some(Self { host, port })
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Https(host) => write!(f, "https://{host}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_written() {
        for text in [
            "unix:///run/gatewayd/admin.sock",
            "https://edge-1.ops:9901",
            "https://10.0.0.7:9901",
            "https://[2001:db8::7]:9901",
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_text_that_is_no_address_says_what_was_expected() {
        assert_eq!(
            "unix://admin.sock".parse::<Address>(),
            Err(AddressError::Relative("unix://admin.sock".to_owned()))
        );
        for text in [
            "",
            "localhost:9901",
            "http://localhost",
            "https://",
            "https://edge-1",
            "https://:9901",
            "https://edge-1:99999",
            "https://ana:pw@edge-1:9901",
            "https://edge-1:9901/path",
        ] {
            assert_eq!(text.parse::<Address>(), Err(AddressError::Scheme(text.to_owned())));
        }
    }
}
