//! `tls = { … }` of a listener: which certificates it shows, and from which version on.

use std::net::IpAddr;

use super::fields::{Fields, LaterKey};
use super::value::Value;
use crate::model::{CertificateFiles, Certificates, HostPattern, Tls, TlsVersion};

const LATER: [LaterKey; 2] = [
    LaterKey { key: "acme", instead: "name files with `certificates`, or use `self_signed`" },
    LaterKey { key: "client_ca", instead: "leave it out: clients are not asked for certificates" },
];

const FILES_EXAMPLE: &str = "{ cert = \"site.pem\", key = \"site.key\" }";

const VERSIONS: [(&str, TlsVersion); 2] = [("1.2", TlsVersion::V1_2), ("1.3", TlsVersion::V1_3)];

/// Can the certificate and key in these files be used? Or what is wrong with them.
pub type CertificateCheck<'a> = &'a dyn Fn(&CertificateFiles) -> Result<(), Unusable>;

/// What is wrong with a certificate or its key.
#[derive(Clone, Debug)]
pub struct Unusable {
    /// What was found.
    pub what: String,
    /// What to do next.
    pub remedy: &'static str,
}

/// Reads the `tls` of a listener.
pub(super) fn tls(value: Value<'_>) -> Option<Tls> {
    value.table("tls", &LATER, |fields| {
        let certificates = certificates(fields);
        let default = TlsVersion::default();
        let min_version = fields.defaulted("min_version", default, |value| value.one_of(&VERSIONS));
        Some(Tls { certificates: certificates?, min_version: min_version? })
    })
}

fn certificates(fields: &mut Fields<'_>) -> Option<Certificates> {
    let files = fields.optional("certificates", |value| value.nonempty_list(FILES_EXAMPLE, files));
    let hosts = fields.optional("self_signed", |value| value.nonempty_list("\"localhost\"", host));
    match (fields.place("certificates"), fields.place("self_signed")) {
        (Some(_), None) => files.map(Certificates::Files),
        (None, Some(_)) => hosts.map(Certificates::SelfSigned),
        (Some(_), Some(_)) => {
            let message = "a listener has either certificates from files or self-signed ones";
            fields.refuse("self_signed", message, "keep `certificates` or `self_signed`");
            None
        }
        // Asking for what is not available yet is told as that alone.
        (None, None) if fields.place("acme").is_some() => None,
        (None, None) => {
            fields.refuse_all(
                "tls without certificates",
                "add certificates = [{ cert = \"site.pem\", key = \"site.key\" }], or for \
                 development self_signed = [\"localhost\"]",
            );
            None
        }
    }
}

fn files(value: Value<'_>) -> Option<CertificateFiles> {
    let files = value.table("a certificate", &[], |fields| {
        let cert = fields.required("cert", "\"site.pem\"", Value::readable_file);
        let key = fields.required("key", "\"site.key\"", Value::readable_file);
        Some(CertificateFiles { cert: cert?, key: key? })
    })?;
    match (value.reading.certificate_check)(&files) {
        Ok(()) => Some(files),
        Err(Unusable { what, remedy }) => value.refuse(what, remedy),
    }
}

fn host(value: Value<'_>) -> Option<String> {
    let text = value.text()?;
    if text.parse::<IpAddr>().is_ok()
        || text.parse::<HostPattern>().is_ok_and(|_| !text.starts_with('['))
    {
        return Some(text.to_owned());
    }
    let message = format!("{text:?} is not the name of a host");
    value.refuse(message, "write a host or an IP address, without port, as \"localhost\"")
}
