//! `tls = { … }` of a listener: which certificates it shows, and from which version on.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::fields::{Fields, LaterKey};
use super::value::Value;
use crate::model::{CertificateFiles, Certificates, HostPattern, MutualTls, Tls, TlsVersion};

const LATER: [LaterKey; 2] = [
    LaterKey { key: "acme", instead: "name files with `certificates`, or use `self_signed`" },
    LaterKey { key: "client_ca", instead: "leave it out: clients are not asked for certificates" },
];

const FILES_EXAMPLE: &str = "{ cert = \"site.pem\", key = \"site.key\" }";

const VERSIONS: [(&str, TlsVersion); 2] = [("1.2", TlsVersion::V1_2), ("1.3", TlsVersion::V1_3)];

/// Can what these files hold be used? Or what is wrong with them.
pub type CertificateCheck<'a> = &'a dyn Fn(Credential<'_>) -> Result<(), Unusable>;

/// Files that somebody's identity depends on.
#[derive(Clone, Copy, Debug)]
pub enum Credential<'a> {
    /// A certificate and its key.
    Identity(&'a CertificateFiles),
    /// Certificates that sign those of others.
    Authority(&'a Path),
}

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
    value.usable(Credential::Identity(&files))?;
    Some(files)
}

/// Reads the `tls` of the admin API, by which both sides prove who they are.
pub(super) fn mutual_tls(value: Value<'_>) -> Option<MutualTls> {
    let read = value.table("tls", &[], |fields| {
        let cert = fields.required("cert", "\"admin.pem\"", Value::readable_file);
        let key = fields.required("key", "\"admin.key\"", Value::readable_file);
        let client_ca = fields.required("client_ca", "\"operators-ca.pem\"", authority);
        Some(MutualTls {
            identity: CertificateFiles { cert: cert?, key: key? },
            client_ca: client_ca?,
        })
    })?;
    value.usable(Credential::Identity(&read.identity))?;
    Some(read)
}

fn authority(value: Value<'_>) -> Option<PathBuf> {
    let path = value.readable_file()?;
    value.usable(Credential::Authority(&path))?;
    Some(path)
}

impl Value<'_> {
    fn usable(self, credential: Credential<'_>) -> Option<()> {
        match (self.reading.certificate_check)(credential) {
            Ok(()) => Some(()),
            Err(Unusable { what, remedy }) => self.refuse(what, remedy),
        }
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
