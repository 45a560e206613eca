//! Carries the steps out: files whole or not at all, commands with what they said where they fail.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use super::Step;

/// # Errors
/// Of the first step that failed; those before it stand.
pub fn carry_out(steps: &[Step]) -> anyhow::Result<()> {
    steps.iter().try_for_each(|step| match step {
        Step::Write(path, text) => write(path, text),
        Step::Remove(path) => match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("remove {}", path.display()))
            }
            _ => Ok(()),
        },
        Step::Run(words) => run(words).and_then(|(is_well, said)| match is_well {
            true => say(&said),
            false => bail!("{} failed: {said}", words.join(" ")),
        }),
        Step::Try(words) => run(words).and_then(|(_, said)| say(&said)),
    })
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let place = || format!("write {}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(place)?;
    }
    // A unit is no secret, and the manager must be able to read it.
    let part = crate::store::files::part_of(path);
    std::fs::write(&part, text).with_context(place)?;
    std::fs::rename(&part, path).with_context(place)
}

fn run(words: &[String]) -> anyhow::Result<(bool, String)> {
    let Some((program, arguments)) = words.split_first() else { return Ok((true, String::new())) };
    let output = Command::new(program)
        .args(arguments)
        .output()
        .with_context(|| format!("{program} was not found; is it the manager of this machine?"))?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&said).trim_end().to_owned()))
}

pub fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if !text.is_empty() {
        writeln!(out, "{}", text.trim_end()).context("write to stdout")?;
    }
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Folder;

    #[test]
    fn what_fails_ends_it_and_says_what_the_command_said() {
        let folder = Folder::new();
        let path = folder.file("units/purser.service");
        carry_out(&[Step::Write(path.clone(), "[Unit]\n".to_owned())]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "[Unit]\n");
        let failing = super::super::words(&["sh", "-c", "echo not allowed >&2; exit 3"]);
        let steps = [Step::Try(failing.clone()), Step::Run(failing), Step::Remove(path.clone())];
        let told = carry_out(&steps).unwrap_err().to_string();
        assert!(told.ends_with("not allowed"), "{told}");
        assert!(path.exists(), "what comes after is not done");
        carry_out(&steps[2..]).unwrap();
        carry_out(&steps[2..]).unwrap();
        assert!(!path.exists());
    }
}
