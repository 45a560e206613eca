//! Words and sentences of suppliers and purchase orders.

use crate::domain::purchase::order::OrderState;

// Suppliers.

pub const SUPPLIER_ADD: &str = "Add a supplier";
pub const SUPPLIER_NEW: &str = "New supplier";
pub const SUPPLIER_EDIT: &str = "Change";
pub const SUPPLIER_LEAD: &str =
    "A business of which you buy. What it takes to come is measured of your receipts.";
pub const SUPPLIER_TABLE: &str = "Suppliers by name";
pub const SUPPLIER_EMPTY: &str = "No suppliers yet.";
pub const SUPPLIER_EMPTY_WHY: &str =
    "With its price list a supplier fills in purchase orders, and its lead time is measured.";
pub const NAME: &str = "Name";
pub const CURRENCY: &str = "Currency";
pub const TERMS: &str = "Payment terms";
pub const MINIMUM: &str = "Minimum order";
pub const LEAD_DAYS: &str = "Lead time in days";
pub const LEAD_DAYS_HELP: &str = "Empty: as measured.";
pub const NOTE: &str = "Note";
pub const ARCHIVED: &str = "No longer asked";
pub const PRODUCTS: &str = "Products";
pub const OPEN_ORDERS: &str = "Open orders";
pub const OPEN_UNITS: &str = "Units to come";
pub const LEAD_TIME: &str = "Lead time";
pub const SAVE: &str = "Save";
pub const SUPPLIER_SAVED: &str = "Supplier saved.";
pub const PRICES_SAVED: &str = "Price list saved.";
pub const UNDONE: &str = "Undone. It is as it was before.";
pub const UNDO_ASK: &str = "Undo this change?";
pub const UNDO_LEAD: &str = "What was written before stands again.";
pub const UNDO: &str = "Undo it";
pub const HISTORY: &str = "History";
pub const ORDERS_OF: &str = "Purchase orders";
pub const NONE_HERE: &str = "None yet.";

// Price lists.

pub const PRICES: &str = "Price list";
pub const PRICES_EDIT: &str = "Edit the price list";
pub const PRICES_LEAD: &str =
    "Edit the rows or paste others, with their heads. What changes is shown before it is saved.";
pub const PRICES_TEXT: &str = "Rows";
pub const PRICES_FILE: &str = "Or a CSV file";
pub const PRICES_FILE_SEND: &str = "Look at the file";
pub const PRICES_GO: &str = "Rows that are not named here go";
pub const PRICES_LOOK: &str = "Show what changes";
pub const PRICES_NOTHING: &str = "Nothing changes.";
pub const PRICES_CSV: &str = "Price list as CSV";
pub const SKU: &str = "Product";
pub const CODE: &str = "Their code";
pub const UNIT_COST: &str = "Unit cost";
pub const MOQ: &str = "Minimum";
pub const PACK: &str = "Pack";
pub const FROM_QUANTITY: &str = "From units";
pub const VALID_FROM: &str = "Valid from";
pub const ADDED: &str = "new";
pub const GONE: &str = "goes";
pub const WHAT: &str = "What";

/// `3 rows new, 1 changed, 12 as they are, 0 go.`
pub fn prices_effect(added: &str, changed: &str, same: &str, gone: &str) -> String {
    format!("{added} new, {changed} changed, {same} as they are, {gone} go.")
}

pub fn price_was(cost: &str) -> String {
    format!("was {cost}")
}

pub fn prices_head_wrong(name: &str) -> String {
    format!("The first row must name the columns; {name} is not among them. Nothing was changed.")
}

pub fn prices_row_wrong(line: &str, what: &str) -> String {
    format!("Line {line}: {what} Nothing was changed.")
}

pub fn prices_twice(sku: &str) -> String {
    format!("{sku} has this day and step twice.")
}

pub const PRICES_SKU_WRONG: &str = "a row needs a product of 1 to 200 letters.";
pub const PRICES_COST_WRONG: &str = "the unit cost is no amount such as 4.20.";
pub const PRICES_CURRENCY_WRONG: &str = "the currency is no code such as EUR.";
pub const PRICES_NUMBER_WRONG: &str = "minimum, pack and step are whole numbers from 1 on.";
pub const PRICES_DAY_WRONG: &str = "the day is not written like 2026-11-20.";
pub const PRICES_TOO_MANY: &str = "these are more than 20,000 rows.";
pub const PRICES_EMPTY: &str = "There are no rows. Nothing was changed.";

/// `12 days, most within 9 to 15`
pub fn lead(median: &str, early: &str, late: &str) -> String {
    match early == late {
        true => format!("{median} days"),
        false => format!("{median} days ({early} – {late})"),
    }
}

/// What a lead time rests on.
pub fn lead_of(receipts: &str, units: &str) -> String {
    let noun = if receipts == "1" { "receipt" } else { "receipts" };
    format!("{receipts} {noun}, {units} units")
}

