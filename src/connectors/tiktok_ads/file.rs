//! The columns of TikTok's exports, by the names that are known of them.

use std::io::BufRead;

use crate::connectors::contract::{Emit, Head, Match, ReadCtx};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::ads::{self, Figures, NO_COLUMN, OWN, Platform};
use crate::connectors::kit::sheet::{Cells, Field};

const NET_COST: usize = OWN;

static PLATFORM: Platform = Platform {
    name: "tiktok",
    fields: &FIELDS,
    marks: &[
        "by day",
        "clicks (destination)",
        "cpc (destination)",
        "ctr (destination)",
        "net cost",
        "complete payment",
        "total purchase value",
        "total complete payment roas",
        "6-second video views",
        "conversion rate (cvr)",
        "sku orders",
    ],
    breakdowns: &[],
    sku: |_| "",
    figures,
    by_day: "Export the report again with the dimension By Day.",
};

static FIELDS: [Field; 14] = [
    Field::optional(&["by day", "date", "day", "stat time day"]),
    Field::optional(&["start date"]),
    Field::optional(&["end date"]),
    Field::either(&["campaign name"]),
    Field::either(&["campaign id"]),
    Field::required(&["cost", "cost (*)", "spend", "spend (*)"]).amount(),
    Field::optional(&["currency", "currency code"]),
    NO_COLUMN,
    Field::optional(&["impressions", "impression"]),
    Field::optional(&["clicks (destination)", "clicks", "clicks (all)"]),
    Field::optional(&[
        "complete payment",
        "complete payments",
        "complete payment (website)",
        "purchases",
        "purchases (website)",
        "purchases (shop)",
        "total purchase",
        "sku orders",
    ]),
    Field::optional(&[
        "total purchase value",
        "total complete payment value",
        "complete payment value",
        "purchase value",
        "total purchase value (website)",
        "gross revenue",
        "gross revenue (shop)",
    ])
    .amount(),
    Field::optional(&["net cost", "net cost (*)"]),
    Field::ignored(&[
        "cpc (destination)",
        "ctr (destination)",
        "6-second video views",
        "2-second video views",
        "conversion rate (cvr)",
        "primary status",
        "advertising objective",
        "complete payment roas",
        "total complete payment roas",
        "conversions",
        "conversion",
        "ad group name",
        "ad group id",
        "video views",
        "cost per conversion",
        "ad name",
        "ad id",
        "account name",
        "account id",
        "advertiser id",
        "campaign type",
        "campaign budget",
        "budget",
        "status",
        "cpm",
        "cpc",
        "ctr",
        "reach",
        "frequency",
        "results",
        "result type",
        "cost per result",
        "result rate",
        "roi",
        "product id",
    ]),
];

/// What the seller paid: credits are taken out of the net cost.
fn figures(cells: &Cells<'_>) -> Figures {
    let spend = if cells.is_empty(NET_COST) { ads::SPEND } else { NET_COST };
    Figures { spend, ..Figures::PLAIN }
}

pub fn recognises(head: &Head<'_>) -> Match {
    ads::recognises(head, &PLATFORM)
}

pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    ads::read(&PLATFORM, source, ctx, emit)
}
