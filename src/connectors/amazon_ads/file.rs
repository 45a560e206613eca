//! The columns of Amazon's console reports, old and new.

use std::io::BufRead;

use crate::connectors::contract::{Emit, Head, Match, ReadCtx};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::ads::{self, Figures, OWN, Platform};
use crate::connectors::kit::sheet::{Cells, Field};

const PURCHASES: usize = OWN;
const SALES: usize = OWN + 1;

static PLATFORM: Platform = Platform {
    name: "amazon",
    fields: &FIELDS,
    marks: &[
        "advertised sku",
        "advertised asin",
        "advertised product sku",
        "advertised product id",
        "customer search term",
        "portfolio name",
        "portfolio id",
        "budget currency",
        "advertiser account id",
        "total cost",
        "click-thru rate (ctr)",
        "total advertising cost of sales (acos)",
        "7 day total sales",
        "14 day total sales",
        "7 day total orders (#)",
        "14 day total orders (#)",
        "purchases (promoted)",
        "sales (promoted)",
    ],
    breakdowns: &[],
    sku: |cell| cell,
    figures,
    by_day: "Create the report again with the time unit Daily.",
};

static FIELDS: [Field; 15] = [
    Field::optional(&["date", "date range", "day"]),
    Field::optional(&["start date"]),
    Field::optional(&["end date"]),
    Field::either(&["campaign name", "campaign"]),
    Field::either(&["campaign id"]),
    Field::required(&[
        "spend",
        "spend(*)",
        "spend (*)",
        "total cost",
        "total cost(*)",
        "total cost (*)",
    ])
    .amount(),
    Field::optional(&["currency", "budget currency", "campaign budget currency code"]),
    Field::optional(&["advertised sku", "advertised product sku"]),
    Field::optional(&["impressions", "viewable impressions"]),
    Field::optional(&["clicks"]),
    Field::optional(&[
        "purchases (promoted)",
        "7 day total orders (#)",
        "14 day total orders (#)",
        "7 day total orders",
        "14 day total orders",
    ]),
    Field::optional(&[
        "sales (promoted)",
        "7 day total sales",
        "14 day total sales",
        "7 day total sales (*)",
        "14 day total sales (*)",
    ])
    .amount(),
    Field::optional(&["purchases"]),
    Field::optional(&["sales"]).amount(),
    Field::ignored(&[
        "advertised asin",
        "advertised product id",
        "customer search term",
        "total advertising cost of sales (acos)",
        "total return on advertising spend (roas)",
        "click-thru rate (ctr)",
        "portfolio name",
        "portfolio id",
        "advertiser account id",
        "advertiser account name",
        "purchases (halo)",
        "units sold (halo)",
        "purchases (new to brand)",
        "7 day total units (#)",
        "14 day total units (#)",
        "advertised product name",
        "search term",
        "match type",
        "advertised product marketplace",
        "country",
        "ad group name",
        "ad group id",
        "targeting",
        "placement",
        "retailer",
        "cost per click (cpc)",
        "7 day conversion rate",
        "14 day conversion rate",
        "units sold",
        "7 day advertised sku units (#)",
        "7 day other sku units (#)",
        "7 day advertised sku sales",
        "7 day other sku sales",
        "ctr",
        "cpc",
        "cost per purchase",
        "purchase rate",
        "roas",
        "acos",
        "units sold (promoted)",
        "cost per purchase (promoted)",
        "purchase rate (promoted)",
        "roas (promoted)",
        "sales (halo)",
        "sales (new to brand)",
        "units sold (new to brand)",
        "cost per purchase (new to brand)",
        "purchase rate (new to brand)",
        "roas (new to brand)",
        "detail page views",
        "cost per detail page view",
        "detail page view rate",
    ]),
];

/// The new reports count what else of the brand was bought, and beside it what the old ones did.
fn figures(cells: &Cells<'_>) -> Figures {
    let or_else = |field: usize, other: usize| if cells.has(field) { field } else { other };
    Figures {
        spend: ads::SPEND,
        conversions: Some(or_else(ads::CONVERSIONS, PURCHASES)),
        value: Some(or_else(ads::VALUE, SALES)),
    }
}

pub fn recognises(head: &Head<'_>) -> Match {
    ads::recognises(head, &PLATFORM)
}

pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    ads::read(&PLATFORM, source, ctx, emit)
}
