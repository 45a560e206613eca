//! Numbers set at stand-ins of the platforms, which are made from the vendors' own definitions and
//! judge every request by them. They need node and their packages; where these are not there, the
//! tests say so and prove nothing. `scripts/conformance` brings both.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use purser::connectors;
use purser::connectors::contract::{
    Connector, Cursor, LevelChange, Reading, StockRef, StockTarget, Verdict,
};
use purser::connectors::kit::http::Request;
use purser::connectors::kit::http::network::Network;
use purser::connectors::kit::stage::Stage;
use purser::domain::record::{Record, Stocked};
use serde_json::Value;

/// A platform that is none, until it is dropped.
struct StandIn {
    child: Child,
    said: Value,
}

impl StandIn {
    /// `None` where there are no stand-ins here.
    fn start(platform: &str, chaos: Option<u32>) -> Option<Self> {
        let from = std::env::var_os("PURSER_STANDINS").map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance"),
            PathBuf::from,
        );
        if !from.join("node_modules").is_dir() {
            eprintln!("skipped: the stand-in of {platform}, because its packages are not here");
            return None;
        }
        let specs = std::env::var_os("PURSER_SPECS").map_or(from.join("../specs"), PathBuf::from);
        let mut command = Command::new("node");
        command.current_dir(&from).args(["kit.mjs", platform, "--specs"]).arg(specs);
        command.args(chaos.map(|seed| format!("--chaos={seed}")));
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let Ok(mut child) = child else {
            eprintln!("skipped: the stand-in of {platform}, because node is not here");
            return None;
        };
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said = serde_json::from_str(&line).unwrap_or_else(|_| panic!("it said {line:?}"));
        Some(Self { child, said })
    }

    fn stage(&self) -> Stage {
        let mut stage = Stage::new();
        // What a stand-in leaves unsaid is its own address.
        let url = self.said["url"].as_str().unwrap();
        for key in ["base_url", "auth_url"] {
            stage = stage.setting(key, url);
        }
        for (key, value) in self.said["connect"]["set"].as_object().unwrap() {
            stage = stage.setting(key, value.as_str().unwrap());
        }
        for (key, value) in self.said["connect"]["secret"].as_object().unwrap() {
            stage = stage.secret(key, value.as_str().unwrap());
        }
        stage
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One channel at its stand-in.
struct At<'a> {
    stage: &'a Stage,
    network: &'a Network,
    connector: &'a dyn Connector,
}

impl At<'_> {
    fn target(&self) -> &dyn StockTarget {
        self.connector.stock().expect("a number can be set there")
    }

    fn read(&self, targets: &[StockRef]) -> Vec<Reading> {
        let api = self.connector.api().unwrap();
        self.insist(|| self.target().read(&self.stage.ctx(api, self.network), targets))
    }

    /// Until every change is taken, as the queue would: what is open goes again under its key.
    fn push(&self, changes: &[LevelChange]) {
        let api = self.connector.api().unwrap();
        for _ in 0..20 {
            let ctx = self.stage.ctx(api, self.network);
            let verdicts = match self.target().push(&ctx, changes) {
                Ok(verdicts) => verdicts,
                Err(_) => {
                    self.stage.clock.advance_seconds(60);
                    continue;
                }
            };
            if verdicts.iter().all(|verdict| matches!(verdict, Verdict::Accepted { .. })) {
                return;
            }
            for verdict in verdicts {
                let is_final = matches!(verdict, Verdict::Refused { .. } | Verdict::Stale { .. });
                assert!(!is_final, "{verdict:?}");
            }
            self.stage.clock.advance_seconds(60);
        }
        panic!("it was never taken");
    }

    fn insist<T>(&self, ask: impl Fn() -> Result<T, connectors::fault::Fault>) -> T {
        for _ in 0..20 {
            match ask() {
                Ok(found) => return found,
                Err(_) => self.stage.clock.advance_seconds(60),
            }
        }
        ask().unwrap()
    }

    /// What its stand-in found wrong with our requests; and whether the change reached it.
    fn expect_no_violation(&self, url: &str, operation: &str) {
        let api = self.connector.api().unwrap();
        let request = Request::get("report", format!("{url}/__report"));
        let report: Value =
            self.stage.ctx(api, self.network).http.send(request).unwrap().json().unwrap();
        // A shop's own list of its addresses names the log-in of none of its changes.
        let is_log_in =
            |it: &&Value| it["what"].as_str().unwrap().contains("query parameter 'oauth_");
        let mut violations = report["violations"].as_array().unwrap().iter();
        assert_eq!(violations.find(|it| !is_log_in(it)), None, "{report}");
        let asked = report["requests"].as_object().unwrap();
        assert!(asked.keys().any(|name| name.contains(operation)), "{report}");
    }
}

