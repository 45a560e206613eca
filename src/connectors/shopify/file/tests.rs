//! Made-up exports through the reader, and, where they are at hand, real ones.

use std::io::Cursor;

use super::*;
use crate::base::{Currency, Zone};
use crate::domain::record::FinancialStatus;

const HEADER: &str = "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,\
Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,\
Lineitem requires shipping,Lineitem taxable,Lineitem discount,Billing Country,Shipping Country,\
Shipping Province,Notes,Payment Method,Refunded Amount,Outstanding Balance,Tax 1 Name,Tax 1 Value";

fn ctx() -> ReadCtx {
    ReadCtx { currency: None, zone: Zone::utc(), store: Some("shop".to_owned()) }
}

fn read(text: &str) -> Result<Vec<Found>, FileFault> {
    let mut found = Vec::new();
    read_orders(&mut Cursor::new(text.as_bytes()), &ctx(), &mut |one| {
        found.push(one);
        Ok(())
    })?;
    Ok(found)
}

/// The rows under `HEADER`.
fn found(rows: &str) -> Vec<Found> {
    read(&format!("{HEADER}\n{rows}")).unwrap()
}

fn orders(found: &[Found]) -> Vec<&Order> {
    let mut orders = Vec::new();
    for one in found {
        if let Found::Records { records, .. } = one {
            for record in records {
                match record {
                    Record::Order(order) => orders.push(order.as_ref()),
                    other => panic!("{other:?}"),
                }
            }
        }
    }
    orders
}

fn order(rows: &str) -> Order {
    let found = found(rows);
    let orders = orders(&found);
    assert_eq!(orders.len(), 1, "{found:?}");
    orders[0].clone()
}

fn refusals(found: &[Found]) -> Vec<&Refusal> {
    found
        .iter()
        .filter_map(|one| if let Found::Refused(it) = one { Some(it) } else { None })
        .collect()
}

fn notices(found: &[Found]) -> Vec<&str> {
    found
        .iter()
        .filter_map(
            |one| if let Found::Notice { what, .. } = one { Some(what.as_str()) } else { None },
        )
        .collect()
}

const TWO_LINES: &str = "\
#1001,a@b.test,paid,2026-03-06 09:00:00 +0100,EUR,45.00,5.00,7.98,50.00,5.00,\
2026-03-06 08:58:42 +0100,2,Mug - Blue,10.00,'4006381333931,true,true,0.00,AT,DE,BY,\
\"Please wrap it.\n\nThank you\",Shopify Payments,0.00,0.01,DE MwSt 19%,7.98
#1001,a@b.test,,,,,,,,,2026-03-06 08:58:42 +0100,1,Bowl,35.00,BOWL,true,true,5.00,,,,,,,,,
";

#[test]
fn an_orders_rows_become_one_order_whose_parts_add_up() {
    let order = order(TWO_LINES);
    assert_eq!((order.id.as_str(), order.number.as_deref()), ("#1001", Some("#1001")));
    assert_eq!(order.placed_at.to_string(), "2026-03-06T07:58:42Z");
    assert_eq!(order.financial_status, FinancialStatus::Paid);
    assert_eq!((order.country.as_deref(), order.region.as_deref()), (Some("DE"), Some("BY")));
    assert_eq!(order.channel.as_deref(), Some("shopify"));
    assert_eq!(order.customer.email.as_deref(), Some("a@b.test"));
    assert_eq!(order.lines.len(), 2);
    let (mug, bowl) = (&order.lines[0], &order.lines[1]);
    assert_eq!(mug.sku.as_deref(), Some("4006381333931"));
    assert_eq!((mug.quantity, mug.price_minor, mug.discount_minor), (2, 2000, 0));
    assert_eq!((bowl.quantity, bowl.price_minor, bowl.discount_minor), (1, 3500, 500));
    // 20.00 + 30.00 − 5.00 = 45.00, and with 5.00 of shipping 50.00: tax is inside.
    assert!(order.taxes_included);
    assert_eq!((order.order_discount_minor, order.shipping.price_minor), (500, 500));
    // 50.00 × 19 / 119 = 7.98: shipping is taxed, by weight 18.00, 27.00 and 5.00.
    assert_eq!([mug.tax_minor, bowl.tax_minor], [Some(287), Some(431)]);
    assert_eq!(order.shipping.tax_minor, Some(80));
    assert_eq!(order.unexplained_minor, 0);
    assert_eq!(order.payments.len(), 1);
    assert_eq!(order.payments[0].gateway, "shopify_payments");
    assert_eq!(order.payments[0].amount_minor, 5000);
}