pub const LEAD_NOTE: &str = "From the day of the order to that of the receipt, weighted by units: \
    the median, and the days within which one and nine of ten units came.";
pub const LEADS: &str = "Lead times as measured";
pub const LEADS_TABLE: &str = "Measured lead times by product";
pub const RESTS_ON: &str = "Rests on";

/// `4 suppliers, 2 with something to come.`
pub fn suppliers_answer(count: &str, open: &str) -> String {
    let noun = if count == "1" { "supplier" } else { "suppliers" };
    format!("{count} {noun}, {open} with something to come.")
}

// Purchase orders.

pub const ORDER_ADD: &str = "New order";
pub const ORDER_NEW: &str = "New purchase order";
pub const ORDER_LEAD: &str =
    "A draft first: nothing is received of it before it is marked as ordered.";
pub const ORDER_EDIT: &str = "Edit";
pub const ORDER_TABLE: &str = "Purchase orders, the newest first";
pub const ORDER_EMPTY: &str = "No purchase orders yet.";
pub const ORDER_EMPTY_WHY: &str =
    "An order gathers what you buy of a supplier; what comes of it becomes stock and cost at once.";
pub const NO_SUPPLIER: &str = "Add a supplier first.";
pub const NUMBER: &str = "Number";
pub const SUPPLIER: &str = "Supplier";
pub const DELIVER_TO: &str = "Deliver to";
pub const EXPECTED: &str = "Expected";
pub const ORDERED: &str = "Ordered";
pub const STATE: &str = "State";
pub const TOTAL: &str = "Total";
pub const OPEN_VALUE: &str = "To come";
pub const LINES: &str = "Lines";
pub const LINES_HELP: &str = "One a row: product, units, unit cost, pack. Without a cost the \
    supplier's price list fills it in: MUG-RED, 120.";
pub const ALL: &str = "All";
pub const LATE: &str = "late";
pub const ACT_ORDER: &str = "Mark as ordered";
pub const ACT_ORDER_ON: &str = "Ordered on";
pub const ACT_CANCEL: &str = "Cancel the order";
pub const ACT_DUPLICATE: &str = "Duplicate";
pub const ACT_ROUND: &str = "Round up to packs and minimum";
pub const ACT_RECEIVE: &str = "Receive";
pub const ACT_BILL: &str = "Add a bill";
pub const ACT_PRINT: &str = "Print";
pub const BACK: &str = "Back to the order";
pub const CANCEL_ASK: &str = "Cancel what is still to come?";
pub const CANCEL_LEAD: &str = "What came of it stays. It can be undone.";
pub const DONE_SAVED: &str = "Order saved.";
pub const DONE_ORDERED: &str = "Marked as ordered.";
pub const DONE_CANCELLED: &str = "Order cancelled.";
pub const DONE_ROUNDED: &str = "Rounded up.";
pub const DONE_DUPLICATED: &str = "Duplicated as a draft.";
pub const DONE_RECEIVED: &str = "Received: stock and costs have it.";
pub const DONE_UNRECEIVED: &str = "Receipt undone: its units, costs and bills are gone again.";
pub const DONE_BILL: &str = "Bill saved.";
pub const UNITS: &str = "Units";
pub const RECEIVED: &str = "Received";
pub const TO_COME: &str = "To come";
pub const LINE_TOTAL: &str = "Amount";
pub const LINES_TABLE: &str = "Lines of the order";
pub const ABOUT: &str = "About this order";
pub const LEAST: &str = "Their minimum order";
pub const RECEIPTS: &str = "Receipts";
pub const RECEIPTS_TABLE: &str = "Receipts of this order, the newest first";
pub const RECEIPT: &str = "Receipt";
pub const DAY: &str = "Day";
pub const PLACE: &str = "Place";
pub const GOOD: &str = "Good";
pub const DAMAGED: &str = "Damaged";
pub const LOT: &str = "Lot";
pub const RECEIPT_NONE: &str = "Nothing came yet.";
pub const BILLS: &str = "What it costs to land it";
pub const BILL_NONE: &str = "No bills yet.";
pub const BILL_LEAD: &str =
    "Freight, duty or another cost of the whole order. It is split over what came of it.";
pub const UNRECEIVE_ASK: &str = "Undo this receipt?";
pub const UNRECEIVE_LEAD: &str =
    "Its units leave the stock again, its costs and the bills entered with it leave the books.";
pub const UNRECEIVE: &str = "Undo the receipt";
pub const LAYERS: &str = "Its cost layers";
pub const RECEIVE_TITLE: &str = "Receive";
pub const RECEIVE_LEAD: &str =
    "Units as they came, damaged ones on their own: those are paid for, and go into quarantine.";
