//! `purser service`: the program as a service of this machine, started at boot, started again after
//! a crash, stopped within ten seconds. What a manager needs is a text and a few steps; both come
//! from one function each and are looked at before they are carried out.

mod launchd;
mod run;
mod systemd;
pub mod windows;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::app::build;
use crate::app::paths::Paths;
use crate::base::Clock;
use crate::store::vault::openers;

/// Seconds within which it stops.
pub const STOP_S: u32 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Action {
    /// Write the unit, enable it and start it
    Install,
    /// Stop it and take the unit away; the data stays
    Uninstall,
    /// Say whether it runs
    Status,
    /// Start it
    Start,
    /// Stop it
    Stop,
}

#[derive(clap::Args)]
pub struct ServiceArgs {
    action: Action,
    /// For this account only, while somebody is signed in (the usual)
    #[arg(long, conflicts_with = "system")]
    user: bool,
    /// For the whole machine, from its start on; needs the administrator
    #[arg(long)]
    system: bool,
    /// Only print what would be written
    #[arg(long)]
    print: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    User,
    System,
}

/// What is served, and from where.
#[derive(Clone, Debug)]
pub struct Unit {
    pub scope: Scope,
    pub program: PathBuf,
    pub data: PathBuf,
    pub config: PathBuf,
    /// Outside the folders that the service may write.
    pub key_file: PathBuf,
    pub home: PathBuf,
    /// The number of the account, where a manager wants it.
    pub account: u32,
}

/// One step of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Write(PathBuf, String),
    Remove(PathBuf),
    Run(Vec<String>),
    /// As `Run`; where it fails, what it was for is so already.
    Try(Vec<String>),
}

/// What looks after programs on one kind of machine.
pub trait Manager {
    /// The unit as this manager reads it.
    fn text(&self, unit: &Unit) -> String;

    fn steps(&self, action: Action, unit: &Unit) -> Vec<Step>;
}

/// The one of this machine.
fn manager() -> anyhow::Result<&'static dyn Manager> {
    if cfg!(target_os = "linux") {
        return Ok(&systemd::Systemd);
    }
    if cfg!(target_os = "macos") {
        return Ok(&launchd::Launchd);
    }
    if cfg!(windows) {
        return Ok(&windows::Windows);
    }
    bail!("this system has no service manager that purser knows; start `purser serve` by your own")
}

/// # Errors
/// What the service manager said.
pub fn service(paths: &Paths, args: &ServiceArgs) -> anyhow::Result<()> {
    let scope = if args.system { Scope::System } else { Scope::User };
    let (manager, unit) = (manager()?, unit(paths, scope)?);
    if args.print {
        return run::say(&manager.text(&unit));
    }
    if args.action == Action::Install {
        make_key(paths, &unit)?;
    }
    run::carry_out(&manager.steps(args.action, &unit))?;
    run::say(match args.action {
        Action::Install => "Purser is installed as a service and runs.",
        Action::Uninstall => "The service is gone. Your data lies where it lay.",
        Action::Start => "Started.",
        Action::Stop => "Stopped.",
        Action::Status => "",
    })
}

fn unit(paths: &Paths, scope: Scope) -> anyhow::Result<Unit> {
    let program = std::env::current_exe().context("ask where this program lies")?;
    let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    let unit = Unit {
        scope,
        program,
        data: paths.data.clone(),
        config: paths.config.clone(),
        key_file: paths.config.join("purser.key"),
        home: home.context("this account has no home folder")?,
        account: account(),
    };
    Ok(if scope == Scope::System && cfg!(unix) { of_system(unit) } else { unit })
}

/// A service of the whole machine keeps its things where such services do, whoever installs it.
fn of_system(unit: Unit) -> Unit {
    Unit {
        data: PathBuf::from("/var/lib/purser"),
        config: PathBuf::from("/var/lib/purser-settings"),
        key_file: PathBuf::from("/etc/purser/purser.key"),
        ..unit
    }
}

#[cfg(unix)]
fn account() -> u32 {
    rustix::process::getuid().as_raw()
}

#[cfg(not(unix))]
fn account() -> u32 {
    0
}

/// The manager hands the key over at the start, so it must be there before.
fn make_key(paths: &Paths, unit: &Unit) -> anyhow::Result<()> {
    if unit.key_file.exists() {
        return Ok(());
    }
    if unit.scope == Scope::System {
        let folder = unit.key_file.parent().unwrap_or(Path::new("/"));
        crate::store::files::make_private_folder(folder)?;
        openers::make_key_file(&unit.key_file)?;
        return Ok(());
    }
    let opened = build::open(paths, Clock::System).context("make the key")?;
    drop(opened);
    Ok(())
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
pub(crate) fn example(scope: Scope) -> Unit {
    let unit = Unit {
        scope,
        program: PathBuf::from("/usr/local/bin/purser"),
        data: PathBuf::from("/home/ann/.local/share/purser"),
        config: PathBuf::from("/home/ann/.config/purser"),
        key_file: PathBuf::from("/home/ann/.config/purser/purser.key"),
        home: PathBuf::from("/home/ann"),
        account: 1000,
    };
    if scope == Scope::System { of_system(unit) } else { unit }
}