#[test]
fn line_breaks_marks_and_the_order_of_columns_do_not_matter() {
    let windows = format!("\u{feff}{HEADER}\n{TWO_LINES}").replace('\n', "\r\n");
    assert_eq!(orders(&read(&windows).unwrap())[0], &order(TWO_LINES));
    let turned = "Total,Taxes,Currency,Lineitem price,Lineitem name,Lineitem quantity,Created at,\
                  Financial Status,Name\n2.00,0,EUR,2.00,Pen,1,2026-03-06 08:58:42 +0100,paid,#7\n";
    let found = read(turned).unwrap();
    assert_eq!(orders(&found)[0].lines[0].price_minor, 200);
    assert!(notices(&found).is_empty());
}

#[test]
fn unknown_columns_are_named_once_and_tolerated() {
    let text = format!("{HEADER},Loyalty,Mood\n{TWO_LINES}");
    let found = read(&text).unwrap();
    assert_eq!(orders(&found).len(), 1);
    let unknown = |one: &Found| match one {
        Found::Unknown { kind: UnknownKind::Column, name, .. } => Some(name.clone()),
        _ => None,
    };
    let names: Vec<String> = found.iter().filter_map(unknown).collect();
    assert_eq!(names, ["Loyalty", "Mood"]);
}

#[test]
fn a_file_without_the_needed_columns_is_refused_whole() {
    let fault = read("Name,Email\n#1,a@b.test\n").unwrap_err();
    assert!(fault.to_string().contains("\"Financial Status\" is missing"), "{fault}");
    assert!(matches!(fault, FileFault::NotThisFormat { .. }));
}

/// One order of one line, its cells named.
fn row(cells: &[(&str, &str)]) -> String {
    let plain = [
        ("Name", "#1"),
        ("Email", "a@b.test"),
        ("Financial Status", "paid"),
        ("Currency", "EUR"),
        ("Subtotal", "20.00"),
        ("Shipping", "0.00"),
        ("Taxes", "0.00"),
        ("Total", "20.00"),
        ("Created at", "2026-03-06 08:58:42 +0100"),
        ("Lineitem quantity", "2"),
        ("Lineitem name", "Mug"),
        ("Lineitem price", "10.00"),
        ("Lineitem requires shipping", "true"),
        ("Lineitem taxable", "true"),
        ("Payment Method", "PayPal Express Checkout"),
    ];
    let value = |column: &str| {
        let find = |list: &[(&str, &str)]| {
            list.iter().find(|(name, _)| *name == column).map(|(_, value)| (*value).to_owned())
        };
        find(cells).or_else(|| find(&plain)).unwrap_or_default()
    };
    HEADER.split(',').map(value).collect::<Vec<_>>().join(",") + "\n"
}

#[test]
fn a_row_named_tip_is_no_line() {
    let tip = "#1,,,,,,,,,,,1,Tip,3.85,,false,false,0.00,,,,,,,,,\n";
    let order = order(&(row(&[("Total", "23.85")]) + tip));
    assert_eq!((order.lines.len(), order.tips_minor, order.unexplained_minor), (1, 385, 0));
}

#[test]
fn gift_cards_are_told_by_their_name() {
    let check = |name: &str, shipped: &str, expected: bool| {
        let order = order(&row(&[
            ("Lineitem name", name),
            ("Lineitem requires shipping", shipped),
            ("Lineitem taxable", shipped),
        ]));
        assert_eq!(order.lines[0].gift_card, expected, "{name} {shipped}");
    };
    check("Gift Card", "true", true);
    check("Spring Gift Card", "false", true);
    check("Gift card - €50", "false", true);
    check("Gift card box", "true", false);
    check("Mug", "false", false);
}

