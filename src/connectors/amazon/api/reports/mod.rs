//! Reports: asked for, waited for, fetched at a signed address, unpacked, and read by the very
//! readers of the files that a seller downloads by hand.

pub mod daily;
mod found;
pub mod past_orders;
pub mod settlements;

use std::io::Read;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::call;
use super::region::Seller;
use crate::base::{Day, Instant, Zone};
use crate::connectors::contract::{Document, ReadCtx, ReadFile};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Method, address};
use found::Gathered;

const PATH: &str = "/reports/2021-06-30";
/// What a report may hold, packed and unpacked.
const REPORT_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// How long we wait before we look again, longer each time.
const WAIT_S: [u64; 5] = [5, 10, 20, 40, 60];
/// A report that is not made after so many looks is given up (two hours).
const LOOKS_MAX: u32 = 120;

/// Where one report stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    #[default]
    Ask,
    Wait {
        report: String,
        looks: u32,
    },
    Read {
        document: String,
    },
}

/// What is asked for.
pub struct Wanted {
    pub kind: &'static str,
    /// From when to when; `None` for a report of how things are.
    pub span: Option<(Instant, Instant)>,
}

/// What came of a step.
pub enum Came {
    /// Look again after so long.
    Not(Step, Option<Duration>),
    /// The report is read, or there is none.
    Done(Vec<Document>),
}

