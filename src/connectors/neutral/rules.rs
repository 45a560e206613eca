//! The rules file: one JSON object that replaces all rules. It is taken in whole or not at all,
//! because half a set of rules would give figures that nobody asked for.

use std::io::BufRead;

use super::normalise::sentence;
use crate::connectors::contract::{Emit, FileFormat, Found, Head, Match, ReadCtx, Rows, Seen};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::bounded;
use crate::connectors::kit::json::{self, JsonFault};
use crate::domain::record::Record;
use crate::domain::rules::Rules;
use crate::domain::rules::check::{self, RuleFault};

pub const RULES: FileFormat = FileFormat {
    name: "rules",
    label: "Rules",
    needs_store: false,
    seen: Seen::InTheWild,
    rows: Rows::Whole,
    recognises,
    read,
};

const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

fn recognises(head: &Head<'_>) -> Match {
    let text = head.text.trim_start();
    let known = check::SECTIONS.iter().any(|name| json::has_key(text, name));
    if text.starts_with('{') && known { Match::Yes } else { Match::No }
}

fn read(source: &mut dyn BufRead, _ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let bytes = bounded::read_whole(source, FILE_BYTES_MAX)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| {
        FileFault::not_this("The file is not UTF-8 text. Save the rules as UTF-8 JSON.")
    })?;
    if !text.trim_start().starts_with('{') {
        return Err(FileFault::not_this(
            "The file is no JSON object. Rules are one object such as {\"payment_fees\": []}.",
        ));
    }
    let rules = parse(text).map_err(|fault| refuse(&fault))?;
    check::check(&rules).map_err(|fault| refuse(&explain(fault)))?;
    for what in check::list_doubts(&rules) {
        emit(Found::Notice { row: 1, what })?;
    }
    emit(Found::Records { row: 1, records: vec![Record::Rules(Box::new(rules))] })
}

fn refuse(fault: &JsonFault) -> FileFault {
    let place = match fault.path.as_str() {
        "" => String::new(),
        path => format!("{path}: "),
    };
    FileFault::broken(format!("{place}{} The rules stay as they were.", fault.reason))
}

fn parse(text: &str) -> Result<Rules, JsonFault> {
    if let Some(path) = json::find_nested_list(text) {
        return Err(JsonFault {
            path,
            reason: "Here stands a list, where an object is expected.".to_owned(),
        });
    }
    serde_json::from_str(text).map_err(|fault| {
        let mut fault = json::explain(text, &fault);
        fault.reason =
            if fault.reason.ends_with('.') { fault.reason } else { sentence(&fault.reason) };
        fault
    })
}

fn explain(fault: RuleFault) -> JsonFault {
    JsonFault { path: fault.path(), reason: fault.reason }
}