pub const RECEIVE_DAY: &str = "Received on";
pub const RECEIVE_SHOW: &str = "Show what it does";
pub const RECEIVE_SAVE: &str = "Receive";
pub const BILL_FREIGHT: &str = "Freight of this receipt";
pub const BILL_DUTY: &str = "Duty of this receipt";
pub const BILL_OTHER: &str = "Other cost of this receipt";
pub const EXPIRES: &str = "Expires";
pub const NAME_WRONG: &str = "Write 1 to 200 letters.";
pub const CHOOSE: &str = "Choose one of the list.";
pub const UNITS_WRONG: &str = "Units are a whole number.";
pub const DAYS_WRONG: &str = "Days are a whole number from 0 to 3650.";
pub const AMOUNT_WRONG: &str = "Write an amount such as 250.00.";
pub const LOT_WRONG: &str = "Write the lot that stands on it.";
pub const NOTHING_CAME: &str = "Write how many units of a line came.";

pub fn state(state: OrderState) -> &'static str {
    match state {
        OrderState::Draft => "draft",
        OrderState::Ordered => "ordered",
        OrderState::PartlyReceived => "partly received",
        OrderState::Received => "received",
        OrderState::Cancelled => "cancelled",
    }
}

/// What was done, by the name that the history keeps.
pub fn done(kind: &str, what: &str) -> String {
    let what = match what {
        "made" => "made",
        "edited" => "changed",
        "ordered" => "marked as ordered",
        "cancelled" => "cancelled",
        "undone" => "undone",
        other => other,
    };
    match kind {
        "prices" => format!("Price list {what}"),
        "supplier" => format!("Supplier {what}"),
        "transfer" => format!("Transfer {what}"),
        _ => format!("Order {what}"),
    }
}

pub fn order_title(number: &str) -> String {
    format!("Purchase order {number}")
}

/// `250 units are still to come of 3 open orders.`
pub fn orders_answer(orders: &str, units: &str) -> String {
    let are = if units == "1" { "unit is" } else { "units are" };
    let noun = if orders == "1" { "open order" } else { "open orders" };
    format!("{units} {are} still to come of {orders} {noun}.")
}

/// `Of Potter, for Main. Ordered 1 Mar 2026.`
pub fn order_answer(supplier: &str, place: &str, ordered: Option<&str>) -> String {
    let ordered = ordered.map(|day| format!(" Ordered {day}.")).unwrap_or_default();
    format!("Of {supplier}, for {place}.{ordered}")
}

pub fn line_wrong(number: &str) -> String {
    format!("Line {number} is not product, units, unit cost, pack, such as MUG-RED, 120, 4.20, 12.")
}

pub fn line_twice(number: &str, sku: &str) -> String {
    format!("Line {number}: {sku} stands twice. Add the units up.")
}

/// Neither typed nor on the list.
pub fn line_unpriced(number: &str, sku: &str) -> String {
    format!("Line {number}: the supplier's price list has no price of {sku} in this currency.")
}

pub const LINES_TOO_MANY: &str = "These are more than 1,000 lines; make two orders of them.";
pub const LINES_EMPTY: &str = "Write at least one line, such as MUG-RED, 120, 4.20.";

pub fn below_moq(sku: &str, moq: &str) -> String {
    format!("{sku}: the supplier sells no fewer than {moq}.")
}

pub fn not_packs(sku: &str, pack: &str) -> String {
    format!("{sku}: it comes in packs of {pack}.")
}

pub fn off_list(sku: &str, cost: &str) -> String {
    format!("{sku}: {cost} by the price list.")
}

pub fn below_minimum(amount: &str) -> String {
    format!("The supplier takes no order below {amount}.")
}

pub const MISFIT_TITLE: &str = "The supplier may not take it so";

pub const STRANGE_TITLE: &str = "More is entered under this number";

pub fn strange(units: &str) -> String {
    format!(
        "{units} units were entered under this number by file or by hand. They are in the cost \
         layers, but not counted as received here, and not in stock through this order."
    )
}

pub const OVER_TITLE: &str = "More came than was ordered";

pub fn over(sku: &str, units: &str) -> String {
    format!("{sku}: {units} more than is to come.")
}

pub fn receipt_name(number: &str) -> String {
    format!("Receipt {number}")
}

pub fn receive_good(sku: &str, open: &str) -> String {
    format!("{sku}, {open} to come")
}

pub fn receive_damaged(sku: &str) -> String {
    format!("{sku}, damaged")
}

pub fn receive_lot(sku: &str) -> String {
    format!("{sku}, lot")
}

pub fn receive_expires(sku: &str) -> String {
    format!("{sku}, expires")
}

/// By the lead time, where nobody said a day.
pub fn forecast(day: &str) -> String {
    format!("about {day}, by the lead time")
}

/// The number of a copy.
pub fn copy_of(number: &str, n: i64) -> String {
    format!("{number}-{n}")
}
