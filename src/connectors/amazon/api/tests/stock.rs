//! Units at Amazon, listings, and what Amazon expects to take.

use super::reports::{created, document_of, made};
use super::*;
use crate::connectors::ctx::Spool;
use crate::domain::record::{FeeEstimate, StockLevel, StockState};

fn summaries(sku: &str, units: i64, token: Option<&str>) -> Value {
    json!({"payload": {"granularity": {}, "inventorySummaries": [{
        "asin": "B1", "sellerSku": sku, "lastUpdatedTime": "2026-10-31T10:00:00Z",
        "inventoryDetails": {
            "fulfillableQuantity": units, "inboundWorkingQuantity": 1,
            "inboundShippedQuantity": 2, "inboundReceivingQuantity": 3,
            "reservedQuantity": {"totalReservedQuantity": 4},
            "unfulfillableQuantity": {"totalUnfulfillableQuantity": 5},
        },
    }]}, "pagination": {"nextToken": token}})
}

fn levels(documents: &[Document]) -> Vec<(&str, &str, StockState, i64)> {
    let levels = records(documents).into_iter().filter_map(|record| match record {
        Record::Stock(StockLevel { sku, location, state, quantity, .. }) => {
            Some((sku.as_str(), location.as_str(), *state, *quantity))
        }
        _ => None,
    });
    levels.collect()
}

#[test]
fn each_pool_is_scanned_once_and_then_only_its_changes() {
    let stage = stage().setting("marketplace", "DE, FR, UK");
    let transport = replay([
        get("nextToken=n2", &summaries("BOWL", 1, None)),
        get("granularityId=A1PA6795UKMFR9", &summaries("MUG-BLUE", 7, Some("n2"))),
        get("granularityId=A1F83G8C2ARO7P", &summaries("MUG-BLUE", 2, None)),
    ]);
    let (documents, end) =
        stage.drain((&CONNECTOR, &transport), "fba-stock", Cursor::start()).unwrap();
    let levels = levels(&documents);
    assert_eq!(levels.len(), 3 * 4, "what is not told makes no level");
    assert!(levels.contains(&("MUG-BLUE", "FBA EU", StockState::Available, 7)));
    assert!(levels.contains(&("MUG-BLUE", "FBA GB", StockState::Available, 2)));
    assert!(levels.contains(&("BOWL", "FBA EU", StockState::Inbound, 6)));
    let is_whole = |asked: &String| !asked.contains("startDateTime");
    assert!(asked(&transport).iter().all(is_whole));
    stage.clock.advance_seconds(600);
    stage.drain((&CONNECTOR, &transport), "fba-stock", end.clone()).unwrap();
    let last = asked(&transport).pop().unwrap();
    assert!(last.contains("startDateTime=2026-10-31T23%3A00%3A00Z"), "{last}");
    stage.clock.advance_seconds(6 * 3_600);
    stage.drain((&CONNECTOR, &transport), "fba-stock", end).unwrap();
    assert!(is_whole(&asked(&transport).pop().unwrap()), "units on their way are no change");
}

#[test]
fn one_pool_bears_the_name_that_the_report_gives_it() {
    let documents = drain(
        &stage(),
        &replay([get("/fba/inventory/v1/summaries", &summaries("MUG-BLUE", 7, None))]),
        "fba-stock",
    );
    assert!(levels(&documents).iter().all(|(_, location, ..)| *location == "FBA"));
}

fn listing() -> Value {
    json!({"numberOfResults": 1, "items": [{
        "sku": "MUG-BLUE",
        "summaries": [{"marketplaceId": "A1PA6795UKMFR9", "asin": "B1", "productType": "CUP",
            "status": ["BUYABLE"], "itemName": "Mug, blue", "createdDate": "2026-01-01T00:00:00Z",
            "lastUpdatedDate": "2026-01-01T00:00:00Z"}],
        "offers": [
            {"marketplaceId": "A1PA6795UKMFR9", "offerType": "B2B",
                "price": {"currencyCode": "EUR", "amount": "10.00"}},
            {"marketplaceId": "A1PA6795UKMFR9", "offerType": "B2C",
                "price": {"currencyCode": "EUR", "amount": "11.90"}}],
        "fulfillmentAvailability": [{"fulfillmentChannelCode": "DEFAULT", "quantity": 12}],
    }]})
}