#[test]
fn statuses_decide_what_counts_and_what_was_paid() {
    let check = |status: &str, paid_at: &str, expected: Option<FinancialStatus>, payments| {
        let found = found(&row(&[
            ("Financial Status", status),
            ("Paid at", paid_at),
            ("Outstanding Balance", "5.00"),
        ]));
        let order = orders(&found).first().map(|order| order.financial_status);
        assert_eq!(order, expected, "{status:?}");
        let amounts: Vec<i64> = orders(&found)
            .iter()
            .flat_map(|order| &order.payments)
            .map(|payment| payment.amount_minor)
            .collect();
        assert_eq!(amounts, payments, "{status:?}");
    };
    check("paid", "", Some(FinancialStatus::Paid), vec![2000]);
    check("Paid", "", Some(FinancialStatus::Paid), vec![2000]);
    check("partially_paid", "", Some(FinancialStatus::PartiallyPaid), vec![1500]);
    check("pending", "", Some(FinancialStatus::Pending), vec![]);
    check("authorized", "", Some(FinancialStatus::Authorized), vec![]);
    check("voided", "", Some(FinancialStatus::Voided), vec![]);
    check("", "2026-03-06 09:00:00 +0100", Some(FinancialStatus::Paid), vec![2000]);
    check("", "", None, vec![]);
    check("mislaid", "", Some(FinancialStatus::Pending), Vec::new());
    check("mislaid", "2026-03-06 09:00:00 +0100", Some(FinancialStatus::Paid), vec![2000]);
    let told = found(&row(&[("Financial Status", "mislaid")])).into_iter().any(|one| {
        matches!(one, Found::Unknown { kind: UnknownKind::Status, name, .. } if name == "mislaid")
    });
    assert!(told, "the unknown status is told");
}

#[test]
fn a_gift_card_is_a_means_of_payment() {
    let only = order(&row(&[("Payment Method", "gift_card")]));
    assert_eq!((only.gift_card_paid_minor, only.payments.len()), (2000, 0));
    let found = found(&row(&[("Payment Method", "gift_card + Shopify Payments")]));
    let both = orders(&found)[0];
    assert_eq!((both.gift_card_paid_minor, both.payments[0].amount_minor), (0, 2000));
    assert_eq!(both.payments[0].gateway, "shopify_payments");
    assert!(notices(&found)[0].contains("does not say how much by each"));
    let free = order(&row(&[("Subtotal", "0"), ("Total", "0"), ("Discount Amount", "20.00")]));
    assert!(free.payments.is_empty());
}

#[test]
fn a_refund_known_by_amount_is_dated_at_the_files_last_known_day() {
    let refunded = row(&[
        ("Financial Status", "partially_refunded"),
        ("Taxes", "3.19"),
        ("Tax 1 Name", "VAT 19%"),
        ("Tax 1 Value", "3.19"),
        ("Refunded Amount", "10.01"),
    ]);
    let later = row(&[("Name", "#2"), ("Paid at", "2026-04-02 00:30:00 +0200")]);
    let found = found(&(refunded + &later));
    let orders = orders(&found);
    assert_eq!([orders[0].id.as_str(), orders[1].id.as_str()], ["#2", "#1"]);
    let refund = &orders[1].refunds[0];
    assert_eq!((refund.id.as_str(), refund.estimated), ("refunded-amount", true));
    assert_eq!(refund.at.to_string(), "2026-04-01T22:30:00Z");
    // 10.01 × 3.19 / 20.00 = 1.596…
    assert_eq!((refund.adjustment_minor, refund.adjustment_tax_minor), (841, 160));
}

#[test]
fn a_total_that_is_not_explained_is_kept_and_told() {
    let found = found(&row(&[("Total", "19.98")]));
    assert_eq!(orders(&found)[0].unexplained_minor, -2);
    assert!(notices(&found)[0].contains("differs by -0.02 EUR"), "{:?}", notices(&found));
}

#[test]
fn a_bad_row_refuses_its_whole_order_and_no_other() {
    let check = |cells: &[(&str, &str)], column: &str, says: &str| {
        let second = "#1,a@b.test,,,,,,,,,,1,Bowl,3.00,B,true,true,0.00,,,,,,,,,\n";
        let other = row(&[("Name", "#2")]);
        let found = found(&(row(cells) + second + &other));
        let refused = refusals(&found);
        assert_eq!(refused.len(), 1, "{found:?}");
        assert_eq!((refused[0].row, refused[0].column.as_str()), (2, column));
        assert!(refused[0].reason.contains(says), "{}", refused[0].reason);
        assert!(refused[0].raw.contains("\"Lineitem name\":\"Bowl\""), "{}", refused[0].raw);
        assert!(!refused[0].raw.contains("a@b.test"), "{}", refused[0].raw);
        assert_eq!(orders(&found).len(), 1);
    };
    check(&[("Lineitem price", "10.005")], "Lineitem price", "more digits");
    check(&[("Lineitem price", "-1.00")], "Lineitem price", "negative");
    check(&[("Lineitem quantity", "1.5")], "Lineitem quantity", "whole number");
    check(&[("Lineitem quantity", "0")], "Lineitem quantity", "whole number");
    check(&[("Lineitem discount", "20.01")], "Lineitem discount", "above");
    check(&[("Currency", "EURO")], "Currency", "not a currency");
    check(&[("Created at", "yesterday")], "Created at", "not a time");
    check(&[("Total", "")], "Total", "no total");
    check(&[("Taxes", "25.00")], "Taxes", "above");
    check(&[("Lineitem price", "9999999999999.99")], "Lineitem price", "too large");
}

