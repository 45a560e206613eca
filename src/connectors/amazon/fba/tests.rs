//! Warehouse reports of our own making, and those of others where they are at hand.

use super::*;
use crate::base::{Currency, Day, Money, Zone};
use crate::connectors::contract::{Found, ReadCtx, ReadFile, Refusal, UnknownKind};
use crate::connectors::tests::find_sample;
use crate::domain::record::{
    Charge, ChargeClass, CustomerReturn, FeeEstimate, GivesWay, Record, StockMovement, StockState,
};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/fixtures/amazon/", $name)).as_slice()
    };
}

fn find_all(read: ReadFile, mut bytes: &[u8]) -> Vec<Found> {
    let ctx = ReadCtx {
        currency: Some(Currency::EUR),
        zone: Zone::utc(),
        store: Some("shop".to_owned()),
    };
    let mut found = Vec::new();
    read(&mut bytes, &ctx, &mut |one| {
        found.push(one);
        Ok(())
    })
    .unwrap();
    found
}

fn records(found: &[Found]) -> Vec<&Record> {
    let mut all = Vec::new();
    for one in found {
        if let Found::Records { records, .. } = one {
            all.extend(records);
        }
    }
    all
}

fn refusals(found: &[Found]) -> Vec<&Refusal> {
    let mut refusals = Vec::new();
    for one in found {
        if let Found::Refused(refusal) = one {
            refusals.push(refusal);
        }
    }
    refusals
}

/// All that is neither record nor refusal: what a reader tells.
fn told(found: &[Found]) -> Vec<String> {
    let of = |one: &Found| match one {
        Found::Notice { row, what } => Some(format!("{row}: {what}")),
        Found::Unknown { row, kind, name } => Some(format!("{row}: {} {name}", kind.name())),
        Found::Records { .. } | Found::Refused(_) => None,
    };
    found.iter().filter_map(of).collect()
}

fn replace(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.contains(from), "{from:?}");
    text.replacen(from, to, 1).into_bytes()
}

fn charges(found: &[Found]) -> Vec<&Charge> {
    let mut charges = Vec::new();
    for record in records(found) {
        if let Record::Charge(charge) = record {
            charges.push(charge);
        }
    }
    charges
}

fn movements(found: &[Found]) -> Vec<&StockMovement> {
    let mut movements = Vec::new();
    for record in records(found) {
        if let Record::StockMovement(movement) = record {
            movements.push(movement.as_ref());
        }
    }
    movements
}

fn returns_of(found: &[Found]) -> Vec<&CustomerReturn> {
    let mut returns = Vec::new();
    for record in records(found) {
        if let Record::Return(returned) = record {
            returns.push(returned.as_ref());
        }
    }
    returns
}

fn estimates(found: &[Found]) -> Vec<&FeeEstimate> {
    let mut estimates = Vec::new();
    for record in records(found) {
        if let Record::FeeEstimate(estimate) = record {
            estimates.push(estimate);
        }
    }
    estimates
}

