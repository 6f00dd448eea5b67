//! `-o`: which format is meant? A word, or `template=` and what the operator wants to read.

use std::ffi::OsStr;

use clap::{
    Arg, Command, Error, ValueEnum as _,
    builder::{EnumValueParser, PossibleValue, StringValueParser, TypedValueParser},
    error::{ContextKind, ContextValue},
};

use crate::output::{Format, TemplateError};

/// What a template begins with.
const TEMPLATE: &str = "template=";

const REMEDY: &str = "`gatewayctl help output` tells what a template may say";

/// Reads a format from the command line.
#[derive(Debug, Clone, Copy)]
pub(super) struct FormatParser;

impl TypedValueParser for FormatParser {
    type Value = Format;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Format, Error> {
        if value.as_encoded_bytes().starts_with(TEMPLATE.as_bytes()) {
            let template = |text: String| {
                let template = text[TEMPLATE.len()..].parse().map(Format::Template);
                template.map_err(|error: TemplateError| format!("{error}; {REMEDY}"))
            };
            return StringValueParser::new().try_map(template).parse_ref(command, arg, value);
        }
        EnumValueParser::<Format>::new().parse_ref(command, arg, value).map_err(with_template)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let words = Format::value_variants().iter().filter_map(Format::to_possible_value);
        let template = PossibleValue::new(TEMPLATE)
            .help("A line for each item in words of your own: 'template={{ name }} {{ p99_ms }}'");
        Some(Box::new(words.chain([template])))
    }
}

/// The same refusal, in whose list of words the template is too.
fn with_template(mut error: Error) -> Error {
    let known = error.remove(ContextKind::ValidValue);
    if let Some(ContextValue::Strings(mut words)) = known {
        words.push(TEMPLATE.to_owned());
        error.insert(ContextKind::ValidValue, ContextValue::Strings(words));
    }
    error
}
