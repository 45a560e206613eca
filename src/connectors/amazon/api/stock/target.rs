//! Stock that the seller sends himself, as a channel on which a number can be set. What Amazon
//! holds and sends has no number that could be set; it is refused before anybody is asked.

use std::time::Duration;

use super::listings::{AMAZON_CHANNEL, OWN_CHANNEL};
use super::offer::OWN_PLACE;
use super::{live, set};
use crate::connectors::amazon::Channel;
use crate::connectors::amazon::api::region::Seller;
use crate::connectors::amazon::api::spec::ORDERS;
use crate::connectors::contract::{
    LevelChange, Reading, StockPlace, StockRef, StockSpec, StockTarget, Verdict, WriteTool,
};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;

static STOCK: StockSpec = StockSpec {
    tool: WriteTool::PlainSet,
    // Each takes a call; five a second are granted.
    read_max: 20,
    write_max: 20,
    apply_max: Duration::from_secs(15 * 60),
    // Amazon tells of orders that are two minutes old, and lets itself be asked every three.
    order_lag_max: Duration::from_secs(10 * 60),
    orders: ORDERS,
};

impl StockTarget for Channel {
    fn spec(&self) -> &'static StockSpec {
        &STOCK
    }

    fn list_places(&self, _: &Ctx<'_>) -> Result<Vec<StockPlace>, Fault> {
        Ok(vec![StockPlace { id: OWN_CHANNEL.to_owned(), name: OWN_PLACE.to_owned() }])
    }

    fn read(&self, ctx: &Ctx<'_>, targets: &[StockRef]) -> Result<Vec<Reading>, Fault> {
        let seller = Seller::of(ctx)?;
        let read = |target: &StockRef| match is_by_amazon(target) {
            // Its own stream tells what Amazon holds.
            true => Ok(Reading::Uncounted),
            false => Ok(live::look(ctx, &seller, &target.listing)?.reading),
        };
        targets.iter().map(read).collect()
    }

    fn push(&self, ctx: &Ctx<'_>, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault> {
        set::push(ctx, &Seller::of(ctx)?, changes)
    }
}

/// A place from which Amazon sends.
pub fn is_by_amazon(target: &StockRef) -> bool {
    target.place.starts_with(AMAZON_CHANNEL)
}
