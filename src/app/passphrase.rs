//! Passphrases and codes: typed at a terminal without being shown, a line of standard input, or the
//! first line of a file that was named. Never from the command line, which everybody can read.

use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::Path;

use anyhow::{Context, bail};
use zeroize::Zeroizing;

use crate::app::build;
use crate::app::paths::Paths;
use crate::base::Clock;
use crate::base::secret::Secret;
use crate::store::Db;
use crate::store::vault::Vault;
use crate::store::vault::slots::Kind;

/// What a line may hold.
const BYTES_MAX: u64 = 4_096;
const TRIES_MAX: u32 = 3;
const STDIN: &str = "-";

/// The first line of a file, of a file descriptor (`/dev/fd/3`), or of standard input (`-`).
///
/// # Errors
/// Where it cannot be read, or its first line is empty.
pub fn from_file(path: &Path) -> anyhow::Result<Secret> {
    let line = if path == Path::new(STDIN) {
        read_line(std::io::stdin().lock())?
    } else {
        let file = std::fs::File::open(path)
            .with_context(|| format!("the passphrase was not read from {}", path.display()))?;
        read_line(std::io::BufReader::new(file))?
    };
    if line.expose().is_empty() {
        bail!("the first line of {} is empty; it must be the passphrase", path.display());
    }
    Ok(line)
}

/// A line of standard input, asked for where that is a terminal, which does not show it then.
///
/// # Errors
/// Where standard input cannot be read.
pub fn ask(what: &str) -> anyhow::Result<Secret> {
    if !std::io::stdin().is_terminal() {
        return read_line(std::io::stdin().lock());
    }
    let mut err = std::io::stderr();
    write!(err, "{what}: ").and_then(|()| err.flush())?;
    let hidden = Hidden::begin();
    let line = read_line(std::io::stdin().lock());
    drop(hidden);
    writeln!(err)?;
    line
}

/// A new passphrase, at a terminal twice.
///
/// # Errors
/// Where the two differ.
pub fn ask_new() -> anyhow::Result<Secret> {
    let first = ask("The new passphrase")?;
    if std::io::stdin().is_terminal() && ask("Once more")?.expose() != first.expose() {
        bail!("the two are not the same. Nothing was changed");
    }
    Ok(first)
}

/// Asks at a terminal for the passphrase of a vault that wants one, before a server starts. Who
/// presses Enter starts it locked.
///
/// # Errors
/// Where standard input cannot be read.
pub fn ask_before_start(paths: &mut Paths) -> anyhow::Result<()> {
    let is_wanted = paths.passphrase.is_none() && std::io::stdin().is_terminal();
    // What is wrong with a database is told when it is opened for good.
    let Some(db) = Db::open_read_only(&paths.database(), Clock::System).ok().filter(|_| is_wanted)
    else {
        return Ok(());
    };
    if find_kind(&db) != Some(Kind::Passphrase) {
        return Ok(());
    }
    for _ in 0..TRIES_MAX {
        let said = ask("The passphrase of the vault (Enter: start locked)")?;
        if said.expose().is_empty() {
            return Ok(());
        }
        let openers = build::openers(paths).with_passphrase(Some(said.clone()));
        match Vault::open_with(&openers, &db)?.locked() {
            None => {
                paths.passphrase = Some(said);
                return Ok(());
            }
            Some(reason) => writeln!(std::io::stderr(), "{reason}")?,
        }
    }
    Ok(())
}

/// Which opener the vault of a database has, as far as it can be asked.
pub fn find_kind(db: &Db) -> Option<Kind> {
    crate::store::vault::find_opener(db).ok().flatten()
}

fn read_line(mut from: impl BufRead) -> anyhow::Result<Secret> {
    let mut line = Zeroizing::new(String::new());
    from.by_ref().take(BYTES_MAX).read_line(&mut line).context("a line could not be read")?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// As long as it lives, the terminal does not show what is typed.
struct Hidden {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

impl Hidden {
    #[cfg(unix)]
    fn begin() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stdin()).ok();
        if let Some(mut quiet) = before.clone() {
            quiet.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, &quiet);
        }
        Self { before }
    }

    #[cfg(not(unix))]
    fn begin() -> Self {
        Self {}
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(before) = &self.before {
            use rustix::termios::{OptionalActions, tcsetattr};
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Folder;

    #[test]
    fn only_the_first_line_is_the_passphrase() {
        let folder = Folder::new();
        let path = folder.file("phrase");
        std::fs::write(&path, "four plain little words\r\nand a note\n").unwrap();
        assert_eq!(from_file(&path).unwrap().expose(), "four plain little words");
        std::fs::write(&path, "\nafter nothing").unwrap();
        assert!(from_file(&path).unwrap_err().to_string().contains("is empty"));
        assert!(from_file(&folder.file("nothing")).is_err());
    }
}
