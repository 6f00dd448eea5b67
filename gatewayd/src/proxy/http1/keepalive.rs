//! Does the connection serve another message after this one?

use super::framing::{Framed, ResponseFraming};
use super::head::{Options, Version};

/// Whether the sender of a message with these options keeps the connection open behind it
/// (RFC 9112, section 9.3).
pub(super) fn persists(version: Version, options: Options) -> bool {
    match version {
        _ if options.close => false,
        Version::Http11 => true,
        Version::Http10 => options.keep_alive,
    }
}

/// Whether the next request may use the connection on which this response came. Only once its body
/// has come to its end and nothing came behind it.
pub(super) fn is_reusable(version: Version, options: Options, framed: Framed) -> bool {
    persists(version, options) && !framed.doubtful && framed.framing != ResponseFraming::UntilClose
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_persists_by_version_and_option() {
        let (none, close) = (Options::default(), Options { close: true, ..Options::default() });
        let keep_alive = Options { keep_alive: true, ..Options::default() };
        let both = Options { close: true, ..keep_alive };
        for (version, options, persistent) in [
            (Version::Http11, none, true),
            (Version::Http11, keep_alive, true),
            (Version::Http11, close, false),
            (Version::Http11, both, false),
            (Version::Http10, none, false),
            (Version::Http10, keep_alive, true),
            (Version::Http10, close, false),
            (Version::Http10, both, false),
        ] {
            assert_eq!(persists(version, options), persistent, "{version:?} {options:?}");
        }
    }

    #[test]
    fn a_connection_with_a_doubtful_end_is_not_used_again() {
        let reusable = |framing, doubtful| {
            is_reusable(Version::Http11, Options::default(), Framed { framing, doubtful })
        };
        assert!(reusable(ResponseFraming::Length(5), false));
        assert!(reusable(ResponseFraming::Chunked, false));
        assert!(reusable(ResponseFraming::Nothing { told: None }, false));
        assert!(!reusable(ResponseFraming::Chunked, true));
        assert!(!reusable(ResponseFraming::UntilClose, false));
    }
}
