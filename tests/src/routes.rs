//! Routes that most tests share.

/// Everything goes to the pool `app`.
pub const EVERYTHING: &str = r#"
[[route]]
name = "everything"
match = { path = "/*" }
pool = "app"

"#;

/// The routes of a URL shortener with the limits `creations` and `redirects` per client address.
pub fn shortener(creations: &str, redirects: &str) -> String {
    format!(
        r#"
[[route]]
name = "create"
match = {{ path = "/urls", methods = ["POST"] }}
pool = "app"
limits = ["create-per-ip"]

[[route]]
name = "redirect"
match = {{ path = "/{{code}}", methods = ["GET", "HEAD"] }}
pool = "app"
limits = ["redirect-per-ip"]

[[limit]]
name = "create-per-ip"
key = "client-ip"
max = "{creations}"

[[limit]]
name = "redirect-per-ip"
key = "client-ip"
max = "{redirects}"

"#
    )
}
