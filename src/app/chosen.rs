//! `purser.toml` in the settings' folder: what is chosen for this machine before the database is
//! opened. Lines of `name = value`; a name that is not known is refused, so that no wish is lost in
//! silence.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::store::room;

pub const FILE: &str = "purser.toml";
const MB: u64 = 1024 * 1024;
/// Larger than any disk; keeps the products below from running over.
const MB_MAX: u64 = 1 << 40;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Free bytes below which syncs and imports pause; usually by the size of the database.
    pub mark: Option<u64>,
    pub ballast: u64,
    /// How often the disk is looked at.
    pub look_every: Duration,
    pub allow_network_drive: bool,
}

impl Default for Chosen {
    fn default() -> Self {
        Self {
            mark: None,
            ballast: room::BALLAST_BYTES,
            look_every: Duration::from_secs(60),
            allow_network_drive: false,
        }
    }
}

impl Chosen {
    /// What the file says, or the usual where there is none.
    ///
    /// # Errors
    /// A sentence with the line, where it is not understood.
    pub fn read(config: &Path) -> anyhow::Result<Self> {
        let path = config.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).with_context(|| path.display().to_string()),
            // A folder that we may not enter holds no wish of ours.
            Err(_) => Ok(Self::default()),
        }
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut chosen = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let place = || format!("line {}: {line}", number + 1);
            let (name, value) = line.split_once('=').with_context(place)?;
            chosen.set(name.trim(), value.trim()).with_context(place)?;
        }
        Ok(chosen)
    }

    fn set(&mut self, name: &str, value: &str) -> anyhow::Result<()> {
        match name {
            "disk_low_water_mb" => self.mark = Some(megabytes(value)?),
            "ballast_mb" => self.ballast = megabytes(value)?,
            "disk_look_every_s" => {
                let seconds: u64 = value.parse().context("seconds are a whole number")?;
                self.look_every = Duration::from_secs(seconds.clamp(1, 3_600));
            }
            "allow_network_drive" => {
                self.allow_network_drive = value.parse().context("say true or false")?;
            }
            _ => bail!(
                "this is no setting of purser.toml; there are disk_low_water_mb, ballast_mb, \
                 disk_look_every_s and allow_network_drive"
            ),
        }
        Ok(())
    }
}

fn megabytes(value: &str) -> anyhow::Result<u64> {
    let count: u64 = value.parse().context("megabytes are a whole number")?;
    Ok(count.min(MB_MAX) * MB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_is_read_and_what_is_none_is_named_with_its_line() {
        let text = "# this machine\n\ndisk_low_water_mb = 20\nballast_mb=4 # small\n\
                    disk_look_every_s = 1\nallow_network_drive = true\n";
        let chosen = Chosen::parse(text).unwrap();
        assert_eq!((chosen.mark, chosen.ballast), (Some(20_971_520), 4_194_304));
        assert_eq!(chosen.look_every, Duration::from_secs(1));
        assert!(chosen.allow_network_drive);
        assert_eq!(Chosen::parse("").unwrap(), Chosen::default());
        assert_eq!(Chosen::default().ballast, 67_108_864);
        for wrong in ["\nlow = 1", "\nballast_mb = much", "\nballast_mb", "\nballast_mb = -1"] {
            let told = format!("{:#}", Chosen::parse(wrong).unwrap_err());
            assert!(told.starts_with("line 2: "), "{told}");
        }
    }
}
