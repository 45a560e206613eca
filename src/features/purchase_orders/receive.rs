//! Units that came, as somebody types them: looked at first, then taken in, and taken back whole.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpRequest, HttpResponse, web};

use super::{PATH, one};
use crate::base::id::{LocationId, PurchaseOrderId, PurchaseReceiptId};
use crate::base::{Day, Money};
use crate::domain::purchase::order::{Arrival, PurchaseOrder};
use crate::domain::record::{LandedCost, LandedKind, SplitBy};
use crate::features::feature::refuse;
use crate::reports::purchasing::{self as report, OrderDetail};
use crate::store::{StoreError, organisation};
use crate::sync::ctx::Tools;
use crate::sync::receiving::{self, Receipt};
use crate::web::error::AppError;
use crate::web::flash;
use crate::web::form::Wrong;
use crate::web::page::Site;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{purchasing as told, say};

const UNITS_MAX: i64 = 1_000_000_000;
const TEXT_CHARS_MAX: usize = 200;

/// Costs that come with a receipt.
pub const BILLS: [(LandedKind, &str); 3] = [
    (LandedKind::Freight, told::BILL_FREIGHT),
    (LandedKind::Duty, told::BILL_DUTY),
    (LandedKind::Other, told::BILL_OTHER),
];

/// The fields of the form; those of lines end in the place of their line.
#[derive(Clone, Debug, Default)]
pub struct Typed(BTreeMap<String, String>);

impl Typed {
    /// All that is still to come, today.
    pub fn usual(detail: &OrderDetail, today: Day) -> Self {
        let order = &detail.row.order;
        let mut fields = BTreeMap::new();
        fields.insert("day".to_owned(), today.to_string());
        fields.insert("location".to_owned(), order.location.to_string());
        for (index, line) in order.lines.iter().enumerate() {
            let open = line.open(&detail.row.received);
            fields.insert(format!("good-{index}"), open.to_string());
        }
        Self(fields)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    /// Tells one entry from another.
    pub fn mark(&self) -> String {
        let said = self.0.iter().filter(|(name, _)| !["seen", "do"].contains(&name.as_str()));
        let said = said.filter(|(_, value)| !value.trim().is_empty());
        said.map(|(name, value)| format!("{name}={}", value.trim())).collect::<Vec<_>>().join("|")
    }

    /// # Errors
    /// What is wrong with it, by field.
    fn read(
        &self,
        (id, order): (PurchaseOrderId, &PurchaseOrder),
        tracked: &BTreeSet<String>,
    ) -> Result<Receipt, Wrong> {
        let mut wrong = Wrong::new();
        let day = self.get("day").and_then(|text| Day::parse(text).ok());
        if day.is_none() {
            let typed = self.get("day").unwrap_or_default();
            wrong.insert("day".to_owned(), say::day_wrong(typed));
        }
        let mut arrivals = Vec::new();
        for (index, line) in order.lines.iter().enumerate() {
            let is_tracked = tracked.contains(&line.sku);
            arrivals.extend(self.read_line((index, &line.sku), is_tracked, &mut wrong));
        }
        if arrivals.is_empty() && wrong.is_empty() && !order.lines.is_empty() {
            wrong.insert("good-0".to_owned(), told::NOTHING_CAME.to_owned());
        }
        let bills = self.read_bills(order, day, &mut wrong);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Receipt {
            order: id,
            day: day.unwrap_or(Day(0)),
            location: self
                .get("location")
                .and_then(|id| id.parse().ok())
                .map_or(order.location, LocationId),
            arrivals,
            bills,
            note: self.get("note").unwrap_or_default().chars().take(TEXT_CHARS_MAX).collect(),
        })
    }

    fn read_line(
        &self,
        (index, sku): (usize, &str),
        is_tracked: bool,
        wrong: &mut Wrong,
    ) -> Option<Arrival> {
        let mut whole = |name: &str| {
            let field = format!("{name}-{index}");
            let units = self.get(&field).map_or(Some(0), |text| text.parse::<i64>().ok());
            let units = units.filter(|units| (0..=UNITS_MAX).contains(units));
            if units.is_none() {
                wrong.insert(field, told::UNITS_WRONG.to_owned());
            }
            units
        };
        let (good, damaged) = (whole("good"), whole("damaged"));
        let (good, damaged) = (good?, damaged?);
        if good + damaged == 0 {
            return None;
        }
        let code = self.get(&format!("lot-{index}"));
        let code = code.filter(|code| code.chars().count() <= TEXT_CHARS_MAX);
        if is_tracked && code.is_none() {
            wrong.insert(format!("lot-{index}"), told::LOT_WRONG.to_owned());
        }
        let field = format!("expires-{index}");
        let expires = self.get(&field).map(Day::parse);
        if let Some(Err(_)) = expires {
            let typed = self.get(&field).unwrap_or_default();
            wrong.insert(field.clone(), say::day_wrong(typed));
        }
        let expires = expires.and_then(Result::ok);
        let lot = code.map(|code| (code.to_owned(), expires));
        Some(Arrival { sku: sku.to_owned(), good, damaged, lot })
    }