/// What came of a step towards a report that its caller reads.
pub enum Made {
    /// Look again after so long; at `Step::Read` it is there.
    Not(Step, Option<Duration>),
    /// There is nothing to tell.
    Nothing,
    /// Amazon could not make it.
    Failed(Document),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    report_id: String,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireReport {
    #[serde(default)]
    pub report_id: String,
    /// What it is a report of.
    #[serde(default)]
    report_type: Option<String>,
    #[serde(default)]
    pub processing_status: String,
    pub report_document_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDocument {
    url: String,
    compression_algorithm: Option<String>,
}

/// Brings a report one step further.
///
/// # Errors
/// As `call::send`.
pub fn go_on(
    ctx: &Ctx<'_>,
    seller: &Seller<'_>,
    (step, wanted, reader): (&Step, &Wanted, ReadFile),
) -> Result<Came, Fault> {
    if let Step::Read { document } = step {
        let bytes = fetch(ctx, document)?;
        return Ok(Came::Done(read(ctx, (wanted.kind, document), (reader, bytes))));
    }
    Ok(match make(ctx, seller, (step, wanted))? {
        Made::Not(step, wait) => Came::Not(step, wait),
        Made::Nothing => Came::Done(Vec::new()),
        Made::Failed(trouble) => Came::Done(vec![trouble]),
    })
}

/// Brings a report one step nearer to `Step::Read`, where it stays.
///
/// # Errors
/// As `call::send`.
pub fn make(
    ctx: &Ctx<'_>,
    seller: &Seller<'_>,
    (step, wanted): (&Step, &Wanted),
) -> Result<Made, Fault> {
    match step {
        Step::Ask => {
            let report = create(ctx, seller, wanted)?;
            let wait = Some(Duration::from_secs(WAIT_S[0]));
            Ok(Made::Not(Step::Wait { report, looks: 0 }, wait))
        }
        Step::Wait { report, looks } => look(ctx, (report, *looks), wanted),
        Step::Read { .. } => Ok(Made::Not(step.clone(), None)),
    }
}

fn create(ctx: &Ctx<'_>, seller: &Seller<'_>, wanted: &Wanted) -> Result<String, Fault> {
    let ids: Vec<&str> = seller.places.iter().map(|place| place.id).collect();
    let mut body = serde_json::json!({"reportType": wanted.kind, "marketplaceIds": ids});
    if let Some((from, to)) = wanted.span {
        body["dataStartTime"] = from.to_string().into();
        body["dataEndTime"] = to.to_string().into();
    }
    let path = format!("{PATH}/reports");
    let request = call::request(ctx, (Method::Post, "create report"), &path)?.json(&body);
    let created: Created = call::send(ctx, request)?.json()?;
    Ok(created.report_id)
}

fn look(ctx: &Ctx<'_>, (report, looks): (&str, u32), wanted: &Wanted) -> Result<Made, Fault> {
    let path = format!("{PATH}/reports/{}", address::encode(report));
    let wire: WireReport = call::get(ctx, "report", &path)?.json()?;
    if wire.report_type.as_deref().is_some_and(|kind| kind != wanted.kind) {
        // Not the one that was asked for: to read it would be to believe that nothing happened.
        return Ok(Made::Not(Step::Ask, Some(Duration::from_secs(WAIT_S[0]))));
    }
    match (wire.processing_status.as_str(), wire.report_document_id) {
        ("DONE", Some(document)) => Ok(Made::Not(Step::Read { document }, None)),
        // Nothing happened in these days, or Amazon has made the same report just now.
        ("CANCELLED" | "DONE", _) => Ok(Made::Nothing),
        ("IN_QUEUE" | "IN_PROGRESS", _) if looks < LOOKS_MAX => {
            let index = usize::try_from(looks).unwrap_or(usize::MAX).min(WAIT_S.len() - 1);
            let step = Step::Wait { report: report.to_owned(), looks: looks + 1 };
            Ok(Made::Not(step, Some(Duration::from_secs(WAIT_S[index]))))
        }
        (status, _) => {
            let day = |at: Instant| at.day_in(&Zone::utc());
            let of = wanted.span.map(|(from, to)| format!(" of {} to {}", day(from), day(to)));
            let of = of.unwrap_or_default();
            let what = format!("Amazon did not make the report{of} ({status}).");
            Ok(Made::Failed(found::trouble(wanted.kind, what)))
        }
    }
}

/// A report's document, unpacked.
///
/// # Errors
/// `Transient` where it broke off or its address ran out.
pub fn fetch(ctx: &Ctx<'_>, document: &str) -> Result<Vec<u8>, Fault> {
    let path = format!("{PATH}/documents/{}", address::encode(document));
    let wire: WireDocument = call::get(ctx, "report document", &path)?.json()?;
    let bytes = call::document(ctx, &wire.url, REPORT_BYTES_MAX)?.bytes()?;
    match wire.compression_algorithm.as_deref() {
        None | Some("") => Ok(bytes),
        Some("GZIP") => unpack(&bytes),
        Some(other) => {
            let what = format!("Amazon packs its reports in a way that we do not know ({other}).");
            Err(Fault::drift("compressionAlgorithm", what))
        }
    }
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut plain = Vec::new();
    let unpacked =
        flate2::read::MultiGzDecoder::new(bytes).take(REPORT_BYTES_MAX + 1).read_to_end(&mut plain);
    unpacked.map_err(|_| Fault::transient("Amazon's report broke off; we fetch it again."))?;
    match plain.len() as u64 > REPORT_BYTES_MAX {
        true => Err(Fault::refused(200, "Amazon's report is larger than any that we read.")),
        false => Ok(plain),
    }
}

/// Reads a report as the file that it is.
pub fn read(
    ctx: &Ctx<'_>,
    (kind, document): (&str, &str),
    (reader, bytes): (ReadFile, Vec<u8>),
) -> Vec<Document> {
    let around = ReadCtx {
        currency: ctx.account.currency,
        zone: ctx.account.zone.clone(),
        store: ctx.account.store.clone(),
    };
    let mut gathered = Gathered::new(kind, document);
    let mut source = bytes.as_slice();
    let read = reader(&mut source, &around, &mut |found| {
        gathered.take(found);
        Ok(())
    });
    gathered.finish(read)
}

/// Windows begin and end with a day, so that rows of one day are never told apart.
pub fn midnight(at: Instant) -> Instant {
    Instant::start_of(at.day_in(&Zone::utc()), &Zone::utc())
}

pub fn days_before(at: Instant, days: i32) -> Instant {
    let day: Day = at.day_in(&Zone::utc());
    Instant::start_of(day.plus(-days), &Zone::utc())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_packed_report_is_unpacked_and_half_of_one_comes_again() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(b"sku\tquantity\n").unwrap();
        let bytes = packer.finish().unwrap();
        assert_eq!(unpack(&bytes).unwrap(), b"sku\tquantity\n");
        assert!(matches!(unpack(&bytes[..12]), Err(Fault::Transient { .. })));
    }

    #[test]
    fn windows_begin_at_midnight() {
        let at = Instant::parse("2026-03-07T10:11:12Z").unwrap();
        assert_eq!(midnight(at).to_string(), "2026-03-07T00:00:00Z");
        assert_eq!(days_before(at, 7).to_string(), "2026-02-28T00:00:00Z");
    }
}