/// SKU, place, state, units.
fn levels(found: &[Found]) -> Vec<(&str, &str, StockState, i64)> {
    let mut levels = Vec::new();
    for record in records(found) {
        if let Record::Stock(level) = record {
            levels.push((level.sku.as_str(), level.location.as_str(), level.state, level.quantity));
        }
    }
    levels
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

#[test]
fn stock_is_told_by_what_may_be_done_with_it() {
    let found = find_all(inventory::read, fixture!("fba-inventory.txt"));
    assert_eq!(told(&found), [""; 0]);
    let blue = |state, units| ("MUG-BLUE", "FBA", state, units);
    assert_eq!(
        levels(&found),
        [
            blue(StockState::Available, 40),
            blue(StockState::Reserved, 12),
            blue(StockState::Unfulfillable, 1),
            // 2 worked on, 4 shipped, 1 being received.
            blue(StockState::Inbound, 7),
            blue(StockState::Researching, 3),
            ("MUG-BLUE", "FBM", StockState::Available, 7),
            // Empty cells tell nothing, and the other store's stock is another place's.
            ("MUG-RED", "FBA UK", StockState::Available, 5),
            ("MUG-RED", "FBA UK", StockState::Reserved, 0),
        ]
    );
    let Record::Listing(listing) = records(&found)[0] else { panic!("a listing") };
    assert_eq!(
        (listing.key.as_str(), listing.catalogue_id.as_deref()),
        ("MUG-BLUE", Some("B0MADEUP01"))
    );
    assert_eq!(
        (listing.title.as_deref(), listing.price),
        (Some("Becher, blau"), Some(euros(1_190)))
    );
}

#[test]
fn units_that_cannot_be_counted_refuse_their_row() {
    let bytes = replace(fixture!("fba-inventory.txt"), "\t40\t1\t12", "\tsome\t1\t12");
    let found = find_all(inventory::read, &bytes);
    let [refusal] = refusals(&found)[..] else { panic!("{found:?}") };
    assert_eq!((refusal.row, refusal.column.as_str()), (2, "afn-fulfillable-quantity"));
    assert_eq!(levels(&found).len(), 2, "the other row goes in");
}

#[test]
fn only_sellable_returns_go_back_to_the_shelf() {
    let found = find_all(returns::read, fixture!("fba-returns.txt"));
    let of = |returned: &CustomerReturn| {
        (returned.key.clone(), returned.quantity, returned.restocked, returned.disposition.clone())
    };
    let found_returns: Vec<_> = returns_of(&found).into_iter().map(of).collect();
    let key = |key: &str| key.to_owned();
    let plain = "302-1000001-2000001/2026-03-14/MUG-RED/CUSTOMER_DAMAGED";
    assert_eq!(
        found_returns,
        [
            (key("302-1000001-2000001/LPN001"), 1, true, key("SELLABLE")),
            (key(plain), 1, false, key("CUSTOMER_DAMAGED")),
            (format!("{plain}#2"), 1, false, key("CUSTOMER_DAMAGED")),
            (key("302-1000004-2000004/LPN002"), 1, false, key("CHEWED_BY_DOG")),
        ]
    );
    assert_eq!(told(&found), ["5: status CHEWED_BY_DOG"]);
    assert_eq!(returns_of(&found)[0].at.to_string(), "2026-03-12T11:00:00Z");
    assert!(!format!("{found:?}").contains("Ann"), "comments of buyers are not read");
    assert_eq!(found, find_all(returns::read, fixture!("fba-returns.txt")), "the same keys again");
}

#[test]
fn a_return_without_order_or_day_is_refused_and_keeps_no_comment() {
    for (from, to, column) in [
        ("2026-03-12T11:00:00+00:00", "", "return-date"),
        ("2026-03-12T11:00:00+00:00", "soon", "return-date"),
        ("302-1000001-2000001", "", "order-id"),
        ("302-1000001-2000001", "3.02E+19", "order-id"),
        ("\t1\tBER1", "\t-1\tBER1", "quantity"),
    ] {
        let found = find_all(returns::read, &replace(fixture!("fba-returns.txt"), from, to));
        let [refusal] = refusals(&found)[..] else { panic!("{from} -> {to}: {found:?}") };
        assert_eq!((refusal.row, refusal.column.as_str()), (2, column), "{from} -> {to}");
        assert!(!refusal.raw.contains("colour"), "{}", refusal.raw);
    }
}

#[test]
fn reimbursements_are_money_until_a_settlement_covers_them_and_units_apart() {
    let found = find_all(reimbursements::read, fixture!("fba-reimbursements.txt"));
    let of = |charge: &Charge| (charge.key.clone(), charge.day.to_string(), charge.amount.minor);
    let found_charges: Vec<_> = charges(&found).into_iter().map(of).collect();
    let row = |key: &str, day: &str, minor| (format!("reimbursement/{key}"), day.to_owned(), minor);
    assert_eq!(
        found_charges,
        [
            // One reimbursement of two SKUs.
            row("700001/MUG-BLUE", "2026-03-06", 1_820),
            row("700001/MUG-RED", "2026-03-06", 2_000),
            row("700003/MUG-BLUE", "2026-03-25", -910),
            // Taken back, though the file writes it without its sign.
            row("700004/MUG-BLUE", "2026-03-25", -400),
        ]
    );
    let first = charges(&found)[0];
    assert_eq!(
        (first.class, first.estimate),
        (ChargeClass::PeriodIncome, Some(GivesWay::ToPayout))
    );
    assert_eq!(first.family.as_deref(), Some("reimbursement"));
    assert_eq!((first.kind.as_str(), first.sku.as_deref()), ("lost_warehouse", Some("MUG-BLUE")));
    let [units] = movements(&found)[..] else { panic!("{found:?}") };
    assert_eq!(
        (units.sku.as_str(), units.quantity, units.kind.as_str()),
        ("MUG-RED", 1, "Reimbursement")
    );
    assert_eq!((units.location.as_str(), units.reference.as_deref()), ("FBA", Some("700002")));
}

#[test]
fn an_unknown_currency_is_told_and_refuses_its_row() {
    let bytes = replace(fixture!("fba-reimbursements.txt"), "\tEUR\t20.00", "\tXYZ\t20.00");
    let found = find_all(reimbursements::read, &bytes);
    assert_eq!(refusals(&found)[0].column, "currency-unit");
    let name = "XYZ".to_owned();
    assert!(found.contains(&Found::Unknown { row: 3, kind: UnknownKind::Currency, name }));
    assert_eq!(charges(&found).len(), 3);
}

#[test]
fn storage_is_due_by_the_month_s_end_until_the_next_month_settles_it() {
    let found = find_all(storage::read_monthly, fixture!("fba-storage-fees.txt"));
    let fees: Vec<i64> = charges(&found).into_iter().map(|charge| charge.amount.minor).collect();
    // 1.0444 + 0.2644 + 0.1344 = 1.4432: 104, then 131 in all, then 144 in all; no cent is lost.
    assert_eq!(fees, [-104, -27, -13]);
    let first = charges(&found)[0];
    assert_eq!((first.day, first.class), (day("2026-02-28"), ChargeClass::PeriodFee));
    let way = GivesWay::ToFamily { from: day("2026-03-01"), to: day("2026-03-31") };
    assert_eq!((first.family.as_deref(), first.estimate), (Some("storage"), Some(way)));
    assert_eq!(first.label, "Becher, blau (B0MADEUP01, X001), BER1, DE");
    assert_eq!(first.sku, None, "the report names none");
    let keys: Vec<&str> = charges(&found).iter().map(|charge| charge.key.as_str()).collect();
    assert_eq!(keys[1], "storage/2026-02-28/X001//DUS2/DE");
}

#[test]
fn the_month_of_a_storage_fee_is_read_in_each_of_its_forms() {
    for (text, expected) in [
        ("2026-02", Some("2026-02-28")),
        ("2026-02-01", Some("2026-02-28")),
        ("02/2026", Some("2026-02-28")),
        ("Feb-26", Some("2026-02-28")),
        ("February 2026", Some("2026-02-28")),
        ("2026-13", None),
        ("winter", None),
    ] {
        let bytes = replace(fixture!("fba-storage-fees.txt"), "2026-02", text);
        let found = find_all(storage::read_monthly, &bytes);
        let found_day = charges(&found)
            .into_iter()
            .find(|charge| charge.amount.minor == -104)
            .map(|charge| charge.day.to_string());
        assert_eq!(found_day.as_deref(), expected, "{text}");
    }
}

#[test]
fn old_units_are_charged_between_two_snapshots() {
    let found = find_all(storage::read_long_term, fixture!("fba-longterm-storage-fees.txt"));
    let fees: Vec<_> = charges(&found)
        .into_iter()
        .map(|charge| (charge.amount.minor, charge.sku.as_deref()))
        .collect();
    assert_eq!(fees, [(-51, Some("MUG-RED")), (-40, Some("MUG-RED"))]);
    let first = charges(&found)[0];
    let way = GivesWay::ToFamily { from: day("2026-03-15"), to: day("2026-04-14") };
    assert_eq!((first.family.as_deref(), first.estimate), (Some("storage_long_term"), Some(way)));
    let header = "snapshot-date\tsku\tfnsku\tasin\tcurrency\t12-mo-long-terms-storage-fee\t\
                  6-mo-long-terms-storage-fee\tcountry";
    let older = format!("{header}\n2019-02-15\tA\tX1\tB1\tEUR\t1.00\t0.50\tDE\n");
    let found = find_all(storage::read_long_term, older.as_bytes());
    assert_eq!(charges(&found)[0].amount, euros(-150), "both fees of the row");
}

#[test]
fn a_fee_preview_is_a_share_of_the_price_and_a_fixed_rest() {
    let found = find_all(estimated_fees::read, fixture!("fba-estimated-fees.txt"));
    let of = |estimate: &FeeEstimate| {
        (estimate.sku.clone(), estimate.price, estimate.share_minor, estimate.fixed_minor)
    };
    let found_estimates: Vec<_> = estimates(&found).into_iter().map(of).collect();
    assert_eq!(
        found_estimates,
        [
            // At the price of the offer; closing 0.10, fulfilment 3.12.
            ("MUG-BLUE".to_owned(), euros(1_090), 164, 322),
            // Fulfilment is not told: 8.99 less 5.36.
            ("MUG-RED".to_owned(), euros(3_570), 536, 363),
            ("MUG-GREEN".to_owned(), euros(2_000), 300, 0),
        ]
    );
    let told = told(&found);
    assert!(told[0].starts_with("2: The estimate for GB in GBP of MUG-BLUE"), "{told:?}");
    assert!(told[1].starts_with("4: The estimate for FR in EUR of MUG-BLUE"), "{told:?}");
    assert!(told[2].starts_with("7: Amazon expects no fee of MUG-NEW"), "{told:?}");
}

#[test]
fn a_spanish_preview_in_latin_1_says_the_same() {
    let found = find_all(estimated_fees::read, fixture!("fba-estimated-fees-es-latin1.txt"));
    let [estimate] = estimates(&found)[..] else { panic!("{found:?}") };
    assert_eq!((estimate.sku.as_str(), estimate.price), ("TAZA-AÑIL", euros(1_090)));
    // 0.10 closing, 2.10 picking, 1.02 weight.
    assert_eq!((estimate.share_minor, estimate.fixed_minor), (164, 322));
}

#[test]
fn the_detailed_ledger_moves_units_event_by_event() {
    let found = find_all(ledger::read, fixture!("fba-ledger-detail.txt"));
    let of = |movement: &StockMovement| {
        (movement.day.to_string(), movement.sku.clone(), movement.kind.clone(), movement.quantity)
    };
    let found_movements: Vec<_> = movements(&found).into_iter().map(of).collect();
    let row = |day: &str, sku: &str, kind: &str, units| {
        (format!("2026-03-{day}"), sku.to_owned(), kind.to_owned(), units)
    };
    assert_eq!(
        found_movements,
        [
            row("02", "MUG-BLUE", "Shipments", -2),
            row("05", "MUG-BLUE", "Adjustments", -1),
            row("05", "MUG-BLUE", "Adjustments", -1),
            // Without a SKU the units are known by Amazon's own mark.
            row("06", "X001", "Teleport", 3),
        ]
    );
    let first = movements(&found)[0];
    assert_eq!(
        (first.location.as_str(), first.reference.as_deref()),
        ("FBA DE", Some("302-1000001-2000001"))
    );
    assert_eq!(first.disposition.as_deref(), Some("SELLABLE"));
    let keys: std::collections::BTreeSet<&str> =
        movements(&found).iter().map(|movement| movement.key.as_str()).collect();
    assert_eq!(keys.len(), 4);
    assert_eq!(told(&found), ["5: transaction Teleport"]);
}

#[test]
fn the_summed_up_ledger_keeps_what_it_does_not_explain() {
    let found = find_all(ledger::read, fixture!("fba-ledger-summary.txt"));
    let of = |movement: &StockMovement| {
        (movement.day.to_string(), movement.kind.clone(), movement.quantity)
    };
    let found_movements: Vec<_> = movements(&found).into_iter().map(of).collect();
    let row = |day: &str, kind: &str, units| (format!("2026-{day}"), kind.to_owned(), units);
    assert_eq!(
        found_movements,
        [
            row("03-31", "receipts", 20),
            row("03-31", "customer shipments", -5),
            row("03-31", "customer returns", 1),
            row("03-31", "lost", -1),
            row("02-28", "customer shipments", -3),
            // From 8 to 4, but for the 3 that were shipped.
            row("02-28", "unexplained", -1),
        ]
    );
    assert!(told(&found)[0].starts_with("3: The movements of MUG-RED"), "{:?}", told(&found));
}

#[test]
fn a_report_of_another_layout_is_refused_and_says_which_column_it_lacks() {
    let reads: [(ReadFile, &str); 7] = [
        (inventory::read, "sku"),
        (returns::read, "return-date"),
        (reimbursements::read, "approval-date"),
        (storage::read_monthly, "month_of_charge"),
        (storage::read_long_term, "snapshot-date"),
        (estimated_fees::read, "sku"),
        (ledger::read, "date"),
    ];
    let ctx = ReadCtx { currency: None, zone: Zone::utc(), store: None };
    for (read, column) in reads {
        let mut source = "identificativo\tstato\n1\t2\n".as_bytes();
        let fault = read(&mut source, &ctx, &mut |_| Ok(())).unwrap_err().to_string();
        assert!(fault.contains(column), "{column}: {fault}");
    }
}

#[test]
fn the_samples_of_a_european_seller_tie_out() {
    let read = |read: ReadFile, name: &str| {
        let bytes = find_sample(&format!("amazon-sp-api/samples/{name}"))?;
        let found = find_all(read, &bytes);
        assert_eq!((refusals(&found).len(), told(&found)), (0, Vec::new()), "{name}");
        Some(found)
    };
    if let Some(found) = read(inventory::read, "fba-myi-unsuppressed-inventory-synthetic.txt") {
        let units = |state| -> i64 {
            levels(&found).iter().filter(|level| level.2 == state).map(|level| level.3).sum()
        };
        assert_eq!((units(StockState::Available), units(StockState::Reserved)), (2_095, 48));
        assert_eq!((units(StockState::Unfulfillable), units(StockState::Inbound)), (12, 0));
    }
    if let Some(found) = read(returns::read, "fba-customer-returns-synthetic.txt") {
        let returns = returns_of(&found);
        let sellable = returns.iter().filter(|returned| returned.restocked).count();
        assert_eq!((returns.len(), sellable), (21, 14));
    }
    if let Some(found) = read(reimbursements::read, "fba-reimbursements-synthetic.txt") {
        let sum: i64 = charges(&found).iter().map(|charge| charge.amount.minor).sum();
        assert_eq!((charges(&found).len(), sum), (4, 22_890));
    }
    if let Some(found) = read(storage::read_monthly, "fba-storage-fee-charges-synthetic.txt") {
        let sum: i64 = charges(&found).iter().map(|charge| charge.amount.minor).sum();
        assert_eq!((charges(&found).len(), sum), (4, -8_654));
        assert!(charges(&found).iter().all(|charge| charge.day == day("2026-07-31")));
    }
    for (name, shares) in [
        ("fba-estimated-fees-synthetic.txt", 1_425),
        ("fba-estimated-fees-es-headers-latin1-synthetic.txt", 1_938),
    ] {
        let Some(found) = read(estimated_fees::read, name) else { continue };
        let estimates = estimates(&found);
        let share: i64 = estimates.iter().map(|estimate| estimate.share_minor).sum();
        assert_eq!((estimates.len(), share), (4, shares), "{name}");
        assert!(estimates.iter().all(|estimate| estimate.fixed_minor == 320), "{name}");
    }
}