#[test]
fn a_listing_bears_its_price_its_barcode_and_the_seller_s_own_units() {
    let catalogue = json!({"numberOfResults": 1, "items": [{"asin": "B1",
        "identifiers": [{"marketplaceId": "A1PA6795UKMFR9", "identifiers": [
            {"identifierType": "EAN", "identifier": "4006381333931"}]}],
        "dimensions": [{"marketplaceId": "A1PA6795UKMFR9",
            "package": {"weight": {"unit": "kilograms", "value": 0.35}}}]}]});
    let transport = replay([
        get("/listings/2021-08-01/items/SELLER1", &listing()),
        get("/catalog/2022-04-01/items?identifiers=B1", &catalogue),
    ]);
    let documents = drain(&stage(), &transport, "listings");
    let Record::Listing(listing) = records(&documents)[0] else { panic!("{documents:?}") };
    assert_eq!(listing.price.unwrap().minor, 11_90);
    assert_eq!(listing.barcode.as_deref(), Some("4006381333931"));
    assert_eq!((listing.weight_grams, listing.status.as_deref()), (Some(350), Some("buyable")));
    assert_eq!(levels(&documents), [("MUG-BLUE", "FBM", StockState::Available, 12)]);
}

#[test]
fn an_estimate_parts_the_share_from_what_is_the_same_at_any_price() {
    let fee = |kind: &str, amount: &str| {
        let amount: Value = serde_json::from_str(amount).unwrap();
        json!({"FeeType": kind, "FinalFee": {"CurrencyCode": "EUR", "Amount": amount}})
    };
    let estimates = |total: &str| {
        let total: Value = serde_json::from_str(total).unwrap();
        json!([{"Status": "Success",
            "FeesEstimateIdentifier": {"SellerInputIdentifier": "MUG-BLUE"},
            "FeesEstimate": {"TotalFeesEstimate": {"CurrencyCode": "EUR", "Amount": total},
                "FeeDetailList": [fee("ReferralFee", "1.79"), fee("FBAFees", "3.25"),
                    fee("VariableClosingFee", "0.00")]}}])
    };
    let ask = |total: &str| {
        let answer = Recorded::post("/products/fees/v0/feesEstimate", estimates(total).to_string());
        let answer = answer.when_body(r#""Amount":11.90"#);
        let listings = get("/listings/2021-08-01/items/SELLER1", &listing());
        drain(&stage(), &replay([listings, answer]), "fee-estimates")
    };
    let documents = ask("5.04");
    let [Record::FeeEstimate(FeeEstimate { sku, price, share_minor, fixed_minor })] =
        records(&documents)[..]
    else {
        panic!("{documents:?}")
    };
    assert_eq!(
        (sku.as_str(), price.minor, *share_minor, *fixed_minor),
        ("MUG-BLUE", 11_90, 1_79, 3_25)
    );
    let odd = ask("6.00");
    assert!(records(&odd).is_empty() && problems(&odd).len() == 1, "{odd:?}");
}

const ALL: &str = "item-name\titem-description\tlisting-id\tseller-sku\tprice\tquantity\t\
    product-id\tasin1\tfulfillment-channel\tstatus";

/// A report of `n` listings, the first of them sent by Amazon.
fn all_listings(n: usize) -> String {
    let mut rows = vec![ALL.to_owned()];
    for index in 0..n {
        let (units, channel) = if index == 0 { ("", "AMAZON_EU") } else { ("7", "DEFAULT") };
        rows.push(format!(
            "Mug 12\" {index}\tA mug\tL{index}\tSKU-{index}\t11.90\t{units}\tB{index}\t\
             B{index}\t{channel}\tActive"
        ));
    }
    rows.join("\n")
}

/// More than the search hands out.
fn very_many() -> Recorded {
    let mut answer = listing();
    answer["numberOfResults"] = json!(1_041);
    answer["pagination"] = json!({"nextToken": "n2"});
    get("/listings/2021-08-01/items/SELLER1", &answer)
}

fn made_of(text: &str) -> Vec<Recorded> {
    let [place, file] = document_of(text, true);
    let done = get("/reports/R1", &made("DONE", Some("D1")));
    let created = created().when_body("GET_MERCHANT_LISTINGS_ALL_DATA");
    let nothing = get(
        "/catalog/2022-04-01/items",
        &json!({"items": [{"asin": "B40",
        "identifiers": [{"marketplaceId": "A1PA6795UKMFR9", "identifiers": [
            {"identifierType": "EAN", "identifier": "4006381333931"}]}]}]}),
    );
    vec![very_many(), created, done, place, file, nothing]
}

#[test]
fn more_listings_than_the_search_hands_out_come_by_report() {
    let (stage, transport) = (stage(), replay(made_of(&all_listings(1_041))));
    let (documents, end) =
        stage.drain((&CONNECTOR, &transport), "listings", Cursor::start()).unwrap();
    let listings: Vec<&crate::domain::record::Listing> = records(&documents)
        .into_iter()
        .filter_map(|record| match record {
            Record::Listing(listing) => Some(listing.as_ref()),
            _ => None,
        })
        .collect();
    assert_eq!(listings.len(), 1_041);
    assert!(problems(&documents).is_empty(), "{:?}", problems(&documents));
    assert_eq!(listings[40].barcode.as_deref(), Some("4006381333931"));
    assert_eq!(listings[40].title.as_deref(), Some("Mug 12\" 40"), "a lone quote is data");
    assert_eq!(listings[40].price.unwrap().minor, 11_90);
    let levels = levels(&documents);
    assert_eq!(levels.len(), 1_040, "Amazon's own units are told by their own stream");
    assert_eq!(levels[0], ("SKU-1", "FBM", StockState::Available, 7));
    let count = |part: &str| asked(&transport).iter().filter(|asked| asked.contains(part)).count();
    assert_eq!((count("/listings/2021-08-01"), count("POST /reports")), (1, 1));
    assert_eq!(count("/catalog/"), 53, "twenty at a time");
    // The next turn asks anew, and says the same.
    let again = stage.drain((&CONNECTOR, &transport), "listings", end).unwrap().0;
    assert_eq!(records(&again), records(&documents));
}

#[test]
fn a_report_of_listings_whose_file_is_lost_is_made_anew() {
    let (stage, transport) = (stage(), replay(made_of(&all_listings(30))));
    let mut place = Cursor::start();
    // Search, asking, looking, keeping, the first twenty.
    for _ in 0..5 {
        let page = pull(&stage, &transport, "listings", &place).unwrap();
        let again = pull(&stage, &transport, "listings", &place).unwrap();
        assert_eq!(page, again, "whatever is asked for twice says the same");
        place = page.next;
    }
    stage.spool.remove("listings");
    let documents = stage.drain((&CONNECTOR, &transport), "listings", place).unwrap().0;
    let is_listing = |record: &&&Record| matches!(record, Record::Listing(_));
    assert_eq!(records(&documents).iter().filter(is_listing).count(), 30);
}

#[test]
fn where_the_report_of_listings_is_not_made_the_search_tells_what_it_can() {
    let refused = created().status(403);
    let cancelled = get("/reports/R1", &made("CANCELLED", None));
    let others = made_of("a\tb\n1\t2\n");
    for (answers, told) in
        [(vec![very_many(), refused], 2), (vec![very_many(), created(), cancelled], 1), (others, 2)]
    {
        let last = get("pageToken=n2", &listing());
        let transport = replay([last].into_iter().chain(answers));
        let documents = drain(&stage(), &transport, "listings");
        assert_eq!(levels(&documents).len(), 2, "both pages of the search");
        assert_eq!(problems(&documents).len(), told, "{:?}", problems(&documents));
        let whole = format!("{:?}", problems(&documents));
        assert!(whole.contains("1000 of your 1041 listings"), "{whole}");
    }
}

#[test]
fn fees_are_estimated_for_all_listings_however_many() {
    let estimate = |sku: &str| {
        json!({"Status": "Success", "FeesEstimateIdentifier": {"SellerInputIdentifier": sku},
            "FeesEstimate": {"TotalFeesEstimate": {"CurrencyCode": "EUR", "Amount": 1},
                "FeeDetailList": [{"FeeType": "ReferralFee",
                    "FinalFee": {"CurrencyCode": "EUR", "Amount": 1}}]}})
    };
    let answer = |skus: std::ops::Range<usize>| {
        let all: Vec<Value> = skus.clone().map(|index| estimate(&format!("SKU-{index}"))).collect();
        Recorded::post("/products/fees/v0/feesEstimate", json!(all).to_string())
            .when_body(format!("\"IdValue\":\"SKU-{}\"", skus.start))
    };
    let estimates = [answer(20..25), answer(0..20)];
    let transport = replay(estimates.into_iter().chain(made_of(&all_listings(25))));
    let documents = drain(&stage(), &transport, "fee-estimates");
    assert_eq!(records(&documents).len(), 25, "{:?}", problems(&documents));
}