    /// Of the day of the receipt, and of its number.
    fn read_bills(
        &self,
        order: &PurchaseOrder,
        day: Option<Day>,
        wrong: &mut Wrong,
    ) -> Vec<LandedCost> {
        let mut bills = Vec::new();
        for (kind, _) in BILLS {
            let Some(text) = self.get(kind.name()) else { continue };
            match Money::parse(text, order.currency) {
                Ok(amount) => bills.push(LandedCost {
                    reference: order.number.clone(),
                    kind,
                    amount,
                    by: SplitBy::Value,
                    day,
                    bill: None,
                }),
                Err(_) => {
                    wrong.insert(kind.name().to_owned(), told::AMOUNT_WRONG.to_owned());
                }
            }
        }
        bills
    }
}

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    (request, id): (HttpRequest, web::Path<String>),
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, AppError> {
    let id = PurchaseOrderId(id.parse().map_err(|_| AppError::NotFound)?);
    let mut typed = Typed(form.into_inner().into_iter().collect());
    if !Permission::EditCosts.allows(who.role) {
        // Bills are costs; whoever may not enter them has no fields for them.
        BILLS.iter().for_each(|(kind, _)| drop(typed.0.remove(kind.name())));
    }
    let now = state.clock.now();
    let found = read(&state, move |reader| {
        let today = now.day_in(&organisation::find_zone(reader.conn())?);
        Ok(report::find_order(reader, id, today))
    });
    let detail = found.await?.map_err(refuse)?;
    let receipt = match typed.read((id, &detail.row.order), &detail.tracked) {
        Ok(receipt) => receipt,
        Err(wrong) => {
            let shown = one::Shown { receive: Some((typed, wrong)), ..one::Shown::default() };
            return one::answer(&state, site, who, (&request, id), shown).await;
        }
    };
    // What is taken in is what was shown; anything typed since is shown first.
    if typed.get("do") != Some("save") || typed.get("seen") != Some(typed.mark().as_str()) {
        let (receive, look) = (Some((typed, Wrong::new())), Some(receipt));
        let shown = one::Shown { receive, look, ..one::Shown::default() };
        return one::answer(&state, site, who, (&request, id), shown).await;
    }
    let by = who.by(typed.get("note").unwrap_or_default());
    let made = off_thread(move || receiving::receive(&tools, &receipt, &by)).await?;
    match made {
        Ok(receipt) => {
            let undo = Some(format!("{PATH}/{id}/receipts/{receipt}/undo"));
            let text = (told::DONE_RECEIVED.to_owned(), undo);
            Ok(flash::done(&state, &who, text, &format!("{PATH}/{id}")))
        }
        Err(StoreError::Refused(what)) => {
            let wrong = Wrong::from([("day".to_owned(), what)]);
            let shown = one::Shown { receive: Some((typed, wrong)), ..one::Shown::default() };
            one::answer(&state, site, who, (&request, id), shown).await
        }
        Err(fault) => Err(fault.into()),
    }
}

pub async fn undo(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let (order, receipt) = path.into_inner();
    let number = |text: String| text.parse::<i64>().map_err(|_| AppError::NotFound);
    let (order, receipt) = (PurchaseOrderId(number(order)?), PurchaseReceiptId(number(receipt)?));
    let (by, may) = (who.by(""), Permission::EditCosts.allows(who.role));
    off_thread(move || {
        if !may && receiving::has_bills(&tools, order, receipt)? {
            return Err(AppError::Forbidden);
        }
        Ok(receiving::undo_receipt(&tools, order, receipt, &by)?)
    })
    .await??;
    let text = (told::DONE_UNRECEIVED.to_owned(), None);
    Ok(flash::done(&state, &who, text, &format!("{PATH}/{order}")))
}
