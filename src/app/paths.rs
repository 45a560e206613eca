//! Where files lie: one folder with the data, another one with the key.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use directories::ProjectDirs;

use crate::app::chosen::Chosen;
use crate::base::Secret;
use crate::features::diagnostics::Home;
use crate::store::files;

#[derive(Clone, Debug)]
pub struct Paths {
    pub data: PathBuf,
    pub config: PathBuf,
    /// Of the vault, where somebody said it at the start.
    pub passphrase: Option<Secret>,
}

impl Paths {
    /// What was said, else the usual places of the system.
    ///
    /// # Errors
    /// When one folder lies inside the other, or the system knows no home.
    pub fn resolve(data: Option<&Path>, config: Option<&Path>) -> anyhow::Result<Self> {
        let usual = ProjectDirs::from("", "", "purser");
        let known = |given: Option<&Path>, usual: Option<PathBuf>, flag: &str| {
            given.map(Path::to_owned).or(usual).with_context(|| {
                format!("this system names no folder for programs' files; say one with {flag}")
            })
        };
        let usual_data = usual.as_ref().map(|dirs| dirs.data_local_dir().to_owned());
        let usual_config = usual.as_ref().map(usual_config_of);
        let data = settle(&known(data, usual_data, "--data")?)?;
        let config = settle(&known(config, usual_config, "--config")?)?;
        if data.starts_with(&config) || config.starts_with(&data) {
            bail!(
                "the folders for data ({}) and for the key ({}) must not lie inside each other: \
                 a copy of the one would take the other along. Nothing was made; name another \
                 folder with --data or --config",
                data.display(),
                config.display()
            );
        }
        Ok(Self { data, config, passphrase: None })
    }

    /// Makes both folders; only their owner may enter.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn make(&self) -> anyhow::Result<()> {
        for folder in [&self.data, &self.config] {
            files::make_private_folder(folder)?;
        }
        Ok(())
    }

    pub fn database(&self) -> PathBuf {
        self.data.join("purser.db")
    }

    pub fn lock(&self) -> PathBuf {
        self.data.join("purser.lock")
    }

    /// As the service manager hands it over, where it does; else in the settings' folder.
    pub fn key_file(&self) -> PathBuf {
        const NAME: &str = "purser.key";
        let handed = std::env::var_os("CREDENTIALS_DIRECTORY").map(|at| Path::new(&at).join(NAME));
        handed.filter(|path| path.is_file()).unwrap_or_else(|| self.config.join(NAME))
    }

    pub fn logs(&self) -> PathBuf {
        self.data.join("logs")
    }

    /// What the program's look at itself must know.
    ///
    /// # Errors
    /// Where `purser.toml` is not understood.
    pub fn home(&self) -> anyhow::Result<Home> {
        Ok(Home {
            data: self.data.clone(),
            config: self.config.clone(),
            key_file: self.key_file(),
            logs: self.logs(),
            mark: Chosen::read(&self.config)?.mark,
        })
    }
}

fn usual_config_of(dirs: &ProjectDirs) -> PathBuf {
    let folder =
        if cfg!(target_os = "macos") { dirs.preference_dir() } else { dirs.config_local_dir() };
    if folder == dirs.data_local_dir() { folder.join("config") } else { folder.to_owned() }
}

/// Absolute, without links and dots, also where the end of it does not exist yet.
fn settle(path: &Path) -> anyhow::Result<PathBuf> {
    let path = std::path::absolute(path)
        .with_context(|| format!("{} is no path to a folder", path.display()))?;
    let mut settled = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                settled.pop();
            }
            Component::CurDir => {}
            part => settled.push(part),
        }
        if let Ok(real) = settled.canonicalize() {
            settled = real;
        }
    }
    Ok(settled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Folder;

    fn resolve(data: &Path, config: &Path) -> anyhow::Result<Paths> {
        Paths::resolve(Some(data), Some(config))
    }

    #[test]
    fn the_key_never_lies_inside_the_data_nor_the_data_beside_the_key() {
        let folder = Folder::new();
        let (a, b) = (folder.file("a"), folder.file("b"));
        assert!(resolve(&a, &b).is_ok());
        assert!(resolve(&a, &a).is_err());
        assert!(resolve(&a, &a.join("config")).is_err());
        assert!(resolve(&b.join("data"), &b).is_err());
        assert!(resolve(&a, &b.join("../a/c")).is_err());
        assert!(!a.exists() && !b.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_does_not_hide_that_one_lies_inside_the_other() {
        let folder = Folder::new();
        let data = folder.file("data");
        std::fs::create_dir(&data).unwrap();
        std::os::unix::fs::symlink(&data, folder.file("link")).unwrap();
        assert!(resolve(&data, &folder.file("link").join("config")).is_err());
    }
}
