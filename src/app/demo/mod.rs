//! `purser demo`: a made-up but ugly shop in a folder of its own, so that everybody can look
//! before they trust us with theirs. The shop itself is pure (`shop.rs` and what it calls);
//! `fill.rs` stores it.

mod basket;
mod books;
mod calendar;
mod catalogue;
mod chance;
mod fill;
mod order;
mod payouts;
mod place;
mod purchases;
mod refund;
mod shop;
mod spend;
mod stock;
#[cfg(test)]
mod tests;
mod wishes;

use std::ffi::OsString;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::app::build;
use crate::app::paths::Paths;
use crate::base::Clock;
use crate::store::{Db, crypt, settings};

const ORDERS_MAX: i64 = 200_000;

#[derive(clap::Args)]
pub struct DemoArgs {
    /// How many orders the shop has had
    #[arg(long, value_name = "N", default_value_t = 10_000,
        value_parser = clap::value_parser!(i64).range(1..=ORDERS_MAX))]
    orders: i64,
    /// Another number makes another shop
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Where to serve it; by default the usual port or, where that is taken, any free one
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Make it and end
    #[arg(long)]
    pub no_serve: bool,
}

/// The demo as it lies on the disk.
pub struct Demo {
    pub paths: Paths,
    /// `10000 orders, seed 1`.
    pub made_of: String,
}

impl DemoArgs {
    /// The usual address, unless somebody else is there already.
    pub fn listen(&self, usual: SocketAddr) -> SocketAddr {
        self.listen.unwrap_or_else(|| match TcpListener::bind(usual) {
            Ok(_) => usual,
            Err(_) => SocketAddr::new(usual.ip(), 0),
        })
    }
}

/// Makes the shop, or finds the one that was made in this folder before.
///
/// # Errors
/// When the folder holds something else; what opening and storing gave.
pub fn prepare(
    (data, config): (Option<&Path>, Option<&Path>),
    args: &DemoArgs,
    clock: Clock,
) -> anyhow::Result<Demo> {
    let paths = find_paths(data, config)?;
    if paths.database().exists() {
        return find_made(paths, clock);
    }
    let made_of = format!("{} orders, seed {}", args.orders, args.seed);
    let asked = shop::Asked { orders: args.orders, seed: args.seed, now: clock.now() };
    let shop = shop::make(&asked)?;
    let opened = build::open(&paths, clock)?;
    let filled = fill::fill(&opened.tools.sync, shop, &made_of);
    filled.with_context(|| {
        format!("the demo was not made; remove {} and try again", paths.data.display())
    })?;
    Ok(Demo { paths, made_of })
}

/// The folder that was named, with the key beside it; else two in a new folder of our own.
fn find_paths(data: Option<&Path>, config: Option<&Path>) -> anyhow::Result<Paths> {
    let data = match data {
        Some(data) => data.to_owned(),
        None => {
            let name = format!("purser-demo-{}", crypt::to_hex(&crypt::random::<8>()?));
            std::env::temp_dir().join(name).join("data")
        }
    };
    let config = config.map_or_else(|| beside(&data), |config| Ok(config.to_owned()))?;
    Paths::resolve(Some(&data), Some(&config))
}

fn beside(data: &Path) -> anyhow::Result<PathBuf> {
    let absolute = std::path::absolute(data)?;
    let Some(name) = absolute.file_name() else {
        bail!("{} cannot be the demo's folder; name another one with --data", data.display());
    };
    let mut name: OsString = name.to_owned();
    name.push("-config");
    Ok(absolute.with_file_name(name))
}

fn find_made(paths: Paths, clock: Clock) -> anyhow::Result<Demo> {
    let db = Db::open_read_only(&paths.database(), clock)?;
    let made_of = db.read(|reader| settings::find(reader.conn(), fill::SETTING))?;
    match made_of {
        Some(made_of) => Ok(Demo { paths, made_of }),
        None => bail!(
            "{} holds data already that is not the demo's. Nothing was changed; name a new \
             folder with --data, or none",
            paths.data.display()
        ),
    }
}