fn find(slug: &str) -> &'static dyn Connector {
    connectors::find(slug).unwrap()
}

fn change(target: &StockRef, (expected, quantity): (i64, i64)) -> LevelChange {
    let key = format!("1b671a64-40d5-491e-99b0-{:012}", quantity.unsigned_abs());
    LevelChange { target: target.clone(), quantity, expected, key }
}

#[test]
fn shopify_takes_numbers_as_its_schema_demands() {
    for chaos in [None, Some(3), Some(4)] {
        let Some(standin) = StandIn::start("shopify", chaos) else { return };
        let (stage, network) = (standin.stage(), Network::new());
        let at = At { stage: &stage, network: &network, connector: find("shopify") };
        let api = at.connector.api().unwrap();
        let places = at.insist(|| at.target().list_places(&stage.ctx(api, &network)));
        // A made-up place is no active one; that there is a list is what counts here.
        let place = places.first().map_or("71".to_owned(), |place| place.id.clone());
        let target = |item: &str| StockRef {
            listing: item.to_owned(),
            sku: String::new(),
            place: place.clone(),
        };
        let targets: Vec<StockRef> = ["8812", "8813", "8814"].map(target).to_vec();
        assert_eq!(at.read(&targets).len(), 3);
        let changes: Vec<LevelChange> =
            targets.iter().map(|target| change(target, (3, 5))).collect();
        at.push(&changes[..1]);
        at.push(&changes);
        let url = standin.said["url"].as_str().unwrap();
        at.expect_no_violation(url, "inventorySetQuantities");
    }
}

#[test]
fn woocommerce_takes_numbers_at_products_and_variations() {
    for chaos in [None, Some(3), Some(4)] {
        let Some(standin) = StandIn::start("woocommerce", chaos) else { return };
        let (stage, network) = (standin.stage(), Network::new());
        let at = At { stage: &stage, network: &network, connector: find("woocommerce") };
        let targets = list_counted(&at);
        assert!(targets.len() >= 2, "{targets:?}");
        let mut changes = Vec::new();
        for (target, reading) in targets.iter().zip(at.read(&targets)) {
            if let Reading::Live(live) = reading {
                changes.push(change(target, (live, live + 3)));
            }
        }
        assert!(changes.len() >= 2, "{targets:?}");
        at.push(&changes);
        at.push(&[LevelChange {
            quantity: changes[0].quantity + 1,
            expected: changes[0].quantity,
            ..changes[0].clone()
        }]);
        let read = at.read(&[changes[0].target.clone(), changes[1].target.clone()]);
        let expected = [changes[0].quantity + 1, changes[1].quantity].map(Reading::Live);
        assert_eq!(read, expected);
        let url = standin.said["url"].as_str().unwrap();
        at.expect_no_violation(url, "PUT /products");
    }
}

/// A product, and the variations of one, as the products of the shop say it.
fn list_counted(at: &At<'_>) -> Vec<StockRef> {
    let api = at.connector.api().unwrap();
    let mut found = Vec::new();
    let (documents, _) =
        at.insist(|| at.stage.drain((api, at.network), "products", Cursor::start()));
    for record in documents.into_iter().flat_map(|document| document.records) {
        if let Record::Listing(listing) = record
            && listing.stocked == Stocked::Counted
            && listing.counted_at.is_none()
        {
            let listing = listing.channel_id.unwrap();
            found.push(StockRef { listing, ..StockRef::default() });
        }
    }
    found.truncate(10);
    found
}

#[test]
fn amazon_takes_a_patch_as_its_definition_demands() {
    for chaos in [None, Some(3), Some(4)] {
        let Some(standin) = StandIn::start("amazon-sp-api", chaos) else { return };
        // The listing of its own example is sold in the United States.
        let stage = standin.stage().setting("region", "na").setting("marketplace", "US");
        let network = Network::new();
        let at = At { stage: &stage, network: &network, connector: find("amazon") };
        let target = StockRef {
            listing: "GM-ZDPI-9B4E".to_owned(),
            sku: "GM-ZDPI-9B4E".to_owned(),
            place: "DEFAULT".to_owned(),
        };
        assert_eq!(at.read(std::slice::from_ref(&target)), [Reading::Live(100)]);
        at.push(&[change(&target, (100, 5))]);
        let url = standin.said["url"].as_str().unwrap();
        at.expect_no_violation(url, "patchListingsItem");
    }
}
