//! A reading: what one walk through a file has found so far.

use std::cell::RefCell;
use std::path::Path;

use super::addresses::Addresses;
use super::diagnostic::Diagnostic;
use super::limit_uses::LimitUses;
use super::matchers::Matchers;
use super::names::Names;
use super::tls::CertificateCheck;

/// What one walk through a file has found so far. Everything that reads a part of the file adds to
/// it and goes on, so that all mistakes are told in one go.
pub(super) struct Reading<'a> {
    /// Where relative paths begin.
    pub(super) base_dir: &'a Path,
    /// Which certificates can be used.
    pub(super) certificate_check: CertificateCheck<'a>,
    /// The names that are given and used.
    pub(super) names: RefCell<Names>,
    /// The addresses that are listened on and connected to.
    pub(super) addresses: RefCell<Addresses>,
    /// What the routes match.
    pub(super) matchers: RefCell<Matchers>,
    /// What limits count, and where they are asked.
    pub(super) limit_uses: RefCell<LimitUses>,
    found: RefCell<Vec<Diagnostic>>,
}

impl<'a> Reading<'a> {
    /// A reading that has found nothing yet.
    pub(super) fn new(base_dir: &'a Path, certificate_check: CertificateCheck<'a>) -> Reading<'a> {
        Reading {
            base_dir,
            certificate_check,
            names: RefCell::default(),
            addresses: RefCell::default(),
            matchers: RefCell::default(),
            limit_uses: RefCell::default(),
            found: RefCell::default(),
        }
    }

    /// Adds a mistake.
    pub(super) fn report(&self, diagnostic: Diagnostic) {
        self.found.borrow_mut().push(diagnostic);
    }

    /// Adds mistakes.
    pub(super) fn report_all(&self, diagnostics: Vec<Diagnostic>) {
        self.found.borrow_mut().extend(diagnostics);
    }

    /// All mistakes found.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        self.found.into_inner()
    }
}