#[test]
fn rows_that_were_sorted_apart_are_put_together_again() {
    let lines: Vec<&str> = TWO_LINES.split_inclusive('\n').collect();
    let (head, tail) = (lines[..3].concat(), lines[3].to_owned());
    let between = row(&[("Name", "#2")]);
    for rows in [format!("{head}{between}{tail}"), format!("{tail}{between}{head}")] {
        let found = found(&rows);
        let orders = orders(&found);
        assert_eq!(orders.len(), 2, "{found:?}");
        assert_eq!((orders[1].lines.len(), orders[1].unexplained_minor), (2, 0));
    }
    let orphan = found(&(tail + &between));
    assert_eq!(refusals(&orphan)[0].row, 2);
    assert!(refusals(&orphan)[0].reason.contains("first row"));
}

#[test]
fn an_export_is_recognised_by_its_header() {
    let check = |text: &str, expected: Match| {
        let head =
            Head { text, bytes: text.as_bytes(), whole: true, file_name: "orders_export.csv" };
        assert_eq!(recognise_orders(&head), expected, "{text}");
    };
    check(&format!("{HEADER}\n{TWO_LINES}"), Match::Yes);
    check(&HEADER.replace(',', ";"), Match::Yes);
    check("Name,Lineitem name,Lineitem quantity\n", Match::Perhaps);
    check("Name,Email\n", Match::No);
    check("", Match::No);
}

#[test]
fn every_order_of_the_real_exports_is_explained_to_the_cent() {
    let files = [
        ("orders_export-2021-multiline-part1.csv", 25, 58),
        ("orders_export-2025-vat-included-part1.csv", 68, 70),
    ];
    for (name, n_orders, n_lines) in files {
        let sample = crate::connectors::tests::find_sample(&format!("shopify/samples/{name}"));
        let Some(text) = sample else { continue };
        let text = String::from_utf8(text).unwrap();
        let found = read(&text).unwrap();
        assert!(refusals(&found).is_empty());
        let orders = orders(&found);
        assert_eq!(orders.len(), n_orders);
        assert_eq!(orders.iter().map(|order| order.lines.len()).sum::<usize>(), n_lines);
        let stated = stated_totals(&text);
        for order in orders {
            let (total, taxes) = stated[&order.id];
            assert_eq!(order.unexplained_minor, 0, "{}", order.id);
            assert_eq!((explained(order), tax(order)), (total, taxes), "{}", order.id);
            assert!(order.taxes_included || taxes == 0, "{}", order.id);
        }
    }
}

fn explained(order: &Order) -> i64 {
    let lines: i64 = order.lines.iter().map(|line| line.price_minor - line.discount_minor).sum();
    let on_top = if order.taxes_included { 0 } else { tax(order) };
    lines - order.order_discount_minor + order.shipping.price_minor - order.shipping.discount_minor
        + order.tips_minor
        + order.duties_minor
        + on_top
}

fn tax(order: &Order) -> i64 {
    let lines: i64 = order.lines.iter().filter_map(|line| line.tax_minor).sum();
    lines + order.shipping.tax_minor.unwrap_or(0)
}

/// Total and taxes of each order, read past the reader.
fn stated_totals(text: &str) -> BTreeMap<String, (i64, i64)> {
    let mut table = Table::open(Cursor::new(text.as_bytes()), Dialect::Comma).unwrap();
    let at = |table: &Table<Cursor<&[u8]>>, name: &str| table.column(name).unwrap();
    let (name, total, taxes) = (at(&table, "Name"), at(&table, "Total"), at(&table, "Taxes"));
    let eur = Currency::parse("EUR").unwrap();
    let mut stated = BTreeMap::new();
    while let Some(row) = table.next_row().unwrap() {
        if !row.text(total).is_empty() {
            let minor = |column| decode::minor(&row.text(column), eur).unwrap();
            stated.insert(row.text(name), (minor(total), minor(taxes)));
        }
    }
    stated
}
