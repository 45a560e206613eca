//! `purser doctor`: looks at everything without changing anything, beside a running server or
//! without one, and writes the bundle for support.

use std::path::PathBuf;

use anyhow::{Context, anyhow};

use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::Clock;
use crate::features::diagnostics::bundle;
use crate::features::diagnostics::checks::{self, Asked, Check};
use crate::store::{Db, files};

#[derive(clap::Args)]
pub struct DoctorArgs {
    /// Write the bundle for support there: a zip without secrets and without customers
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
}

/// Whether nothing needs the owner.
///
/// # Errors
/// Where the bundle or the answer cannot be written.
pub fn doctor(paths: &Paths, args: &DoctorArgs, is_json: bool) -> anyhow::Result<bool> {
    let home = paths.home()?;
    let db = Db::open_read_only(&paths.database(), Clock::System);
    let shown = db.as_ref().map_err(ToString::to_string);
    let asked = Asked { is_whole: true, locked: None, clock: &Clock::System };
    let checks = checks::look(&home, shown, &asked);
    if let Some(file) = &args.bundle {
        let bytes = bundle::write(&home, db.as_ref().ok(), &checks).map_err(|why| anyhow!(why))?;
        files::write_private(file, &bytes)
            .with_context(|| format!("write the bundle {}", file.display()))?;
    }
    if is_json {
        print(&checks_json(&checks))?;
    } else {
        print(&lines(&checks, args.bundle.as_ref()))?;
    }
    Ok(checks.iter().all(|check| check.state != checks::State::Bad))
}

fn checks_json(checks: &[Check]) -> String {
    crate::features::diagnostics::checks_json(checks).to_string()
}

fn lines(checks: &[Check], bundle: Option<&PathBuf>) -> String {
    let mut lines = Vec::new();
    for check in checks {
        lines.push(format!("{}: {}", check.name, check.state.word()));
        for line in [&check.found, &check.means] {
            if !line.is_empty() {
                lines.push(format!("    {line}"));
            }
        }
    }
    lines.extend(bundle.map(|file| format!("The bundle is written to {}.", file.display())));
    lines.join("\n")
}
